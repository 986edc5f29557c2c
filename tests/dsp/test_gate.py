"""Half duplex."""

from __future__ import annotations

import numpy as np

from realtime_cli.dsp.gate import HalfDuplexGate
from tests.dsp.signals import noise, tone

STEP = 240
SILENCE = np.zeros(STEP, dtype=np.int16)


def test_the_microphone_is_shut_while_the_speaker_sounds_and_250_ms_longer() -> None:
    gate, near, far = HalfDuplexGate(), noise(STEP), tone(500, 24_000)[:STEP]
    assert gate.process(near, SILENCE) is near
    gate.process(near, far)
    shut = [gate.process(near, far) for _ in range(10)] + [gate.process(near, SILENCE) for _ in range(24)]
    assert not np.concatenate(shut).any()
    before, opening, after = gate.is_shut, gate.process(near, SILENCE), gate.is_shut
    assert (before, after) == (True, False)
    assert np.array_equal(opening[120:], near[120:])
    assert gate.process(near, SILENCE) is near


def test_the_edges_are_soft() -> None:
    gate, near = HalfDuplexGate(hang_ms=10), np.full(STEP, 10_000, dtype=np.int16)
    far = tone(500, 24_000)[:STEP]
    parts = [gate.process(near, sound) for sound in (SILENCE, far, far, SILENCE, SILENCE)]
    assert np.abs(np.diff(np.concatenate(parts).astype(int))).max() < 200
    assert np.all(near == 10_000)


def test_what_nobody_can_hear_does_not_shut_it() -> None:
    gate, near = HalfDuplexGate(), noise(STEP)
    assert gate.process(near, np.full(STEP, 20, dtype=np.int16)) is near
    assert gate.process(near, np.full(STEP, 100, dtype=np.int16)) is not near
