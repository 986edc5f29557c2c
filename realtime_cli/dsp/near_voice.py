"""What the user says while the speaker sounds, for a detector's ear: the echo gone, the voice whole.

The canceller that makes what is sent takes the first 100 to 200 ms of a voice for echo, and tears holes into it later.
A detector of speech then hears it late or never. Here the foretold echo is subtracted (`echo_fit.py`), and what
remains of it is held down band by band, by as much as the filter is usually wrong. It sounds worse than what the
canceller makes, and is never sent.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.echo_fit import BINS, BLOCK_FRAMES, PRE_EMPHASIS, Fit
from realtime_cli.dsp.echo_trust import AUDIBLE_POWER
from realtime_cli.dsp.pcm16 import Float32, Int16

_Spectrum: TypeAlias = npt.NDArray[np.complex64]

_WINDOW: Final[Float32] = np.sqrt(np.hanning(2 * BLOCK_FRAMES + 1)[:-1]).astype(np.float32)
_UNSHARPEN: Final[_Spectrum] = (
    1 / (1 - PRE_EMPHASIS * np.exp(-1j * np.pi * np.arange(BINS) / BLOCK_FRAMES))
).astype(np.complex64)

_OVERRATED: Final = 2.0  # the remaining echo is taken for twice as strong as it was
_LEAST_GAIN: Final = 0.03  # 30 dB down; a detector that meets digital silence needs longer for the next word
_LEAKS: Final = (1e-3, 1.0)  # of the echo's power, at least and at most; what it begins with is the most
_LEAK_UP: Final = 1.02  # slowly: a voice makes the share larger
_LEAK_DOWN: Final = 0.93  # quickly: each moment without one makes it small again
_TAIL: Final = 0.6  # an echo dies away more slowly than its foretelling says


class NearVoice:
    """Makes the near voice of what the filter left, in blocks of 16 ms."""

    def __init__(self) -> None:
        self._both: Float32 = np.zeros((2, 2 * BLOCK_FRAMES), dtype=np.float32)  # what is left, and the echo
        self._overlap: Float32 = np.zeros(BLOCK_FRAMES, dtype=np.float32)
        self._leak: Float32 = np.full(BINS, _LEAKS[1], dtype=np.float32)
        self._echo_power: Float32 = np.zeros(BINS, dtype=np.float32)

    def process(self, fit: Fit) -> Int16:
        """Take 16 ms; give int16[128] at 8 kHz, 16 ms later."""
        self._both[:, :BLOCK_FRAMES] = self._both[:, BLOCK_FRAMES:]
        self._both[0, BLOCK_FRAMES:], self._both[1, BLOCK_FRAMES:] = fit.left, fit.echo
        left, echo = np.fft.rfft(_WINDOW * self._both, axis=1)
        left_power = left.real**2 + left.imag**2 + np.float32(1.0)
        self._echo_power = np.maximum(echo.real**2 + echo.imag**2, _TAIL * self._echo_power)
        if float(np.dot(fit.echo, fit.echo)) > AUDIBLE_POWER:
            self._learn(left_power)
        remains = _OVERRATED * self._leak * self._echo_power + 0.5 * fit.doubt
        gain = np.maximum(_LEAST_GAIN, 1 - remains / left_power)
        out = np.asarray(np.fft.irfft(left * gain * _UNSHARPEN) * _WINDOW, dtype=np.float32)
        voice = out[:BLOCK_FRAMES] + self._overlap
        self._overlap = out[BLOCK_FRAMES:]
        return np.asarray(np.clip(np.rint(voice), -32768, 32767), dtype=np.int16)

    def _learn(self, left_power: Float32) -> None:
        more = left_power > self._leak * self._echo_power
        leak = np.clip(self._leak * np.where(more, _LEAK_UP, _LEAK_DOWN), *_LEAKS)
        self._leak = leak.astype(np.float32)
