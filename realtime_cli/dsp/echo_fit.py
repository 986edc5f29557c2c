"""How much of the microphone can be foretold from the speaker: an adaptive filter in the frequency domain.

It removes no echo (the canceller does that, and better). It only answers whether there is one.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.pcm16 import Int16

RATE_HZ: Final = 8_000
BLOCK_FRAMES: Final = 512
"""64 ms."""

_PARTS: Final = 9  # 576 ms of delay and room
_STEP_SIZE: Final = 0.25  # small enough not to run after a voice, large enough for half a second
_PRE_EMPHASIS: Final = 0.9  # speech falls with frequency; a filter learns faster where it does not
_MEMORY_S: Final = 0.25
_FLOOR_POWER: Final = 1e4
_LEAST_FAR: Final = 50.0 * BLOCK_FRAMES**2

_Spectra: TypeAlias = npt.NDArray[np.complex128]
_Float64: TypeAlias = npt.NDArray[np.float64]


class EchoFit:
    """Partitioned normalised least mean squares, constrained, over 576 ms."""

    def __init__(self) -> None:
        shape = (_PARTS, BLOCK_FRAMES + 1)
        self._weights: _Spectra = np.zeros(shape, dtype=np.complex128)
        self._far: _Spectra = np.zeros(shape, dtype=np.complex128)
        self._far_before: _Float64 = np.zeros(BLOCK_FRAMES)
        self._last = [0.0, 0.0]
        self._near_power = self._left_power = 0.0

    def watch(self, near: Int16, far: Int16) -> float:
        """Take int16[512] of both at 8 kHz.

        Returns:
            By how many dB the foretold part made the microphone quieter, over the last quarter of a second.
            Foretelling comes before learning, so that chance gives less than 0.
        """
        heard, played = self._sharpened(near, 0), self._sharpened(far, 1)
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = np.fft.rfft(np.concatenate((self._far_before, played)))
        self._far_before = played
        foretold = np.fft.irfft((self._far * self._weights).sum(axis=0))[BLOCK_FRAMES:]
        left = heard - foretold
        self._learn(left)
        keep = math.exp(-BLOCK_FRAMES / RATE_HZ / _MEMORY_S)
        self._near_power = keep * self._near_power + float(np.dot(heard, heard))
        self._left_power = keep * self._left_power + float(np.dot(left, left))
        return 10 * math.log10((self._near_power + _FLOOR_POWER) / (self._left_power + _FLOOR_POWER))

    def _learn(self, left: _Float64) -> None:
        power = np.sum(self._far.real**2 + self._far.imag**2, axis=0) + _LEAST_FAR
        error = np.fft.rfft(np.concatenate((np.zeros(BLOCK_FRAMES), left)))
        step = np.fft.irfft(np.conj(self._far) * (_STEP_SIZE * error / power), axis=1)
        step[:, BLOCK_FRAMES:] = 0.0
        self._weights += np.fft.rfft(step, axis=1)

    def _sharpened(self, block: Int16, side: int) -> _Float64:
        frames = block.astype(np.float64)
        out = frames - _PRE_EMPHASIS * np.concatenate(([self._last[side]], frames[:-1]))
        self._last[side] = float(frames[-1])
        return np.asarray(out)
