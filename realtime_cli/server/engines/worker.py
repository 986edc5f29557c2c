"""An engine in a process of its own, seen from the event loop: started when needed, restarted after it died."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.frames import HEADER, MAX_BODY_BYTES, Frame, pack

_SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")
_STOP_S = 1.0  # a worker that does not see EOF for so long is stuck in C code


def quiet_environment() -> dict[str, str]:
    """Our environment without anything that looks like a key: an engine has no use for them."""
    return {
        name: value
        for name, value in os.environ.items()
        if not any(word in name.upper() for word in _SECRET_WORDS)
    }


class Worker:
    """One worker process that speaks `frames`.

    `on_frame` gets every frame on the loop, except the first: that is `R` (ready) or `!` (why it cannot work).
    `on_death` is called once when the process ends without being asked to.
    """

    def __init__(
        self,
        module: str,
        arguments: tuple[str, ...],
        *,
        on_frame: Callable[[Frame], None],
        on_death: Callable[[], None],
    ) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._name = module.rpartition(".")[2]
        self._on_frame, self._on_death = on_frame, on_death
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def is_alive(self) -> bool:
        """It has started and its end was not seen yet."""
        return self._reading is not None and not self._reading.done()

    @property
    def pid(self) -> int | None:
        """The process id, None when there is no process."""
        return self._process.pid if self._process else None

    async def start(self, limit_s: float) -> Frame:
        """Start the process and wait for its ready frame, which is returned.

        Raises:
            EngineFailed: It cannot start, is not ready within `limit_s`, or says why it cannot work.
        """
        self._stopping = False
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=quiet_environment(),
                start_new_session=True,  # Ctrl+C in the terminal is for us, not for the engine
            )
        except OSError as exc:
            raise EngineFailed(f"{self._name} did not start: {exc.strerror}") from exc
        assert self._process.stdout is not None
        stream = self._process.stdout
        try:
            async with asyncio.timeout(limit_s):
                first = await _next_frame(stream)
        except TimeoutError:
            await self.stop()
            raise EngineFailed(f"{self._name} was not ready after {limit_s:.0f} s") from None
        except BaseException:
            await self.stop()
            raise
        if first is None or first.kind != "R":
            await self.stop()
            why = first.body.decode("utf-8", "replace") if first else "it ended at once"
            raise EngineFailed(f"{self._name} cannot work: {why}")
        self._reading = asyncio.create_task(self._read(stream), name=f"read {self._name}")
        return first

    def send(self, kind: str, body: bytes | dict[str, Any] = b"") -> None:
        """Hand one frame over; never waits. Nothing happens when the process is gone: its death is told elsewhere."""
        if self._process is not None and self._process.stdin is not None and self.is_alive:
            self._process.stdin.write(pack(kind, body))

    async def stop(self) -> None:
        """End the process, kindly first, and free everything that belongs to it. Idempotent."""
        self._stopping = True
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_S):
                await self._end_of(process)
        except TimeoutError:
            _kill(process)
            await self._end_of(process)
        except asyncio.CancelledError:
            _kill(
                process
            )  # there is no time to be kind; its end comes at once, and its pipes must not outlive the loop
            await self._end_of(process)
            raise

    async def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            _kill(self._process)
        await self.stop()

    async def _end_of(self, process: asyncio.subprocess.Process) -> None:
        """Wait until the process is gone and both pipes are closed, so that no transport outlives the loop."""
        assert process.stdin is not None
        assert process.stdout is not None
        if self._reading is not None:
            await asyncio.wait([self._reading])
        while await process.stdout.read(65536):
            pass
        await process.wait()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await process.stdin.wait_closed()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while (frame := await _next_frame(stream)) is not None:
            self._on_frame(frame)
        if not self._stopping:
            self._on_death()


async def _next_frame(stream: asyncio.StreamReader) -> Frame | None:
    """The next frame, None at the end of the stream or when it is out of step."""
    try:
        length, kind = HEADER.unpack(await stream.readexactly(HEADER.size))
        return (
            Frame(kind.decode("ascii"), await stream.readexactly(length))
            if length <= MAX_BODY_BYTES
            else None
        )
    except asyncio.IncompleteReadError:
        return None


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
