"""Speech from the `espeak-ng` executable: one process for each clause, its WAV read while it is made.

Running the program keeps its GPL apart from our code, and killing it is the whole of aborting.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.speech_shape import SpeechShape
from realtime_cli.server.engines.voices import VOICES, speakable, voice_named, words_per_minute
from realtime_cli.server.engines.worker import quiet_environment

_PIECE_BYTES: Final = 8192  # 186 ms at 22 050 Hz
_STALL_S: Final = 10.0  # 8 ms to the first audio were measured; this is for a machine that is busy or asleep
_MAX_HEADER_BYTES: Final = 4096


def find_espeak() -> str | None:
    """Path of the executable, None when it is not installed."""
    return shutil.which("espeak-ng")


class EspeakMouth:
    """espeak-ng as a program.

    Args:
        executable: None: the one on the PATH.
        language: espeak's name of the language, such as "de"; "" is English in the accents of `voices`.
    """

    name = "espeak-ng"
    voices: Sequence[str] = tuple(VOICES)

    def __init__(self, executable: str | None = None, language: str = "") -> None:
        self._executable, self._language = executable, language
        self._running: set[asyncio.subprocess.Process] = set()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of what is being said."""
        return tuple(process.pid for process in self._running)

    async def start(self) -> None:
        """Find the program.

        Raises:
            EngineFailed: It is not installed.
        """
        self._executable = self._executable or find_espeak()
        if self._executable is None:
            raise EngineFailed("espeak-ng is not installed")

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        """Audio of `text`; closing the iterator kills the process.

        Raises:
            EngineFailed: The program is missing, ends with an error, or stalls for 10 s.
        """
        words = speakable(text)
        if not words:
            return
        await self.start()
        process = await self._begin(words, voice, speed)
        try:
            async with contextlib.aclosing(_shaped(process)) as pieces:
                async for pcm in pieces:
                    yield pcm
            if await process.wait() != 0:
                raise EngineFailed(f"espeak-ng ended with code {process.returncode}")
        except TimeoutError:
            raise EngineFailed(f"espeak-ng made no sound for {_STALL_S:.0f} s") from None
        finally:
            await self._end(process)

    async def stop(self) -> None:
        """Kill what is being said."""
        for process in tuple(self._running):
            await self._end(process)

    async def _begin(self, words: str, voice: str, speed: float) -> asyncio.subprocess.Process:
        """Start the program. The text goes in by stdin: as an argument, one that begins with `-` would be an option."""
        assert self._executable is not None
        chosen = voice_named(voice, self._language)
        try:
            process = await asyncio.create_subprocess_exec(
                self._executable, "--stdin", "--stdout", "-b", "1", "-z",
                "-v", chosen.identifier, "-p", str(chosen.pitch), "-s", str(words_per_minute(speed)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=quiet_environment(),
                start_new_session=True,  # Ctrl+C in the terminal is for us: it may mean something else
            )  # fmt: skip
        except OSError as exc:
            raise EngineFailed(f"espeak-ng did not start: {exc.strerror}") from exc
        self._running.add(process)
        assert process.stdin is not None
        process.stdin.write(words.encode())
        process.stdin.close()
        return process

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Make sure that the process is gone and its pipes are closed."""
        assert process.stdin is not None
        assert process.stdout is not None
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        while await process.stdout.read(65536):
            pass
        await process.wait()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await process.stdin.wait_closed()
        self._running.discard(process)


async def _shaped(process: asyncio.subprocess.Process) -> AsyncGenerator[bytes, None]:
    """The program's WAV stream as PCM16 at 24 kHz."""
    assert process.stdout is not None
    shape: SpeechShape | None = None
    header = b""
    while piece := await _read(process.stdout):
        if shape is None:
            header += piece
            found = _read_header(header)
            if found is None:
                continue
            shape, piece = SpeechShape(found[0]), header[found[1] :]
        if pcm := shape.feed(piece):
            yield pcm
    if shape is not None and (pcm := shape.finish()):
        yield pcm


async def _read(stream: asyncio.StreamReader) -> bytes:
    await asyncio.sleep(0)  # a read of what is there already does not let anybody else run
    async with asyncio.timeout(_STALL_S):  # `wait_for` of Python 3.11 may swallow a cancellation
        return await stream.read(_PIECE_BYTES)


def _read_header(data: bytes) -> tuple[int, int] | None:
    """Sample rate and where the frames begin; None while the header is incomplete. Its lengths are made up."""
    at = data.find(b"data", 12)
    if at < 0 or len(data) < at + 8:
        if len(data) > _MAX_HEADER_BYTES:
            raise EngineFailed("espeak-ng did not send a WAV file")
        return None
    channels, rate_hz = struct.unpack_from("<HI", data, 22)
    if data[:4] != b"RIFF" or channels != 1:
        raise EngineFailed("espeak-ng did not send a mono WAV file")
    return rate_hz, at + 8
