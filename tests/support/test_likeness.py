"""The judge of what came through a resampler: what a machine does is let pass, what a faulty program does is not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import resample
from tests.support.likeness import Likeness, likeness
from tests.support.rendition import FRAMES_PER_MS
from tests.support.sound import noise
from tests.support.voice import voice

SENT = voice(1.5)
RATE_HZ = 44_100


def ms(duration_ms: float) -> int:
    return round(duration_ms * FRAMES_PER_MS)


def cut(begin_ms: float, end_ms: float | None = None) -> Int16:
    return SENT[ms(begin_ms) : None if end_ms is None else ms(end_ms)]


def silence(duration_ms: float) -> Int16:
    return np.zeros(ms(duration_ms), dtype=np.int16)


def through(*parts: Int16, rate_hz: int = RATE_HZ) -> Int16:
    """These parts in a row, with silence around them, as a device of another rate gives them back."""
    row = np.concatenate((silence(500), *parts, silence(300)))
    there = np.asarray(resample(row, 24_000, rate_hz), dtype=np.int16)
    return np.asarray(resample(there, rate_hz, 24_000), dtype=np.int16)


def judged(*parts: Int16) -> Likeness:
    return likeness(SENT, through(*parts))


def with_gaps(gaps_ms: dict[int, float]) -> list[Int16]:
    """What was sent, with so much silence at each of these places (ms)."""
    edges = [0, *gaps_ms, len(SENT) // FRAMES_PER_MS + 1]
    pairs = itertools.pairwise(edges)
    return [part for a, b in pairs for part in (cut(a, b), silence(gaps_ms.get(b, 0)))]


@pytest.mark.parametrize("rate_hz", [24_000, 44_100, 48_000, 96_000])
def test_what_only_a_resampler_changed_fits_everywhere(rate_hz: int) -> None:
    heard = likeness(SENT, through(SENT, rate_hz=rate_hz))
    assert heard.faults() == []
    assert heard.breaks == ()
    assert heard.torn[0] == 0
    assert heard.torn[1] > 20


def test_a_fraction_of_a_frame_does_not_matter() -> None:
    later = np.asarray(resample(np.pad(SENT, (1, 0)), 24_000, 48_000), dtype=np.int16)[1:]
    assert likeness(SENT, np.asarray(resample(later, 48_000, 24_000), dtype=np.int16)).faults() == []


@pytest.mark.parametrize("gap_ms", [8, 20, 60])
def test_blocks_that_the_speaker_missed_are_no_fault(gap_ms: float) -> None:
    heard = judged(*with_gaps({100: gap_ms, 333: gap_ms, 620: gap_ms, 1250: gap_ms}))
    assert heard.faults() == []
    assert heard.gaps_ms == pytest.approx(4 * gap_ms, abs=8)
    assert heard.torn[0] <= 4


@pytest.mark.parametrize("gap_ms", [8, 20, 60])
def test_a_block_that_is_lost_with_a_gap_in_its_place_is_no_fault(gap_ms: float) -> None:
    heard = judged(cut(0, 1100), silence(gap_ms), cut(1100 + gap_ms))
    assert heard.faults() == []
    assert heard.lost_ms == pytest.approx(gap_ms, abs=4)


def test_what_a_device_drops_that_begins_anew_is_no_fault_where_it_says_so() -> None:
    heard = judged(cut(0, 1100), silence(24), cut(1140))
    assert heard.faults(missed_ms=40) == []
    assert heard.faults() != []
    assert judged(cut(0, 1100), cut(1140)).faults(missed_ms=40) != [], "there must be silence"
    assert judged(cut(0, 1100), silence(24), cut(1200)).faults(missed_ms=200) != [], (
        "it does not hold so much"
    )


@pytest.mark.parametrize("lost_ms", [8, 20, 60, 300])
@pytest.mark.parametrize("at_ms", [100, 333, 620])
def test_a_block_that_is_missing_without_a_gap_is_a_fault(at_ms: float, lost_ms: float) -> None:
    assert judged(cut(0, at_ms), cut(at_ms + lost_ms)).faults()


@pytest.mark.parametrize("block_ms", [8, 20, 60])
@pytest.mark.parametrize("at_ms", [100, 620, 1150])
def test_a_block_that_comes_twice_is_a_fault(at_ms: float, block_ms: float) -> None:
    assert judged(cut(0, at_ms), cut(at_ms - block_ms, at_ms), cut(at_ms)).faults()


def test_a_block_that_comes_again_behind_a_gap_is_a_fault() -> None:
    assert judged(cut(0, 1100), silence(20), cut(1080, 1100), cut(1100)).faults()


def test_two_stretches_that_changed_places_are_a_fault() -> None:
    assert judged(cut(0, 1000), cut(1150, 1300), cut(1000, 1150), cut(1300)).faults()
    assert judged(cut(0, 100), cut(120, 140), cut(100, 120), cut(140)).faults()


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 23_976, 24_010, 24_240, 48_000])
def test_another_pitch_is_a_fault(rate_hz: int) -> None:
    played = np.asarray(resample(SENT, 24_000, rate_hz), dtype=np.int16)  # and taken for 24 kHz
    assert judged(played).faults()


def test_another_loudness_is_a_fault() -> None:
    half = np.asarray(SENT // 2, dtype=np.int16)
    assert any(fault.startswith("0.50 times as loud") for fault in judged(half).faults())
    assert judged(np.asarray(SENT * 1.5, dtype=np.int16)).faults()


def test_another_channel_is_a_fault() -> None:
    assert judged(np.asarray(-SENT, dtype=np.int16)).faults(), "what is turned around cancels the other side"
    other = voice(1.5, seed=2)
    assert judged(other).faults()
    assert judged(np.asarray(SENT // 2 + other // 2, dtype=np.int16)).faults()


@pytest.mark.parametrize("strange_ms", [20, 200])
def test_a_sound_that_nobody_sent_is_a_fault(strange_ms: float) -> None:
    strange = noise(strange_ms / 1000)
    for parts in (
        (strange, SENT),
        (SENT, strange),
        (SENT, silence(100), strange),
        (cut(0, 1100), strange, cut(1100)),
        (cut(0, 1100), strange, cut(1100 + strange_ms)),
        (cut(0, 850), strange, cut(850)),
    ):
        assert judged(*parts).faults()


@pytest.mark.parametrize("late_ms", [12, 20, 300])
def test_a_wrong_beginning_and_a_wrong_end_are_faults(late_ms: float) -> None:
    first, last = np.flatnonzero(SENT)[[0, -1]] / FRAMES_PER_MS
    assert judged(cut(first + late_ms)).faults()
    assert judged(cut(0, last - late_ms)).faults()


def test_gaps_without_end_are_a_fault() -> None:
    assert judged(*with_gaps(dict.fromkeys(range(100, 1500, 60), 30))).faults()
    assert judged(cut(0, 1100), silence(500), cut(1100)).faults()
    crumbs = [part for at in range(0, 1500, 30) for part in (cut(at, at + 30), silence(3))]
    assert judged(*crumbs).faults(), "too little of it is left to judge"


def test_silence_is_a_fault() -> None:
    assert likeness(SENT, silence(1000)).faults()
