"""Speech from a synthesis that runs in a worker process: started when needed, restarted when it died."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.frames import Frame
from realtime_cli.server.engines.speech_shape import SpeechShape
from realtime_cli.server.engines.voices import speakable
from realtime_cli.server.engines.worker import Worker

_START_S: Final = 60.0  # a neural voice is a file of up to 300 MB
_STALL_S: Final = 10.0


class WorkerMouth:
    """One worker process, which says one clause after the other.

    Args:
        name: Of the engine.
        module: What the process runs; it speaks `speaking`'s frames.
        arguments: For the process.
        voices: What sessions may ask for.
    """

    def __init__(self, name: str, module: str, arguments: tuple[str, ...], voices: Sequence[str]) -> None:
        self.name, self.voices = name, voices
        self._module, self._arguments = module, arguments
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
            EngineFailed: It cannot start or its voice cannot be loaded.
        """
        async with self._starting:
            if self._worker is not None and self._worker.is_alive:
                return
            if self._worker is not None:
                await self._worker.stop()
            self._worker = Worker(
                self._module, self._arguments, on_frame=self._on_frame, on_death=self._on_death
            )
            ready = (await self._worker.start(_START_S)).json()
            self._rate_hz = int(ready["rate_hz"])
            self._ready(ready)

    def _ready(self, ready: dict[str, Any]) -> None:
        """What the worker told when it was ready."""

    def _request(self, words: str, voice: str, speed: float) -> dict[str, Any]:
        """What the worker is to say, and how."""
        return {"text": words, "voice": voice, "speed": speed}

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
        worker.send("S", {"id": number, **self._request(words, voice, speed)})
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
            raise EngineFailed(f"{self.name} made no sound for {_STALL_S:.0f} s") from None
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
                self._waiting[end["id"]].put_nowait(
                    EngineFailed(f"{self.name} failed: {why}") if why else None
                )

    def _on_death(self) -> None:
        for arrived in self._waiting.values():
            arrived.put_nowait(EngineFailed(f"{self.name}'s process ended"))


async def _next_piece(arrived: asyncio.Queue[bytes | EngineFailed | None]) -> bytes | EngineFailed | None:
    await asyncio.sleep(0)  # taking what is there already does not let anybody else run
    async with asyncio.timeout(_STALL_S):
        return await arrived.get()
