"""Whisper models through `faster-whisper`, which a user installs beside the program, in a worker process."""

from __future__ import annotations

import asyncio
import importlib.util
import struct
from collections.abc import Callable, Sequence
from typing import Final

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.frames import Frame
from realtime_cli.server.engines.whole_ears import RATE_HZ, WholeUtterance
from realtime_cli.server.engines.worker import Worker

DEFAULT_MODEL: Final = "base"
_MODULE: Final = "realtime_cli.server.engines.whisper_worker"
_START_S: Final = 600.0  # at its first start the package downloads the model
_PATIENCE_S: Final = 20.0  # beside the audio's own length, for each utterance that waits


def is_whisper_installed() -> bool:
    """Whether `faster_whisper` is there; it is not imported for that."""
    return importlib.util.find_spec("faster_whisper") is not None


class WhisperEars:
    """One model in one process; utterances of all sessions are recognised one after the other.

    Args:
        model: Name or folder, as `faster_whisper.WhisperModel` takes it.
        module: What the process runs; it speaks `whisper_worker`'s frames.
    """

    name = "faster-whisper"
    languages: Sequence[str] = ()

    def __init__(self, model: str = "", module: str = _MODULE) -> None:
        self._arguments, self._module = (model or DEFAULT_MODEL,), module
        self._worker: Worker | None = None
        self._starting = asyncio.Lock()
        self._next_id = 1
        self._waiting: dict[int, asyncio.Future[str]] = {}
        self._phrases: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when it is not running."""
        return self._worker.pid if self._worker else None

    @property
    def is_alive(self) -> bool:
        """The process is there and was not seen to end."""
        return self._worker is not None and self._worker.is_alive

    async def start(self) -> None:
        """Load the model.

        Raises:
            EngineFailed: It cannot be loaded.
        """
        async with self._starting:
            if self._worker is not None and self._worker.is_alive:
                return
            if self._worker is not None:
                await self._worker.stop()
            self._worker = Worker(
                self._module, self._arguments, on_frame=self._on_frame, on_death=self._on_death
            )
            await self._worker.start(_START_S)

    def listen(self, on_partial: Callable[[str], None] | None = None, language: str = "") -> WholeUtterance:
        """Begin an utterance. Whisper hears it as a whole, so there are no partial words."""
        return WholeUtterance(self._recognise, language)

    def expect(self, phrases: Sequence[str]) -> None:
        """Whisper needs no list of sentences."""

    async def stop(self) -> None:
        """End the worker; what waits fails."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop()
        self._on_death()

    async def _recognise(self, pcm: bytes, language: str) -> str:
        await self.start()
        worker = self._worker
        assert worker is not None
        number, self._next_id = self._next_id, self._next_id + 1
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        hint = language.encode()[:16]
        worker.send("U", struct.pack("<IB", number, len(hint)) + hint + pcm)
        seconds = len(pcm) / 2 / RATE_HZ
        try:
            async with asyncio.timeout(_PATIENCE_S * len(self._waiting) + seconds):
                return await answer
        except TimeoutError:
            await worker.kill()
            raise EngineFailed("speech recognition took too long") from None
        finally:
            self._waiting.pop(number, None)

    def _on_frame(self, frame: Frame) -> None:
        end = frame.json()
        answer = self._waiting.get(end["id"])
        if answer is None or answer.done():
            return
        if "error" in end:
            answer.set_exception(EngineFailed(f"{self.name} failed: {end['error']}"))
        else:
            answer.set_result(str(end["text"]))

    def _on_death(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EngineFailed(f"{self.name}'s process ended"))
