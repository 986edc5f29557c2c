"""A canceller that is loaded beside the first blocks: nothing waits for it, and nothing is lost without it."""

from __future__ import annotations

import threading

import numpy as np

from realtime_cli.dsp.echo import EchoCanceller, Separator, load
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.runtime.late_canceller import LateCanceller

MARK: Int16 = np.ones(240, dtype=np.int16)
NEAR: Int16 = np.arange(240, dtype=np.int16)
FAR: Int16 = np.full(240, 9000, dtype=np.int16)


def _is_shut(gate: EchoCanceller) -> bool:
    """Nothing passes, once it has faded out."""
    return not [gate.process(NEAR, FAR) for _ in range(10)][-1].any()


def test_blocks_pass_as_they_are_until_it_is_there() -> None:
    may_load = threading.Event()

    def make() -> EchoCanceller | None:
        may_load.wait(10)
        return load("half-duplex")

    late = LateCanceller(make, lambda: None)
    assert [late.process(NEAR, FAR) is NEAR for _ in range(3)] == [True] * 3
    may_load.set()
    late.wait()
    assert _is_shut(late), "the gate is shut while the speaker sounds"


SILENCE: Int16 = np.zeros(240, dtype=np.int16)
WORD: Int16 = np.full(240, 3000, dtype=np.int16)


def test_it_takes_over_between_two_words() -> None:
    late = LateCanceller(lambda: Marking(), lambda: None)
    late.process(WORD, SILENCE)
    late.wait()
    assert late.process(WORD, SILENCE) is WORD, "a word is being said"
    assert late.process(SILENCE, SILENCE) is MARK
    assert late.process(WORD, SILENCE) is MARK, "and then it stays"


def test_it_takes_over_in_a_word_when_an_answer_begins_or_the_room_is_never_quiet() -> None:
    for far, steps in ((FAR, 1), (SILENCE, 301)):
        late = LateCanceller(lambda: Marking(), lambda: None)
        late.process(WORD, SILENCE)
        late.wait()
        assert [late.process(WORD, far) is MARK for _ in range(steps)] == [False] * (steps - 1) + [True]


def test_nothing_is_loaded_for_a_microphone_that_never_delivers() -> None:
    made: list[int] = []
    LateCanceller(lambda: made.append(1), lambda: None).wait()
    assert not made


def test_it_is_made_once() -> None:
    made: list[int] = []

    def make() -> EchoCanceller | None:
        made.append(1)
        return load("off")

    late = LateCanceller(make, lambda: None)
    for _ in range(5):
        late.process(NEAR, FAR)
        late.wait()
    assert made == [1]


def test_another_one_stands_in_where_the_library_is_missing_or_broken() -> None:
    def broken() -> EchoCanceller | None:
        raise RuntimeError("symbol not found")

    for make in (broken, lambda: None):
        late = LateCanceller(make, lambda: load("half-duplex"))
        late.process(NEAR, FAR)
        late.wait()
        assert _is_shut(late)


class Marking:
    """A canceller that one sees at work."""

    def process(self, near: Int16, far: Int16) -> Int16:
        return MARK


class Telling:
    """A canceller that tells the near voice."""

    def process(self, near: Int16, far: Int16) -> Int16:
        return near

    def take_voice(self) -> Int16 | None:
        return NEAR


def test_it_tells_the_near_voice_as_soon_as_the_canceller_does() -> None:
    late = LateCanceller(Telling, lambda: None)
    assert isinstance(late, Separator)
    assert late.take_voice() is None, "nothing is there yet"
    late.process(NEAR, FAR)
    late.wait()
    assert late.take_voice() is NEAR


def test_one_that_cannot_tell_has_no_opinion() -> None:
    late = LateCanceller(lambda: load("half-duplex"), lambda: None)
    late.process(NEAR, FAR)
    late.wait()
    assert late.take_voice() is None
