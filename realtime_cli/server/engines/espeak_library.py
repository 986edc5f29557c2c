"""Speech from the espeak library that `espeakng-loader` brings, where the `espeak-ng` program is not installed."""

from __future__ import annotations

import asyncio
import importlib.util
import struct
from collections.abc import AsyncIterator, Sequence
from typing import Final

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.frames import Frame
from realtime_cli.server.engines.speech_shape import SpeechShape
from realtime_cli.server.engines.voices import VOICES, speakable, voice_named, words_per_minute
from realtime_cli.server.engines.worker import Worker

_MODULE: Final = "realtime_cli.server.engines.espeak_worker"
_START_S: Final = 20.0
_STALL_S: Final = 10.0
_DIED: Final = "espeak's process ended"


def is_library_installed() -> bool:
    """Whether `espeakng_loader` is there; it is not imported for that."""
    return importlib.util.find_spec("espeakng_loader") is not None


class EspeakLibraryMouth:
    """The espeak library in one worker process, which says one clause after the other."""

    name = "espeak-loader"
    voices: Sequence[str] = tuple(VOICES)

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._rate_hz = 22_050
        self._next_id = 1
        self._waiting: dict[int, asyncio.Queue[bytes | EngineFailed | None]] = {}

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when it is not running."""
        return self._worker.pid if self._worker else None

    async def start(self) -> None:
        """Start the worker when it is not running.

        Raises:
            EngineFailed: It cannot start or the library cannot be loaded.
        """
        async with self._starting:
            if self._worker is not None and self._worker.is_alive:
                return
            if self._worker is not None:
                await self._worker.stop()
            self._worker = Worker(_MODULE, (), on_frame=self._on_frame, on_death=self._on_death)
            ready = await self._worker.start(_START_S)
            self._rate_hz = int(ready.json()["rate_hz"])

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """Audio of `text`; closing the iterator stops the synthesis.

        Raises:
            EngineFailed: The worker cannot start, died, or makes no sound for 10 s.
        """
        words = speakable(text)
        if not words:
            return
        await self.start()
        worker = self._worker
        assert worker is not None
        number, self._next_id = self._next_id, self._next_id + 1
        arrived: asyncio.Queue[bytes | EngineFailed | None] = asyncio.Queue()
        self._waiting[number] = arrived
        chosen = voice_named(voice)
        worker.send("S", {
            "id": number, "text": words, "voice": chosen.identifier, "pitch": chosen.pitch,
            "rate": words_per_minute(speed),
        })  # fmt: skip
        shape = SpeechShape(self._rate_hz)
        ended = False
        try:
            while (piece := await _next_piece(arrived)) is not None:
                if isinstance(piece, EngineFailed):
                    raise piece
                if pcm := shape.feed(piece):
                    yield pcm
            ended = True
            if pcm := shape.finish():
                yield pcm
        except TimeoutError:
            await worker.kill()
            raise EngineFailed(f"espeak made no sound for {_STALL_S:.0f} s") from None
        finally:
            del self._waiting[number]
            if not ended:
                worker.send("X", {"id": number})

    async def stop(self) -> None:
        """End the worker; what is being said ends with a failure."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop()
        self._on_death()

    def _on_frame(self, frame: Frame) -> None:
        if frame.kind == "A":
            (number,) = struct.unpack_from("<I", frame.body)
            if number in self._waiting:
                self._waiting[number].put_nowait(frame.body[4:])
        elif frame.kind == "D":
            end = frame.json()
            why = end.get("error")
            if end["id"] in self._waiting:
                self._waiting[end["id"]].put_nowait(EngineFailed(f"espeak failed: {why}") if why else None)

    def _on_death(self) -> None:
        for arrived in self._waiting.values():
            arrived.put_nowait(EngineFailed(_DIED))


async def _next_piece(arrived: asyncio.Queue[bytes | EngineFailed | None]) -> bytes | EngineFailed | None:
    await asyncio.sleep(0)  # taking what is there already does not let anybody else run
    async with asyncio.timeout(_STALL_S):
        return await arrived.get()
