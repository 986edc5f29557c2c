"""Other programs, started by argument lists and never by a shell: bounded in time and in what they write.

Each gets a session of its own without a controlling terminal, so that it cannot write to our screen or read our
keys, and it and its children can be ended together. Keys of services do not reach it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from realtime_cli.errors import ToolError

# What programs need to find files, fonts, screens and languages. Everything else may be a secret.
_INHERITED = (
    "PATH HOME USER LOGNAME SHELL TMPDIR TEMP TMP TZ LANG LANGUAGE TERM DISPLAY WAYLAND_DISPLAY XAUTHORITY "
    "DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME VIRTUAL_ENV "
    "SYSTEMROOT SYSTEMDRIVE COMSPEC PATHEXT APPDATA LOCALAPPDATA PROGRAMFILES USERPROFILE "
    "LD_LIBRARY_PATH SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS"
)
_GRACE_S = 0.5
_READ_BYTES = 65_536
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Invocation:
    """One start of a program.

    Attributes:
        argv: The program and its arguments.
        folder: Working directory; None: ours.
        env: Variables besides the inherited ones.
        output_limit_bytes: Of stdout and of stderr; a program that writes more is ended.
        stdin: Bytes for its standard input; None: nothing to read there.
        may_leave_children: Processes that it leaves behind go on (a clipboard's owner does its work there).
    """

    argv: Sequence[str]
    folder: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    output_limit_bytes: int = 64_000
    stdin: bytes | None = None
    may_leave_children: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended. `cut`: it wrote more than its limit and was stopped for it."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    cut: bool


class _Output:
    """What a program writes to one stream, up to a limit."""

    def __init__(self, stream: asyncio.StreamReader, limit_bytes: int) -> None:
        self.kept = bytearray()
        self.over = asyncio.Event()
        self._limit_bytes = limit_bytes
        self._stream = stream

    async def read(self) -> None:
        while data := await self._stream.read(_READ_BYTES):
            self.kept += data[: self._limit_bytes - len(self.kept)]
            if len(self.kept) >= self._limit_bytes:
                self.over.set()  # it is being ended; what still comes is thrown away, so that it can


async def run_program(invocation: Invocation) -> Ended:
    """Start it and wait for its end. Cancelling the wait ends it and its children.

    Raises:
        ToolError: It cannot be started.
    """
    process = await start_program(invocation)
    assert process.stdout is not None
    assert process.stderr is not None
    outputs = [_Output(stream, invocation.output_limit_bytes) for stream in (process.stdout, process.stderr)]
    reading = asyncio.ensure_future(asyncio.gather(*(output.read() for output in outputs)))
    feeding = asyncio.create_task(_feed(process, invocation.stdin))
    ends = [asyncio.ensure_future(wait) for wait in (_exited(process), *(o.over.wait() for o in outputs))]
    clean = invocation.may_leave_children
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        cut = process.returncode is None
        if cut:
            await end_program(process)
        # A child that it left behind may hold the pipes open for ever; what was written is here in a moment.
        await asyncio.wait((reading,), timeout=_GRACE_S)
        cut = cut or any(output.over.is_set() for output in outputs)
        stdout, stderr = (bytes(output.kept) for output in outputs)
        return Ended(process.returncode if process.returncode is not None else -1, stdout, stderr, cut)
    except BaseException:
        clean = False
        raise
    finally:
        # A second cancellation must not leave a program behind.
        await asyncio.shield(
            asyncio.ensure_future(_clean_up(process, [feeding, reading, *ends], kill=not clean))
        )


async def start_program(invocation: Invocation) -> Process:
    """Start it with pipes on all three streams.

    Raises:
        ToolError: It cannot be started.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *invocation.argv,
            stdin=DEVNULL if invocation.stdin is None else PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=invocation.folder,
            env={**harmless_environment(), **invocation.env},
            start_new_session=sys.platform != "win32",
        )
    except FileNotFoundError as exc:
        gone = invocation.folder is not None and not os.path.isdir(invocation.folder)  # noqa: ASYNC240 - one stat
        what = f"folder {invocation.folder}" if gone else f"program {invocation.argv[0]!r}"
        raise ToolError(f"There is no {what}.") from exc
    except (OSError, ValueError) as exc:
        raise ToolError(f"{invocation.argv[0]!r} cannot be started: {exc}") from exc


async def end_program(process: Process, *, kill_group: bool = True) -> None:
    """Ask it and all its children to end, and kill what has not after half a second."""
    if kill_group or process.returncode is None:
        _signal_all(process, signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await _exited(process)
        if sys.platform != "win32":
            _signal_all(process, signal.SIGKILL)
        elif process.returncode is None:
            process.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await _exited(process)
    # A child of it that escaped may still hold a pipe; nothing public closes our end.
    transport = getattr(process, "_transport", None)
    if transport is not None:
        with suppress(PermissionError):
            transport.close()


async def _clean_up(process: Process, begun: Sequence[asyncio.Future[Any]], *, kill: bool) -> None:
    for one in begun:
        one.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
    await end_program(process, kill_group=kill)


def harmless_environment() -> dict[str, str]:
    """The part of our environment that programs need."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _INHERITED.split() or name.startswith("LC_")
    }


async def _exited(process: Process) -> None:
    """`Process.wait` also waits for the pipes, which a child may hold open."""
    while process.returncode is None:  # noqa: ASYNC110 - nothing tells of it but the return code
        await asyncio.sleep(_POLL_S)


def _signal_all(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.terminate()
        else:
            os.killpg(process.pid, number)


async def _feed(process: Process, data: bytes | None) -> None:
    if data is None or process.stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()
