"""Which audio becomes appends."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.session.uplink import BYTES_PER_MS, KEPT_MS, KEPT_TURN_MS, Uplink


def ms(count: int) -> bytes:
    return b"\x01\x02" * (count * BYTES_PER_MS // 2)


@given(st.lists(st.integers(1, 60), max_size=40))
def test_open_audio_is_passed_on_whole_and_in_order(lengths_ms: list[int]) -> None:
    uplink = Uplink()
    sent = b""
    for length_ms in lengths_ms:
        for append in uplink.hear_open(ms(length_ms), ready=True, silence=False):
            assert len(append) >= 20 * BYTES_PER_MS
            sent += append
    rest_ms = sum(lengths_ms) - len(sent) // BYTES_PER_MS
    assert 0 <= rest_ms < 20


def test_muted_audio_is_nothing_or_silence() -> None:
    uplink = Uplink()
    uplink.muted = True
    assert uplink.hear_open(ms(20), ready=True, silence=False) == []
    assert uplink.hear_open(ms(20), ready=True, silence=True) == [bytes(960)]


def test_the_newest_ten_seconds_wait_for_a_session() -> None:
    uplink = Uplink()
    for _ in range(110):
        assert uplink.hear_open(ms(100), ready=False, silence=False) == []
    assert uplink.dropped_ms == 1000
    kept = uplink.kept()
    assert sum(map(len, kept)) == KEPT_MS * BYTES_PER_MS
    assert max(map(len, kept)) == 200 * BYTES_PER_MS
    assert uplink.kept() == []


def test_a_turn_has_its_pre_roll_and_its_rest() -> None:
    uplink = Uplink()
    for _ in range(50):
        assert uplink.hear_keyed(ms(20), ready=True) == []
    assert [len(append) for append in uplink.begin_turn(ready=True)] == [300 * BYTES_PER_MS]
    assert len(uplink.hear_keyed(ms(110), ready=True)) == 1
    assert uplink.hear_keyed(ms(10), ready=True) == []
    assert uplink.end_turn() == ([ms(10)], True)
    assert uplink.turn is None


def test_the_pre_roll_does_not_make_a_turn_long_enough() -> None:
    uplink = Uplink()
    for _ in range(50):
        uplink.hear_keyed(ms(20), ready=False)
    uplink.begin_turn(ready=False)
    uplink.hear_keyed(ms(99), ready=False)
    assert uplink.end_turn() == ([], False)
    assert uplink.kept() == []
    assert uplink.end_turn() == ([], False)


def test_a_turn_is_kept_whole_until_the_server_has_made_a_message_of_it() -> None:
    uplink = Uplink()
    uplink.speech_began()
    for _ in range(150):
        uplink.hear_open(ms(100), ready=True, silence=False)
    assert uplink.reclaim(b"", keyed=False)
    for _ in range(110):
        uplink.hear_open(ms(100), ready=False, silence=False)
    again = b"".join(uplink.kept())
    assert (
        len(again) == (15_000 + KEPT_MS) * BYTES_PER_MS
    )  # 15 s said before, the last 10 s of 11 said meanwhile
    assert uplink.reclaim(b"", keyed=False)  # and lost once more, before the server said a word
    assert b"".join(uplink.kept()) == again


def test_what_was_said_after_the_end_of_a_turn_belongs_to_the_next() -> None:
    uplink = Uplink()
    uplink.speech_began()
    for _ in range(20):
        uplink.hear_open(ms(100), ready=True, silence=False)
    assert uplink.committed(rest_ms=500) == ms(1500)
    assert uplink.reclaim(b"", keyed=False) is False
    assert b"".join(uplink.kept()) == ms(500)


def test_more_than_a_minute_of_one_turn_is_known_to_be_cut() -> None:
    uplink = Uplink()
    uplink.speech_began()
    for _ in range(KEPT_TURN_MS // 100 + 1):
        assert not uplink.cut
        uplink.hear_open(ms(100), ready=True, silence=False)
    assert uplink.cut
    assert len(uplink.committed()) == KEPT_TURN_MS * BYTES_PER_MS
    assert not uplink.cut


def test_two_turns_without_a_session_become_one_message() -> None:
    uplink = Uplink()
    for key_ms in (1000, 40):  # the second is too short to be a turn of its own
        uplink.begin_turn(ready=False)
        uplink.hear_keyed(ms(key_ms), ready=False)
        assert uplink.end_turn()[1]
        uplink.commit_due = True
    assert b"".join(uplink.kept()) == ms(1040)
