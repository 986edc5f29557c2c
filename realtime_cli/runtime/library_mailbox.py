"""What waits for a program, in order. A voice counts as heard when the program takes it, as a speaker would take it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from realtime_cli.runtime.library_events import AudioDelta, Event
from realtime_cli.session.facts import Fact, Piece, Played, PlayoutEmpty

Tag: TypeAlias = tuple[str, int]
"""Item id and content index."""

_BYTES_PER_FRAME = 2


class _Voice(Struct, frozen=True):
    tag: Tag
    pcm: bytes


class _VoiceEnd(Struct, frozen=True):
    tag: Tag


class Mailbox:
    """Events and sound on their way to the program; belongs to the loop.

    Args:
        tell: Takes what the program has heard, as facts.

    Attributes:
        closed: Nothing more comes.
    """

    def __init__(self, tell: Callable[[Fact], None]) -> None:
        self._tell = tell
        self._waiting: deque[Event | _Voice | _VoiceEnd] = deque()
        self._given: dict[Tag, int] = {}  # frames of the parts that are not finished
        self._news = asyncio.Event()
        self.closed = False

    def put(self, event: Event) -> None:
        """An event."""
        self._add(event)

    def put_voice(self, tag: Tag, pcm: bytes) -> None:
        """A piece of a content part's voice: PCM16 mono 24 kHz, whole frames."""
        self._given.setdefault(tag, 0)
        self._add(_Voice(tag, pcm))

    def end_voice(self, tag: Tag) -> None:
        """The part is complete."""
        self._add(_VoiceEnd(tag))

    def close(self) -> None:
        """Nothing more comes; what waits can still be taken."""
        self.closed = True
        self._news.set()

    def drop_voice(self) -> tuple[Piece, ...]:
        """Forget the sound that was not taken; what was, of every part that is not finished."""
        self._waiting = deque(entry for entry in self._waiting if not isinstance(entry, _Voice | _VoiceEnd))
        given, self._given = self._given, {}
        return tuple(Piece(*tag, frames) for tag, frames in given.items())

    async def take(self) -> Event | None:
        """The next event; None at the end, again and again."""
        while True:
            while not self._waiting:
                if self.closed:
                    return None
                self._news.clear()
                await self._news.wait()
            match self._waiting.popleft():
                case _Voice() as voice:
                    return self._hand_out(voice)
                case _VoiceEnd(tag):
                    self._finish(tag)
                case event:
                    return event

    def _hand_out(self, voice: _Voice) -> AudioDelta:
        from realtime_cli.dsp.level import rms_dbfs
        from realtime_cli.dsp.pcm16 import from_bytes

        frames = len(voice.pcm) // _BYTES_PER_FRAME
        if voice.tag in self._given:
            self._given[voice.tag] += frames
        self._tell(Played((Piece(*voice.tag, frames),), rms_dbfs(from_bytes(voice.pcm)), 0.0))
        return AudioDelta(voice.tag[0], voice.pcm)

    def _finish(self, tag: Tag) -> None:
        self._given.pop(tag, None)
        if not any(isinstance(entry, _Voice) for entry in self._waiting):
            self._tell(PlayoutEmpty())

    def _add(self, entry: Event | _Voice | _VoiceEnd) -> None:
        self._waiting.append(entry)
        self._news.set()
