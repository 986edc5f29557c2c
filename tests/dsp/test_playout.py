"""The playout: prime, play, gaps, flush, and who heard how much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.playout import BlockReport, Playout
from tests.dsp.signals import ramp, tone

A, B, C = ("item_a", 0), ("item_b", 0), ("item_c", 0)
BLOCK = 480
MS = 24


def read(playout: Playout, frames: int = BLOCK) -> tuple[Int16, BlockReport]:
    """As the speaker does it, which takes what is plain in few steps."""
    plain = playout.read_plain(frames) if playout.rate_hz == 24_000 else None
    if plain is not None:
        piece = plain.frames[plain.at - frames : plain.at]
        assert plain.samples[2 * (plain.at - frames) : 2 * plain.at] == piece.tobytes()
        return piece, BlockReport(((plain.tag, frames),))
    out, report = playout.read(frames)
    assert len(out) == frames
    return out, report


def read_until_quiet(playout: Playout) -> tuple[Int16, dict[tuple[str, int], int]]:
    blocks, heard = [], dict[tuple[str, int], int]()
    for _ in range(10_000):
        out, report = read(playout)
        blocks.append(out)
        for tag, frames in report.pieces:
            heard[tag] = heard.get(tag, 0) + frames
        if not playout.queued_frames and not playout.playing:
            return np.concatenate(blocks), heard
    raise AssertionError("the playout never came to rest")


def test_nothing_written_is_silence() -> None:
    out, report = read(Playout())
    assert not out.any()
    assert report == BlockReport((), False, False)


def test_it_waits_for_its_prime_and_then_plays_every_bit() -> None:
    playout, sound = Playout(primes_ms=(100,)), ramp(2880)
    playout.write(A, sound[:2399])
    out, report = read(playout)
    assert not out.any()
    assert report.pieces == ()
    playout.write(A, sound[2399:])
    out, report = read(playout)
    assert np.array_equal(out, sound[:480])
    assert report.pieces == ((A, 480),)
    assert playout.playing
    playout.end(A)
    rest, heard = read_until_quiet(playout)
    assert np.array_equal(rest[:2400], sound[480:])
    assert not rest[2400:].any()
    assert heard == {A: 2400}
    assert playout.handed(A) == 2880


def test_a_complete_tag_does_not_wait() -> None:
    playout = Playout()
    playout.write(A, ramp(100))
    playout.end(A)
    out, report = read(playout)
    assert np.array_equal(out[:100], ramp(100))
    assert not out[100:].any()
    assert report == BlockReport(((A, 100),), starved=False, emptied=True)
    assert not playout.playing


def test_no_word_waits_longer_than_a_second_for_its_prime() -> None:
    playout = Playout()
    playout.write(A, ramp(100))
    reports = [read(playout)[1] for _ in range(51)]
    assert all(not report.pieces for report in reports[:50])
    assert reports[50].pieces == ((A, 100),)


def test_after_each_gap_an_item_that_comes_in_drops_collects_one_step_more() -> None:
    playout = Playout()
    playout.write(A, ramp(40 * MS))
    for prime_ms in (100, 200, 400, 400):
        while not read(playout)[1].starved:
            pass
        assert playout.prime_ms == prime_ms
        waited_ms = 0
        while not read(playout)[1].pieces:
            waited_ms += 20
            playout.write(A, ramp(5 * MS))  # four times too slow: what was missing never comes back
        assert waited_ms == min(prime_ms * 4, 1020), "but nothing waits for more than a second"


def test_what_was_held_up_and_comes_in_one_piece_goes_on_at_once() -> None:
    playout = Playout()
    playout.write(A, ramp(40 * MS))
    silent = sum(not read(playout)[1].pieces for _ in range(12))  # 40 ms of sound, 200 ms without
    playout.write(A, ramp(200 * MS))
    assert (silent, read(playout)[1].pieces) == (10, ((A, 480),))
    assert playout.prime_ms == 400, "40 and 200 ms: the step that would have bridged it"


def test_four_items_without_a_gap_take_back_one_step_of_caution() -> None:
    playout, found = Playout(), []
    for item in ("a", "b", "c", "d", "e", "f"):
        tag = (item, 0)
        playout.write(tag, ramp(200 * MS))
        for _ in range(12 if item == "a" else 5):
            read(playout)
        if item == "a":  # 40 ms are missing
            playout.write(tag, ramp(40 * MS))
            read(playout)
        found.append(playout.prime_ms)
        playout.write(tag, ramp(100 * MS))
        playout.end(tag)
        read_until_quiet(playout)
    assert found == [100, 100, 100, 100, 100, 40]


def test_a_gap_in_an_item_that_followed_without_a_pause_teaches_caution_too() -> None:
    playout = Playout()
    playout.write(A, ramp(100 * MS))
    playout.end(A)
    playout.write(B, ramp(100 * MS))
    for _ in range(12):
        read(playout)
    playout.write(B, ramp(39 * MS))
    assert read(playout)[1].pieces == (), "it began with 40 ms, and goes on with no less"
    playout.write(B, ramp(41 * MS))
    assert read(playout)[1].pieces == ((B, 480),)
    assert playout.prime_ms == 100


def test_an_end_that_is_told_late_is_no_gap() -> None:
    playout = Playout()
    for item in ("a", "b", "c"):
        playout.write((item, 0), ramp(100 * MS - 7))
        for _ in range(9):
            read(playout)
        playout.end((item, 0))
        assert playout.prime_ms == 40


@pytest.mark.parametrize("stall_ms", [80, 150, 300])
def test_of_stalls_that_come_again_only_the_first_is_heard(stall_ms: int) -> None:
    """A server at the speed of speech; everything that was held up comes at once."""
    playout, gaps_ms, delays_ms = Playout(), [], []
    for item in ("a", "b", "c", "d"):
        due_ms = [at if at < 400 else max(at, 400 + stall_ms) for at in range(0, 1000, 20)]
        heard, now_ms = list[Int16](), 0
        while due_ms or playout.queued_frames:
            while due_ms and due_ms[0] <= now_ms:
                due_ms.pop(0)
                playout.write((item, 0), np.full(480, 1000, dtype=np.int16))
                if not due_ms:
                    playout.end((item, 0))
            heard.append(read(playout, 240)[0])
            now_ms += 10
        places = np.flatnonzero(np.concatenate(heard))
        gaps_ms.append(int(np.diff(places).max()) / MS)
        delays_ms.append(int(places[0]) / MS)
    assert gaps_ms[0] == pytest.approx(stall_ms - 25, abs=1), "40 ms less 20 of a piece, 5 ms die away"
    assert gaps_ms[1:] == [pytest.approx(0, abs=0.1)] * 3
    assert delays_ms[0] == 20
    assert max(delays_ms) <= 20 + stall_ms * 1.3, "never more delay than the stall asks for"


@pytest.mark.parametrize("ppm", [100, -100])
def test_ten_minutes_on_clocks_that_drift_apart_cost_at_most_one_gap(ppm: int) -> None:
    """One endless item, sent at the speed of the server's clock and played at that of the device."""
    playout, piece, written_frames, gaps, deepest = Playout(), ramp(480), 0.0, 0, 0
    playout.write(A, ramp(960))
    for _ in range(10 * 60 * 50):
        written_frames += 480 * (1 + ppm / 1e6)
        while written_frames >= 480:
            playout.write(A, piece)
            written_frames -= 480
        gaps += read(playout)[1].starved
        deepest = max(deepest, playout.queued_frames)
    assert gaps <= 1
    assert deepest <= (100 + 60 + 20) * MS, "the buffer, and the drift of ten minutes"


def test_after_a_flush_nothing_is_paused_or_ducked_and_its_fade_does_not_swell() -> None:
    playout = Playout()
    playout.write(A, np.full(48_000, 10_000, dtype=np.int16))
    read(playout)
    playout.duck(0.25)
    read(playout)
    playout.flush(fade_ms=10)
    fade, _ = read(playout)
    assert np.abs(fade).max() <= 2500
    playout.write(B, np.full(48_000, 10_000, dtype=np.int16))
    read(playout)
    assert read(playout)[0][-1] == 10_000
    playout.pause()
    read(playout)
    assert playout.flush() == ((B, 480 * 3),)
    playout.write(C, ramp(48_000))
    assert read(playout)[1].pieces == ((C, 480),)


def test_exactly_empty_is_not_a_gap_if_more_comes_in_time() -> None:
    playout = Playout(primes_ms=(20, 100))
    playout.write(A, ramp(480))
    assert read(playout)[1] == BlockReport(((A, 480),), starved=False, emptied=True)
    playout.write(A, ramp(10))
    assert read(playout)[1].pieces == ((A, 10),)


def test_empty_before_the_end_is_announced_is_no_gap_either() -> None:
    playout = Playout(primes_ms=(20, 100))
    playout.write(A, ramp(480))
    read(playout)
    before = playout.playing
    playout.end(A)
    assert (before, playout.playing) == (True, False)
    assert read(playout)[1] == BlockReport()


@pytest.mark.parametrize("frames", [2400, 2401, 2500, 2879])
def test_a_gap_has_no_hard_edges(frames: int) -> None:
    playout, loud = Playout(), np.full(frames, 20_000, dtype=np.int16)
    playout.write(A, loud)
    heard = np.concatenate([read(playout)[0] for _ in range(7)])
    playout.write(A, np.concatenate((loud, loud)))
    heard = np.concatenate((heard, *[read(playout)[0] for _ in range(7)]))
    inside = heard[240:]
    assert np.abs(np.diff(inside.astype(int))).max() < 400
    assert inside.max() == 20_000
    assert inside.min() == 0


def test_two_items_follow_each_other_without_a_gap() -> None:
    playout, sound = Playout(), ramp(5000)
    playout.write(A, sound[:2500])
    playout.end(A)
    playout.write(B, sound[2500:])
    playout.end(B)
    out, heard = read_until_quiet(playout)
    assert np.array_equal(out[:5000], sound)
    assert heard == {A: 2500, B: 2500}


def test_a_flush_fades_within_ten_milliseconds_and_counts_what_is_still_heard() -> None:
    playout, sound = Playout(), tone(440, 24_000, 2.0, peak=20_000)
    playout.write(A, sound)
    playout.write(B, sound)
    before, _ = read(playout)
    assert playout.flush(fade_ms=10) == ((A, 480 + 240), (B, 0))
    assert playout.queued_frames == 240
    after, report = read(playout)
    assert report == BlockReport(((A, 240),), starved=False, emptied=True)
    assert playout.handed(A) == 720
    assert not after[240:].any()
    heard = np.concatenate((before, after)).astype(int)
    step = int(np.abs(np.diff(sound.astype(int))).max())
    assert np.abs(np.diff(heard)).max() <= step + 300
    assert not playout.playing
    assert read(playout)[1] == BlockReport()


def test_a_fade_may_reach_into_the_next_item() -> None:
    playout = Playout()
    playout.write(A, ramp(500))
    playout.write(B, ramp(5000))
    read(playout)
    assert playout.flush(fade_ms=10) == ((A, 500), (B, 220))
    assert read(playout)[1].pieces == ((A, 20), (B, 220))


def test_a_second_flush_lets_the_fade_go_on() -> None:
    playout = Playout()
    playout.write(A, ramp(5000))
    read(playout)
    playout.flush(fade_ms=20)
    read(playout, 100)
    assert playout.flush(fade_ms=20) == ((A, 960),)
    assert read(playout)[1].pieces == ((A, 380),)
    assert playout.flush() == ()


def test_what_never_sounded_is_dropped_without_a_fade() -> None:
    playout = Playout()
    playout.write(A, ramp(1000))
    assert playout.flush() == ((A, 0),)
    assert playout.queued_frames == 0
    assert not read(playout)[0].any()


def test_finished_items_are_not_told_again() -> None:
    playout = Playout()
    playout.write(A, ramp(480))
    playout.end(A)
    read(playout)
    playout.write(B, ramp(3000))
    read(playout)
    assert [tag for tag, _ in playout.flush()] == [B]


def test_new_audio_after_a_flush_is_primed_and_follows_the_fade() -> None:
    playout = Playout()
    playout.write(A, ramp(5000))
    read(playout)
    playout.flush(fade_ms=10)
    playout.write(B, ramp(900))
    assert read(playout)[1].pieces == ((A, 240),)
    assert read(playout)[1].pieces == ()
    playout.write(B, ramp(1400, 1000))
    out, report = read(playout)
    assert report.pieces == ((B, 480),)
    assert np.array_equal(out, ramp(480))


def test_an_underflow_takes_off_the_block_that_was_never_heard() -> None:
    playout = Playout()
    playout.write(A, ramp(5000))
    read(playout)
    read(playout)
    assert playout.underflow(480) == (A, 480)
    assert playout.handed(A) == 480
    assert playout.underflow(480) is None
    read(playout)
    assert playout.flush(fade_ms=10) == ((A, 480 * 2 + 240),)


def test_an_underflow_in_silence_takes_nothing_off() -> None:
    playout = Playout()
    playout.write(A, ramp(100))
    playout.end(A)
    read(playout)
    read(playout)
    assert playout.underflow(480) is None
    assert playout.handed(A) == 100


def test_an_underflow_in_the_silence_behind_a_sound_takes_nothing_off() -> None:
    playout = Playout()
    playout.write(A, ramp(1000))
    playout.end(A)
    while not playout.is_resting:  # from now on nobody reads
        read(playout)
    assert playout.underflow(480) is None
    assert playout.handed(A) == 1000


def test_pause_keeps_everything_and_comes_and_goes_gently() -> None:
    playout, loud = Playout(), np.full(24_000, 20_000, dtype=np.int16)
    playout.write(A, loud)
    heard = [read(playout)[0]]
    playout.pause()
    heard += [read(playout)[0] for _ in range(3)]
    queued = playout.queued_frames
    assert not playout.playing
    assert read(playout)[1] == BlockReport()
    assert playout.queued_frames == queued == 24_000 - 960
    playout.resume()
    heard += [read(playout)[0] for _ in range(2)]
    assert np.abs(np.diff(np.concatenate(heard).astype(int))).max() < 100
    assert heard[-1][-1] == 20_000


def test_a_flush_while_paused_drops_everything_at_once() -> None:
    playout = Playout()
    playout.write(A, ramp(5000))
    read(playout)
    playout.pause()
    read(playout)
    assert playout.flush() == ((A, 960),)
    playout.resume()
    assert read(playout)[1] == BlockReport()


def test_volume_and_ducking_multiply() -> None:
    playout, loud = Playout(), np.full(24_000, 20_000, dtype=np.int16)
    playout.volume = 0.5
    playout.duck(0.5)
    playout.write(A, loud)
    read(playout)
    assert np.all(np.abs(read(playout)[0] - 5_000) <= 1)
    playout.duck(1.0)
    playout.volume = 1.0
    read(playout)
    assert np.all(read(playout)[0] == 20_000)


def test_empty_writes_open_an_item_and_unknown_ends_are_ignored() -> None:
    playout = Playout()
    playout.end(C)
    playout.write(A, ramp(0))
    assert read(playout)[1] == BlockReport()
    assert playout.flush() == ((A, 0),)
    assert read(playout, 0)[1] == BlockReport()


def test_other_rates_are_reported_at_24_khz_without_loss() -> None:
    playout = Playout(rate_hz=44_100)
    playout.write(A, ramp(44_100))
    playout.end(A)
    _, heard = read_until_quiet(playout)
    assert heard == {A: 24_000}


_ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from([A, B, C]), st.integers(0, 3000)),
    st.tuples(st.just("end"), st.sampled_from([A, B, C]), st.just(0)),
    st.tuples(st.just("read"), st.just(A), st.integers(0, 1200)),
    st.tuples(st.just("flush"), st.just(A), st.integers(0, 30)),
    st.tuples(st.just("pause"), st.just(A), st.just(0)),
    st.tuples(st.just("resume"), st.just(A), st.just(0)),
)


@given(st.lists(_ACTIONS, max_size=40), st.sampled_from([24_000, 48_000]))
@settings(max_examples=200, deadline=None)
def test_what_was_read_is_what_was_written_less_what_was_flushed(
    actions: list[tuple[str, tuple[str, int], int]], rate_hz: int
) -> None:
    playout = Playout(rate_hz)
    written = dropped = handed = 0
    for verb, tag, number in actions:
        if verb == "write":
            playout.write(tag, ramp(number))
            written += number
        elif verb == "end":
            playout.end(tag)
        elif verb == "flush":
            before = playout.queued_frames
            playout.flush(number)
            dropped += before - playout.queued_frames
            assert playout.queued_frames <= 30 * rate_hz // 1000
        elif verb == "read":
            before = playout.queued_frames
            _, report = read(playout, number)
            taken = before - playout.queued_frames
            handed += taken
            assert 0 <= taken <= number
            at_24k = sum(frames for _, frames in report.pieces)
            assert abs(at_24k - taken * 24_000 / rate_hz) <= len(report.pieces)
        else:
            getattr(playout, verb)()
        assert written == handed + dropped + playout.queued_frames
        assert playout.handed(A) >= 0


@given(st.lists(_ACTIONS, max_size=40))
@settings(max_examples=200, deadline=None)
def test_what_is_plain_is_what_reading_every_block_gives(
    actions: list[tuple[str, tuple[str, int], int]],
) -> None:
    careful, quick = Playout(), Playout()
    for verb, tag, number in actions:
        if verb == "read":
            out, report = careful.read(number)
            other, other_report = read(quick, number)
            assert (other.tolist(), other_report) == (out.tolist(), report)
            assert quick.underflow(number) == careful.underflow(number), (
                "the next block may tell of a missed one"
            )
            continue
        for playout in (careful, quick):
            match verb:
                case "write":
                    playout.write(tag, ramp(number))
                case "end":
                    playout.end(tag)
                case "flush":
                    playout.flush(number)
                case _:
                    getattr(playout, verb)()


def test_pieces_of_one_tag_in_one_block_are_one_piece() -> None:
    playout = Playout(primes_ms=[0])
    for tag, frames in ((A, 10), (A, 20), (B, 5)):
        playout.write(tag, ramp(frames))
    assert playout.read(BLOCK)[1].pieces == ((A, 30), (B, 5))


_UNDERFLOWS = st.tuples(st.just("underflow"), st.just(A), st.sampled_from([240, 480]))


@given(st.lists(st.one_of(_ACTIONS, _UNDERFLOWS), max_size=40))
@settings(max_examples=200, deadline=None)
def test_blocks_left_out_while_it_rests_change_nothing(
    actions: list[tuple[str, tuple[str, int], int]],
) -> None:
    always, thrifty = Playout(), Playout()
    for verb, tag, number in actions:
        if verb == "read":
            out, report = read(always, number)
            if thrifty.is_resting:
                assert not out.any()
                assert report == BlockReport()
            else:
                other, other_report = read(thrifty, number)
                assert (other.tolist(), other_report) == (out.tolist(), report)
            continue
        if verb == "underflow":
            assert thrifty.underflow(number) == always.underflow(number), "missed silence is no sound"
            continue
        for playout in (always, thrifty):
            match verb:
                case "write":
                    playout.write(tag, ramp(number))
                case "end":
                    playout.end(tag)
                case "flush":
                    playout.flush(number)
                case _:
                    getattr(playout, verb)()
        if verb == "pause":
            for playout in (always, thrifty):
                playout.volume = 1.5 - playout.volume  # 0.5 and 1.0 in turns


def test_ten_megabytes_at_once_and_nothing_at_all_are_played_whole() -> None:
    playout, sound = Playout(), ramp(5_000_000)
    playout.write(A, sound[:0])
    playout.write(A, sound)
    playout.write(A, sound[:0])
    playout.end(A)
    heard, total = [], 0
    while playout.queued_frames:
        out, report = read(playout, 48_000)
        heard.append(out)
        total += sum(frames for _, frames in report.pieces)
    assert total == 5_000_000
    assert np.array_equal(np.concatenate(heard)[:5_000_000], sound)
