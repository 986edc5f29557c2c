"""What is written at 24 kHz is played at the device's rate, and counted at 24 kHz."""

import threading

import numpy as np
import pytest

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.devices.feed import Feed
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import resample
from tests.support.sound import noise

ONE, TWO = ("one", 0), ("two", 0)


def read(feed: Feed, *, underflowed: bool = False) -> SpeakerBlock:
    return feed.read(feed.rate_hz // 50, underflowed=underflowed, delay_s=0.06)


def read_all(feed: Feed) -> tuple[Int16, dict[str, int]]:
    blocks, totals = [], dict.fromkeys(("one", "two"), 0)
    while feed.queued_frames:
        block = read(feed)
        blocks.append(block.frames)
        for (item, _), frames in block.pieces:
            totals[item] += frames
    return np.concatenate(blocks), totals


def tone(duration_s: float) -> Int16:
    at = np.arange(round(24_000 * duration_s))
    return np.asarray(np.rint(8000 * np.sin(at * 0.1)), dtype=np.int16)


def test_at_24_khz_nothing_is_changed() -> None:
    feed = Feed(24_000)
    feed.write(ONE, noise(0.5))
    feed.end(ONE)
    frames, totals = read_all(feed)
    assert np.array_equal(frames[:12_000], noise(0.5))
    assert totals["one"] == 12_000


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_items_keep_their_lengths_and_their_order_at_another_rate(rate_hz: int) -> None:
    feed = Feed(rate_hz)
    for tag in (ONE, TWO):
        for start in range(0, 12_000, 1000):
            feed.write(tag, tone(0.5)[start : start + 1000])
        feed.end(tag)
    frames, totals = read_all(feed)
    assert abs(totals["one"] - 12_000) <= 2
    assert abs(totals["two"] - 12_000) <= 2
    whole = resample(tone(0.5), 24_000, rate_hz)
    inner = slice(rate_hz // 100, -rate_hz // 100)
    assert np.abs(frames[: len(whole)][inner].astype(int) - whole[inner]).max() < 40


def test_an_item_that_was_never_ended_is_completed_by_the_next() -> None:
    feed = Feed(48_000)
    feed.write(ONE, tone(0.2))
    feed.write(TWO, tone(0.2))
    feed.end(TWO)
    _, totals = read_all(feed)
    assert abs(totals["one"] - 4800) <= 2
    assert abs(totals["two"] - 4800) <= 2


def test_a_flush_forgets_what_the_resampler_holds() -> None:
    feed = Feed(48_000)
    feed.write(ONE, tone(0.5))
    read(feed)
    ((tag, handed),) = feed.flush(10)
    assert tag == ONE
    assert handed == 480 + 240
    read(feed)
    assert not feed.queued_frames
    feed.write(TWO, np.zeros(4800, dtype=np.int16))
    feed.end(TWO)
    assert not read_all(feed)[0].any()


def test_an_underflow_takes_back_one_block_once() -> None:
    feed = Feed(24_000)
    feed.write(ONE, noise(0.5))
    assert read(feed).pieces == ((ONE, 480),)
    late = read(feed, underflowed=True)
    assert late.underflowed
    assert late.pieces == ()  # 480 more, and 480 that were never heard
    assert read(feed).pieces == ((ONE, 480),)
    assert feed.flush(0) == ((ONE, 960),)


def test_an_underflow_at_a_border_takes_back_from_the_item_that_lost() -> None:
    feed = Feed(24_000)
    for tag in (ONE, TWO):
        feed.write(tag, noise(0.1)[:2400])
        feed.end(tag)
    for _ in range(5):
        assert read(feed).pieces == ((ONE, 480),)
    assert dict(read(feed, underflowed=True).pieces) == {ONE: -480, TWO: 480}


def test_a_writer_and_a_reader_in_two_threads_lose_no_frame() -> None:
    feed = Feed(24_000)
    sound = noise(4.0)
    counted: list[int] = []

    def device() -> None:
        for _ in range(100_000):  # starving in between makes silence, and is no loss
            counted.extend(frames for _, frames in read(feed).pieces)
            if sum(counted) == len(sound):
                return

    thread = threading.Thread(target=device)
    thread.start()
    for start in range(0, len(sound), 700):
        feed.write(ONE, sound[start : start + 700])
    feed.end(ONE)
    thread.join(20)
    assert sum(counted) == len(sound)
