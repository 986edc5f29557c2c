"""The judge of what was heard: what a busy machine does is let pass, what a faulty program does is not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16
from tests.support.rendition import FRAMES_PER_MS, Rendition, rendition
from tests.support.sound import noise
from tests.support.voice import voice

SENT = voice()


def ms(duration_ms: float) -> int:
    return round(duration_ms * FRAMES_PER_MS)


def cut(begin_ms: float, end_ms: float | None = None) -> Int16:
    return SENT[ms(begin_ms) : None if end_ms is None else ms(end_ms)]


def silence(duration_ms: float) -> Int16:
    return np.zeros(ms(duration_ms), dtype=np.int16)


def fall(frames: Int16) -> Int16:
    """Fading to silence."""
    return np.asarray(np.rint(frames * np.linspace(1, 0, len(frames))), dtype=np.int16)


def judged(*parts: Int16) -> Rendition:
    """Of these parts in a row, with silence around them."""
    return rendition(SENT, np.concatenate((silence(500), *parts, silence(300))))


def with_gaps(gaps_ms: dict[int, float]) -> list[Int16]:
    """What was sent, with so much silence at each of these places (ms)."""
    edges = [0, *gaps_ms, len(SENT) // FRAMES_PER_MS + 1]
    pairs = itertools.pairwise(edges)
    return [part for a, b in pairs for part in (cut(a, b), silence(gaps_ms.get(b, 0)))]


def test_what_is_heard_as_it_was_sent_is_one_stretch() -> None:
    heard = judged(SENT)
    assert heard.faults() == []
    assert len(heard.stretches) == 1
    assert heard.gaps_ms == heard.lost_ms == heard.foreign_ms == 0
    assert heard.end_ms == pytest.approx(len(SENT) / FRAMES_PER_MS, abs=1)


@pytest.mark.parametrize("gap_ms", [8, 16, 28, 60])
def test_blocks_that_the_speaker_missed_are_no_fault(gap_ms: float) -> None:
    heard = judged(*with_gaps({450: gap_ms, 470: gap_ms, 1100: gap_ms, 2500: gap_ms}))
    assert heard.faults() == []
    assert heard.gaps_ms == pytest.approx(4 * gap_ms, abs=1)
    assert heard.lost_ms == 0


def test_a_block_that_is_lost_with_a_gap_in_its_place_is_no_fault() -> None:
    heard = judged(cut(0, 1000), silence(8), cut(1008, 1100), silence(40), cut(1116))
    assert heard.faults() == []
    assert heard.lost_ms == pytest.approx(24, abs=1)


def test_a_loss_shortly_after_a_gap_belongs_to_it() -> None:
    assert judged(cut(0, 1000), silence(80), cut(1000, 1008), cut(1031)).faults() == []
    late = judged(cut(0, 1000), silence(80), cut(1000, 1060), cut(1083))
    assert any("missing without silence" in fault for fault in late.faults())


def test_an_end_is_as_far_as_it_was_heard_whatever_gaps_were_before() -> None:
    heard = judged(cut(0, 1100), silence(40), cut(1100, 1600))
    assert heard.end_ms == pytest.approx(1600, abs=1)
    assert heard.faults(interrupted=True) == []
    assert heard.faults() == [f"the end is missing: {heard.tail_ms:.1f} ms"]


def test_a_fade_belongs_to_what_was_heard() -> None:
    faded = fall(cut(1100, 1110))
    heard = judged(cut(0, 1100), faded)
    assert heard.end_ms == pytest.approx(1110, abs=1)
    assert heard.faults(interrupted=True) == []
    risen = faded[::-1].copy()
    assert rendition(SENT[::-1], np.concatenate((silence(9), risen, SENT[ms(1100) - 1 :: -1]))).foreign_ms < 1


@pytest.mark.parametrize("gap_ms", [8, 60])
def test_what_is_heard_more_quietly_for_a_moment_is_no_fault_wherever_a_block_is_missed(
    gap_ms: float,
) -> None:
    def quiet(begin_ms: float, end_ms: float) -> Int16:
        return (cut(begin_ms, end_ms) * 0.25).astype(np.int16)

    for parts in (
        (cut(0, 1050), silence(gap_ms), quiet(1050, 1150)),
        (cut(0, 1050), quiet(1050, 1080), silence(gap_ms), quiet(1088, 1150), cut(1150)),
        (cut(0, 1050), quiet(1050, 1140), silence(gap_ms), fall(quiet(1140, 1150))),
    ):
        heard = judged(*parts)
        assert heard.faults(interrupted=True) == []
        assert heard.quieter_ms == pytest.approx(96, abs=6)


@pytest.mark.parametrize("lost_ms", [8, 20, 300])
def test_sound_that_is_missing_without_a_gap_is_a_fault(lost_ms: float) -> None:
    heard = judged(cut(0, 1000), cut(1000 + lost_ms))
    assert any("missing without silence" in fault for fault in heard.faults()), heard


@pytest.mark.parametrize("gap_ms", [8, 60, 300])
def test_a_long_loss_is_a_fault_whatever_silence_is_in_its_place(gap_ms: float) -> None:
    assert judged(cut(0, 1000), silence(gap_ms), cut(1300)).faults()


def test_many_lost_blocks_are_a_fault_as_a_whole() -> None:
    parts = [part for at in range(600, 1600, 40) for part in (cut(at, at + 32), silence(8))]
    assert any(
        fault.startswith("sound is missing: ") for fault in judged(cut(0, 600), *parts, cut(1600)).faults()
    )


def test_a_stretch_that_comes_twice_is_a_fault() -> None:
    heard = judged(cut(0, 1250), cut(950, 1250), cut(1250))
    assert heard.again_ms == pytest.approx(300, abs=10)
    assert any("twice" in fault for fault in heard.faults())
    assert heard.lost_ms == 0, "what follows is in order"


@pytest.mark.parametrize("block_ms", [8, 20])
def test_one_block_that_comes_twice_is_a_fault(block_ms: float) -> None:
    heard = judged(cut(0, 1100), cut(1100 - block_ms, 1100), cut(1100))
    assert any("twice" in fault for fault in heard.faults()), heard


def test_two_stretches_that_changed_places_are_a_fault() -> None:
    heard = judged(cut(0, 1000), cut(1150, 1300), cut(1000, 1150), cut(1300))
    assert heard.again_ms > 100
    assert any("missing without silence" in fault for fault in heard.faults())


@pytest.mark.parametrize("strange_ms", [20, 200])
def test_a_sound_in_the_middle_that_nobody_sent_is_a_fault(strange_ms: float) -> None:
    heard = judged(cut(0, 1100), noise(strange_ms / 1000), cut(1100))
    assert heard.foreign_ms == pytest.approx(strange_ms, abs=2)
    assert any("was not sent" in fault for fault in heard.faults())


@pytest.mark.parametrize("early", [True, False])
def test_a_sound_around_it_that_nobody_sent_is_a_fault(early: bool) -> None:
    strange = noise(0.1)
    assert judged(*((strange, SENT) if early else (SENT, strange))).faults()


@pytest.mark.parametrize("late_ms", [8, 20, 300])
def test_a_wrong_beginning_and_a_wrong_end_are_faults(late_ms: float) -> None:
    first, last = np.flatnonzero(SENT)[[0, -1]] / FRAMES_PER_MS
    assert "the beginning" in judged(cut(first + late_ms)).faults()[0]
    assert "the end" in judged(cut(0, last - late_ms)).faults()[0]


def test_gaps_without_end_are_a_fault() -> None:
    assert judged(*with_gaps(dict.fromkeys(range(400, 2600, 100), 30))).faults()
    assert judged(cut(0, 1100), silence(500), cut(1100)).faults()


def test_another_sound_and_none_at_all_are_faults() -> None:
    assert "the beginning" in judged(noise(2.0)).faults()[0]
    assert "the beginning" in judged(silence(100)).faults()[0]


def test_the_same_sound_more_quietly_throughout_is_a_fault() -> None:
    assert judged(np.asarray(SENT // 2, dtype=np.int16)).faults()
