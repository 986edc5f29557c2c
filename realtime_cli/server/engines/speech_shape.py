"""From what an espeak makes to what the server sends: 24 kHz, without the silence at both ends."""

from __future__ import annotations

from typing import Final

import numpy as np

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, SILENCE, Int16, from_bytes, to_bytes
from realtime_cli.dsp.resample import Resampler

_QUIET: Final = 100
"""Samples below it count as silence: -50 dBFS, under espeak's softest consonants and above its dither."""

_LEAD_S: Final = 0.010
_TAIL_S: Final = 0.120
"""A short breath stays at the end, because clauses are put one after the other."""


class SpeechShape:
    """Resamples and trims one spoken clause while it is being made."""

    def __init__(self, from_hz: int) -> None:
        self._resampler = Resampler(from_hz, SAMPLE_RATE_HZ)
        self._carry = b""
        self._speaking = False
        self._held = SILENCE  # quiet so far; it is sent when sound follows, and cut when nothing does

    def feed(self, pcm: bytes) -> bytes:
        """Take PCM16 at the engine's rate, of any length; give PCM16 at 24 kHz in whole frames, maybe none."""
        data = self._carry + pcm
        whole = len(data) - len(data) % 2
        self._carry = data[whole:]
        return to_bytes(self._trim(self._resampler.process(from_bytes(data[:whole]))))

    def finish(self) -> bytes:
        """The end of the clause, with at most `_TAIL_S` of silence."""
        rest = self._trim(self._resampler.flush())
        tail = self._held[: round(_TAIL_S * SAMPLE_RATE_HZ)] if self._speaking else SILENCE
        self._held = SILENCE
        return to_bytes(np.concatenate((rest, tail)))

    def _trim(self, frames: Int16) -> Int16:
        if not len(frames):
            return SILENCE
        stream = np.concatenate((self._held, frames))
        loud = np.flatnonzero((stream > _QUIET) | (stream < -_QUIET))
        if not len(loud):
            self._held = stream if self._speaking else stream[-round(_LEAD_S * SAMPLE_RATE_HZ) :]
            return SILENCE
        first = 0 if self._speaking else max(0, int(loud[0]) - round(_LEAD_S * SAMPLE_RATE_HZ))
        end = int(loud[-1]) + 1
        self._speaking = True
        self._held = stream[end:]
        return stream[first:end]
