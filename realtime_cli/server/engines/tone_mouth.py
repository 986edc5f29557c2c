"""A voice that needs nothing: one beep for each word, as long as the word is, always the same for the same text."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

import numpy as np

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, to_bytes

_PER_LETTER_S: Final = 0.055
_MIN_BEEP_S: Final = 0.08
_MAX_BEEP_S: Final = 0.6
_GAP_S: Final = 0.04
_EDGE_S: Final = 0.008  # long enough that no beep clicks
_LEVEL: Final = 0.18  # about -15 dBFS
_NOTES_HZ: Final = (262, 294, 330, 392, 440, 523, 587, 659)  # pentatonic: any order sounds harmless


class ToneMouth:
    """Beeps. For machines without a speech engine, and for tests that want to know every frame."""

    name = "tone"
    voices: Sequence[str] = ("beeps",)

    async def start(self) -> None:
        """There is nothing to get ready."""

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """One beep and one gap for each word; `voice` changes nothing, `speed` (0.25..4) the lengths."""
        for word in re.findall(r"\w+", text) or ["."] * bool(text.strip()):
            yield to_bytes(_beep(word, min(4.0, max(0.25, speed))))
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """There is nothing to stop."""


def _beep(word: str, speed: float) -> Int16:
    """int16[n] at 24 kHz: a sine with soft edges, then the gap."""
    length_s = min(_MAX_BEEP_S, max(_MIN_BEEP_S, len(word) * _PER_LETTER_S)) / speed
    frames = round(length_s * SAMPLE_RATE_HZ)
    pitch_hz = _NOTES_HZ[zlib.crc32(word.lower().encode()) % len(_NOTES_HZ)]
    at_s = np.arange(frames) / SAMPLE_RATE_HZ
    edge = np.clip(np.minimum(at_s, at_s[::-1]) / _EDGE_S, 0.0, 1.0)
    wave = np.sin(2 * np.pi * pitch_hz * at_s) * edge * (_LEVEL * 32767)
    gap = np.zeros(round(_GAP_S / speed * SAMPLE_RATE_HZ), dtype=np.int16)
    return np.concatenate((np.rint(wave).astype(np.int16), gap))
