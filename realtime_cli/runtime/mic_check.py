"""Recognises a microphone that cannot be one: it delivers only zeros, or the speaker's own sound."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16

_ZEROS_S: Final = 4.0
_WINDOW_FRAMES: Final = SAMPLE_RATE_HZ // 2
_LATEST_FRAMES: Final = SAMPLE_RATE_HZ // 2
_EARLIEST_FRAMES: Final = SAMPLE_RATE_HZ // 10
"""A monitor may be met a little before what it monitors was told."""
OWN_LIKENESS: Final = 0.97
"""Of the speaker's sound at its best delay; a loudspeaker and a room leave less than 0.9."""
_LOUD_DBFS: Final = -45.0
_LOOKS: Final = 10
"""Each costs 3 ms; a voice may be in one of them, or a block that the speaker missed."""

ZEROS: Final = "The microphone delivers only zeros: is it switched off, or not allowed to this program?"
ZEROS_ADVICE: Final = "Look for a mute switch, and for microphone access in the system's privacy settings."
OWN_SOUND: Final = "The microphone hears the speaker's own signal, not the room."
OWN_SOUND_ADVICE: Final = "It is a monitor or a loopback: choose a real microphone with --input-device."


class MicCheck:
    """Looks at the raw microphone beside what is played, 24 kHz mono both. Each complaint comes once."""

    def __init__(self) -> None:
        self._zero_frames = 0
        self._heard_something = False
        self._near: list[Int16] = []
        self._far: list[Int16] = []
        self._frames = 0
        self._looks_left = _LOOKS

    @property
    def done(self) -> bool:
        """Nothing more will be said."""
        return not self._looks_left

    def watch(self, near: Int16, far: Int16) -> tuple[str, str] | None:
        """Take the next frames of both; a complaint and an advice, or None."""
        if self.done:
            return None
        if near.any():
            self._heard_something = True
        elif not self._heard_something:
            self._zero_frames += len(near)
            if self._zero_frames >= _ZEROS_S * SAMPLE_RATE_HZ:
                self._looks_left = 0
                return ZEROS, ZEROS_ADVICE
        if not self._frames and not far.any():
            return None  # nothing sounds: nothing to compare
        return self._compare(near, far)

    def _compare(self, near: Int16, far: Int16) -> tuple[str, str] | None:
        self._near.append(near)
        self._far.append(far)
        self._frames += len(near)
        if self._frames < _WINDOW_FRAMES + _LATEST_FRAMES + _EARLIEST_FRAMES:
            return None
        near_part = np.concatenate(self._near)[-_WINDOW_FRAMES - _EARLIEST_FRAMES : -_EARLIEST_FRAMES]
        far_all = np.concatenate(self._far)
        self._near, self._far, self._frames = [], [], 0
        if rms_dbfs(near_part) < _LOUD_DBFS or rms_dbfs(far_all) < _LOUD_DBFS:
            return None
        self._looks_left -= 1
        if likeness(near_part, far_all) > OWN_LIKENESS:
            self._looks_left = 0
            return OWN_SOUND, OWN_SOUND_ADVICE
        return None


def likeness(part: Int16, whole: Int16) -> float:
    """The best normalised correlation of `part` with a stretch of `whole`, 0.0 to 1.0."""
    a, b = part.astype(np.float64), whole.astype(np.float64)
    sums = np.concatenate(([0.0], np.cumsum(b**2)))
    powers = np.maximum(sums[len(a) :] - sums[: len(b) - len(a) + 1], 1.0)
    return float(np.max(correlation(part, whole) / np.sqrt(powers * max(1.0, float(np.dot(a, a))))))


def correlation(part: Int16, whole: Int16) -> npt.NDArray[np.float64]:
    """The dot product of `part` with each stretch of `whole` that is as long."""
    a, b = part.astype(np.float64), whole.astype(np.float64)
    size = 1 << (len(a) + len(b)).bit_length()
    return np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)[: len(b) - len(a) + 1]
