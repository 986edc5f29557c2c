"""Recorded or piped sound in the place of a microphone, faster than real time where the server can follow.

It is a `Sound` without a loudspeaker. The blocks reach the mind like those of a microphone, so that turns, commits and
reconnections are the same; only the pace differs.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import BinaryIO, Final

from realtime_cli.devices.sound_kind import HEAD_BYTES, is_sound_file
from realtime_cli.errors import InputError
from realtime_cli.session.commands import SoundCommand
from realtime_cli.session.facts import (
    DeviceChanged,
    Fact,
    InputEnded,
    MicHeard,
    Piece,
    PlayoutEmpty,
    TalkKeyPressed,
    TalkKeyReleased,
    Which,
)

BLOCK_MS: Final = 20
_BLOCK_BYTES: Final = BLOCK_MS * 48
_TAIL_MS: Final = 2500
"""Silence after the end, so that the server notices the end of the last turn."""

_BETWEEN_MS: Final = 1000
"""Silence between two files: they are two turns at least."""

_SHORTEST_BYTES: Final = 120 * 48
"""Servers refuse to commit less than 100 ms."""

_BURST: Final = 10
"""Blocks between two looks at the clock: timers are not finer than that at a high pace."""

_SILENCE_DBFS: Final = -100.0


class FileSound:
    """Plays files, or standard input ("-"), into a session.

    Args:
        post: Hands a fact to the mind.
        paths: Files of sound one after the other, or "-" alone: a file of sound, or bare PCM16 mono 24 kHz as it comes.
        pace: Times real time.
        commit_s: Ends a turn after so many seconds of sound, where the server does not find turns itself; 0: never.

    Attributes:
        problem: What could not be read; what comes after it was not played.
    """

    def __init__(
        self, post: Callable[[Fact], None], paths: tuple[str, ...], pace: float, commit_s: float = 0.0
    ) -> None:
        self._post = post
        self._paths = paths
        self._pace = pace
        self._commit_bytes = int(commit_s * 48_000)
        self._task: asyncio.Task[None] | None = None
        self._in_turn = 0
        self.problem: InputError | None = None
        self._ready = asyncio.Event()

    def come_in_by(self, run: Callable[..., None]) -> None:
        """No device drives it."""

    async def start(self) -> None:
        """Begin to play; returns when it has begun."""
        self._post(DeviceChanged("microphone", ", ".join(self._paths), ""))
        self._task = asyncio.create_task(self._play_all(), name="file sound")

    async def stop(self) -> None:
        """Stop playing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """There is no loudspeaker."""

    def adjust(self, command: SoundCommand) -> None:
        """Nothing is played that could become louder or doze."""

    def end_play(self, item_id: str, content_index: int) -> None:
        """There is no loudspeaker: all is over at once."""
        self._post(PlayoutEmpty())

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """There is no loudspeaker."""
        return ()

    def reopen(self, which: Which) -> None:
        """A file comes back by itself or not at all."""

    def heed(self, *, ready: bool) -> None:
        """Whether there is a session that listens. While there is none the sound waits: a file loses nothing by it."""
        if ready:
            self._ready.set()
        else:
            self._ready.clear()

    async def _play_all(self) -> None:
        try:
            for path in self._paths:
                await (self._stream() if path == "-" else self._play_file(path))
                if not self._commit_bytes and path != self._paths[-1]:
                    await self._hand_over(bytes(_BETWEEN_MS * 48))
        except InputError as error:
            self.problem = error
        self._end_turn()
        if not self._commit_bytes:
            await self._hand_over(bytes(_TAIL_MS * 48))
        self._post(InputEnded())

    async def _play_file(self, path: str) -> None:
        from realtime_cli.devices.audio_file import read_pcm16

        await self._hand_over(await asyncio.to_thread(read_pcm16, path, longest_s=24 * 3600))

    async def _stream(self) -> None:
        """Standard input as it comes; a pipe sets the pace."""
        source = sys.stdin.buffer
        head = await asyncio.to_thread(_read, source, HEAD_BYTES)
        if is_sound_file(head):
            from realtime_cli.devices.audio_file import sound_in

            rest = await asyncio.to_thread(source.read)
            await self._hand_over(await asyncio.to_thread(sound_in, head + rest, "standard input"))
            return
        block = head
        while block:
            self._hear(block[: len(block) - len(block) % 2])
            block = block[len(block) - len(block) % 2 :] + await asyncio.to_thread(
                _read, source, _BLOCK_BYTES
            )
            if len(block) < 2:
                return

    async def _hand_over(self, pcm: bytes) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for number, at in enumerate(range(0, len(pcm), _BLOCK_BYTES), start=1):
            if not self._ready.is_set():
                await self._ready.wait()
                due_s = loop.time()
            self._hear(pcm[at : at + _BLOCK_BYTES])
            due_s += BLOCK_MS / 1000 / self._pace
            if number % _BURST == 0 or self._pace <= 1:
                await asyncio.sleep(max(0.0, due_s - loop.time()))

    def _hear(self, pcm: bytes) -> None:
        if self._commit_bytes and not self._in_turn:
            self._post(TalkKeyPressed())
        self._post(MicHeard(pcm, _SILENCE_DBFS))
        self._in_turn += len(pcm)
        if self._commit_bytes and self._in_turn >= self._commit_bytes:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._commit_bytes and self._in_turn:
            if self._in_turn < _SHORTEST_BYTES:
                self._post(MicHeard(bytes(_SHORTEST_BYTES - self._in_turn), _SILENCE_DBFS))
            self._post(TalkKeyReleased())
        self._in_turn = 0


def _read(source: BinaryIO, size: int) -> bytes:
    """A whole block, or less at the end."""
    data = b""
    while len(data) < size and (more := source.read(size - len(data))):
        data += more
    return data
