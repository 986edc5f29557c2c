"""How loud a block is, in dB relative to full scale."""

from __future__ import annotations

import math
from typing import Final

from realtime_cli.dsp.pcm16 import FLOAT32, Int16

FLOOR_DBFS: Final = -100.0
"""Silence. One step of PCM16 is -90.3 dBFS, so that a real signal is always above."""

_FULL_SCALE = 32768.0


def rms_dbfs(frames: Int16) -> float:
    """Root mean square of int16[n] in dBFS: -100 (silence, or no frames) to 0 (a full-scale square wave).

    A full-scale sine is -3.01.
    """
    if not len(frames):
        return FLOOR_DBFS
    samples = frames.astype(FLOAT32)
    # The method, not `np.dot`: between other things that costs half as much.
    return from_power(float(samples.dot(samples)) / len(samples))


def peak_dbfs(frames: Int16) -> float:
    """The largest excursion of int16[n] in dBFS, -100 to 0."""
    if not len(frames):
        return FLOOR_DBFS
    # In Python integers: abs(int16(-32768)) would overflow.
    peak = max(int(frames.max()), -int(frames.min()))
    return from_power(float(peak) ** 2)


def from_power(mean_square: float) -> float:
    """Mean square in int16 units squared -> dBFS, at least -100."""
    if mean_square <= 0.0:
        return FLOOR_DBFS
    return max(FLOOR_DBFS, 10.0 * math.log10(mean_square / (_FULL_SCALE * _FULL_SCALE)))
