"""Ears that hear an utterance when it is over: whole audio in, text out. They keep the audio and ask once."""

from __future__ import annotations

import io
import wave
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, from_bytes, to_bytes
from realtime_cli.dsp.resample import Resampler
from realtime_cli.server.engines.contract import Transcript

RATE_HZ: Final = 16_000

Recognise: TypeAlias = Callable[[bytes, str], Awaitable[str]]
"""PCM16 mono at 16 kHz and a language ("" for any) -> the words. Raises EngineFailed."""


class WholeUtterance:
    """Keeps the audio at 16 kHz while the user speaks.

    Args:
        recognise: Asked once, at the end.
        language: The client's hint or "".
    """

    def __init__(self, recognise: Recognise, language: str) -> None:
        self._recognise, self._language = recognise, language
        self._resampler = Resampler(SAMPLE_RATE_HZ, RATE_HZ)
        self._pcm = bytearray()

    async def feed(self, pcm: bytes) -> None:
        """Take PCM16 at 24 kHz."""
        self._pcm += to_bytes(self._resampler.process(from_bytes(pcm)))

    async def finish(self) -> Transcript:
        """Ask for the words.

        Raises:
            EngineFailed: They could not be had.
        """
        self._pcm += to_bytes(self._resampler.flush())
        text = await self._recognise(bytes(self._pcm), self._language)
        return Transcript(" ".join(text.split()))

    async def discard(self) -> None:
        """Forget it."""
        self._pcm.clear()


def wav(pcm: bytes, rate_hz: int = RATE_HZ) -> bytes:
    """A WAV file of PCM16 mono."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(pcm)
    return file.getvalue()
