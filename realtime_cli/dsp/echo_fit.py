"""What the microphone must hear of the speaker, learned while it sounds: an adaptive filter in the frequency domain.

    left = near - the foretold echo

The canceller proper (`echo.py`) removes echoes better, and takes the user's first words with them. This filter takes
nothing of a voice: it answers whether there is an echo at all (`echo_witness.py`), and what is left beside the echo
(`echo_trust.py`, `near_voice.py`).

It is a Kalman filter over blocks of 16 ms, one state for each bin and block of the response. Its step is the share of
what is left that its own error explains, so that it learns fast where it knows little, and not at all from a voice.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.pcm16 import Float32, Int16

RATE_HZ: Final = 8_000
BLOCK_FRAMES: Final = 128
"""16 ms."""
BINS: Final = BLOCK_FRAMES + 1
PRE_EMPHASIS: Final = 0.9
"""Speech falls with frequency; a filter learns faster where it does not."""

_PARTS: Final = 36  # 576 ms of delay and room
_KEEP: Final = 0.999  # of the response from block to block: rooms and people move
_DOUBT_FIRST: Final = 0.1  # power of a part of the response nothing is known of, in parts of the speaker's
_DOUBT_ALWAYS: Final = (
    0.01  # what may appear there at any time: else a jump of the delay was followed after 20 s
)
_DOUBT_MOST: Final = (
    2.0  # of what is heard: an echo is no louder, and a faint one is not looked for among loud ones
)
_VOICE_MEMORY: Final = 0.5
_LEAST_LEFT: Final = 100.0 * 2 * BLOCK_FRAMES  # power of the quantisation and of the quietest microphone
_TURNS: Final = (
    4  # a quarter of the parts is cut to its length in each block: all in each cost twice the time
)
_KEEP_POWER: Final = math.exp(-BLOCK_FRAMES / RATE_HZ / 0.25)
_FLOOR_POWER: Final = 2.5e3

_Spectra: TypeAlias = npt.NDArray[np.complex64]


class Fit(NamedTuple):
    """One block of 16 ms, sharpened by `PRE_EMPHASIS`.

    Attributes:
        left: float32[128]: the microphone without what was foretold.
        echo: float32[128]: what was foretold.
        doubt: float32[129]: power of the foretelling's likely error in the spectrum of a whole 256 frames.
        heard_power, left_power: Sums of squares of the microphone's block and of `left`.
    """

    left: Float32
    echo: Float32
    doubt: Float32
    heard_power: float
    left_power: float


class EchoFit:
    """Partitioned Kalman filter over 576 ms."""

    def __init__(self) -> None:
        shape = (_PARTS, BINS)
        self._response: _Spectra = np.zeros(shape, dtype=np.complex64)
        self._unsure: Float32 = np.full(shape, _DOUBT_FIRST, dtype=np.float32)
        self._far: _Spectra = np.zeros(shape, dtype=np.complex64)
        self._far_before: Float32 = np.zeros(BLOCK_FRAMES, dtype=np.float32)
        self._skipped_far: deque[Int16] = deque(maxlen=_PARTS)
        self._voice_power: Float32 = np.zeros(BINS, dtype=np.float32)
        self._last = [np.float32(0.0), np.float32(0.0)]
        self._turn = 0
        self._heard_power = self._left_power = self._far_power = self._bound = 0.0

    def watch(self, near: Int16, far: Int16) -> Fit:
        """Take int16[128] of both at 8 kHz, of the same moment."""
        while self._skipped_far:
            self._hear_far(self._skipped_far.popleft())
        self._hear_far(far)
        heard = self._sharpened(near, 0)
        foretold = np.fft.irfft((self._far * self._response).sum(axis=0))
        echo: Float32 = foretold[BLOCK_FRAMES:].astype(np.float32, copy=False)
        left = heard - echo
        self._heard_power = _KEEP_POWER * self._heard_power + float(np.dot(heard, heard))
        doubt = self._learn(left)
        fit = Fit(left, echo, doubt, float(np.dot(heard, heard)), float(np.dot(left, left)))
        self._left_power = _KEEP_POWER * self._left_power + fit.left_power
        return fit

    def skip(self, far: Int16) -> None:
        """Take int16[128] of what was played beside a microphone too quiet to learn from: next to no work."""
        self._skipped_far.append(far)
        self._heard_power = self._left_power = 0.0

    def forget(self) -> None:
        """The room is another one: begin anew with what was played."""
        self._response[:] = 0.0
        self._unsure[:] = _DOUBT_FIRST
        self._heard_power = self._left_power = 0.0

    @property
    def foretold_db(self) -> float:
        """By how many dB the foretold part made the microphone quieter, over the last quarter of a second.

        Foretelling comes before learning, so that chance gives less than 0.
        """
        return 10 * math.log10((self._heard_power + _FLOOR_POWER) / (self._left_power + _FLOOR_POWER))

    def _hear_far(self, far: Int16) -> None:
        played = self._sharpened(far, 1)
        self._far[1:] = self._far[:-1]
        self._far[0] = np.fft.rfft(np.concatenate((self._far_before, played)))
        self._far_before = played

    def _learn(self, left: Float32) -> Float32:
        error = np.fft.rfft(np.concatenate((np.zeros(BLOCK_FRAMES, dtype=np.float32), left)))
        power = error.real**2 + error.imag**2
        self._voice_power += (1 - _VOICE_MEMORY) * (power - self._voice_power)
        far_power = self._far.real**2 + self._far.imag**2
        unsure = self._bounded(far_power)
        # Half: the window of a block sees half of what its spectrum of two blocks holds.
        doubt = np.asarray(0.5 * (unsure * far_power).sum(axis=0), dtype=np.float32)
        step = unsure / (doubt + np.maximum(self._voice_power, _LEAST_LEFT))
        self._response += self._far.conj() * (step * error)
        self._cut_to_length()
        gained = self._response.real**2 + self._response.imag**2 + min(_DOUBT_ALWAYS, self._bound)
        self._unsure *= _KEEP**2 * (1 - 0.5 * step * far_power)
        self._unsure += (1 - _KEEP**2) * gained
        return doubt

    def _bounded(self, far_power: Float32) -> Float32:
        self._far_power = _KEEP_POWER * self._far_power + float(far_power.sum()) / (2 * BLOCK_FRAMES)
        self._bound = _DOUBT_MOST * self._heard_power / (self._far_power + 1.0)
        return np.minimum(self._unsure, self._bound)

    def _cut_to_length(self) -> None:
        """Each part answers for its own 16 ms: what a circular product put behind them is noise."""
        mine = slice(self._turn, None, _TURNS)
        self._turn = (self._turn + 1) % _TURNS
        taps = np.fft.irfft(self._response[mine], axis=1)
        taps[:, BLOCK_FRAMES:] = 0.0
        self._response[mine] = np.fft.rfft(taps, axis=1)

    def _sharpened(self, block: Int16, side: int) -> Float32:
        frames = block.astype(np.float32)
        before = np.concatenate((self._last[side : side + 1], frames[:-1]))
        self._last[side] = frames[-1]
        return np.asarray(frames - np.float32(PRE_EMPHASIS) * before, dtype=np.float32)
