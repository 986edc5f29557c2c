"""Short tones of our own, for those who do not look at the screen: two notes each, 160 ms, at -24 dBFS."""

from __future__ import annotations

from typing import Final

import numpy as np

from realtime_cli.dsp import gain
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, frames_in

NOTES_HZ: Final = {"ready": (523.0, 784.0), "heard": (659.0, 659.0), "lost": (523.0, 349.0)}
"""Rising: the session is ready. Level: your turn was heard. Falling: the line is lost."""

_NOTE_MS: Final = 80
_PEAK: Final = 2900


def cue(name: str) -> Int16:
    """int16[n] at 24 kHz.

    Raises:
        KeyError: There is no such cue.
    """
    return np.concatenate([_note(hz) for hz in NOTES_HZ[name]])


def _note(hz: float) -> Int16:
    at_s = np.arange(frames_in(_NOTE_MS)) / SAMPLE_RATE_HZ
    note: Int16 = np.rint(_PEAK * np.sin(2 * np.pi * hz * at_s)).astype(np.int16)
    gain.soften_start(note, frames_in(10))
    gain.soften_end(note, frames_in(40))
    return note
