"""Hearing and speaking over HTTP: `audio/transcriptions` and `audio/speech` of any OpenAI-compatible service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from realtime_cli.dsp.pcm16 import ByteCarry
from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.endpoint import Endpoint, EndpointClient
from realtime_cli.server.engines.voices import VOICES
from realtime_cli.server.engines.whole_ears import WholeUtterance, wav

HEARING_LIMIT_S: Final = 25.0
SPEAKING_LIMIT_S: Final = 20.0
MIN_SPEED, MAX_SPEED = 0.25, 4.0


class HttpEars:
    """A transcription service. It gets an utterance when that is over, as WAV at 16 kHz."""

    name = "http"
    languages: Sequence[str] = ()

    def __init__(self, at: Endpoint) -> None:
        self._client = EndpointClient(at, "the transcription service at", HEARING_LIMIT_S)

    async def start(self) -> None:
        """There is nothing to load."""

    def listen(self, on_partial: Callable[[str], None] | None = None, language: str = "") -> WholeUtterance:
        """Begin an utterance."""
        return WholeUtterance(self._recognise, language)

    def expect(self, phrases: Sequence[str]) -> None:
        """The service needs no list of sentences."""

    async def stop(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _recognise(self, pcm: bytes, language: str) -> str:
        fields = {"model": self._client.at.model or "whisper-1", "response_format": "json"}
        if language:
            fields["language"] = language
        file = {"file": ("utterance.wav", wav(pcm), "audio/wav")}
        async with self._client.stream("POST", "audio/transcriptions", data=fields, files=file) as answer:
            body = await answer.aread()
        try:
            return str(json.loads(body)["text"])
        except (ValueError, KeyError, TypeError):
            raise EngineFailed(f"the transcription service at {self._client.at.host} sent no text") from None


class HttpMouth:
    """A speech service that streams `pcm`: PCM16 mono at 24 kHz.

    Args:
        at: Where; its model speaks.
        voice: One voice for everything; "" passes on what the session asks for.
    """

    name = "http"

    def __init__(self, at: Endpoint, voice: str = "") -> None:
        self._client = EndpointClient(at, "the speech service at", SPEAKING_LIMIT_S)
        self._voice = voice
        self.voices: Sequence[str] = (voice,) if voice else tuple(VOICES)

    async def start(self) -> None:
        """There is nothing to load."""

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """Audio as it arrives; closing the iterator closes the HTTP stream.

        Raises:
            EngineFailed: The service cannot be reached, refuses, is silent, or breaks off.
        """
        request = {
            "model": self._client.at.model or "tts-1",
            "input": text,
            "voice": self._voice or voice,
            "response_format": "pcm",
            "speed": min(MAX_SPEED, max(MIN_SPEED, speed)),
        }
        carry = ByteCarry()
        async with self._client.stream("POST", "audio/speech", json=request) as answer:
            if "json" in answer.headers.get("content-type", ""):
                raise EngineFailed(f"the speech service at {self._client.at.host} sent no audio")
            async for piece in answer.aiter_bytes(8_192):
                if pcm := carry.feed(piece):
                    yield pcm
                await asyncio.sleep(0)

    async def stop(self) -> None:
        """Close connections."""
        await self._client.close()
