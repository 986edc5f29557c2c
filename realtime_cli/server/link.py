"""What a server session needs of a line: text out, text in, an end that is always told."""

from __future__ import annotations

import asyncio
from typing import Protocol, Self


class LinkClosed(Exception):
    """The line is over.

    Attributes:
        code: Close code, None when there was none.
        reason: Words that came with it.
    """

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(f"link closed ({code})")
        self.code, self.reason = code, reason


class Link(Protocol):
    """One line to one client. `send` and `receive` may be awaited at the same time, each by one task."""

    async def send(self, text: str) -> None:
        """Hand on one message; waits while the client does not keep up. Raises `LinkClosed`."""

    async def receive(self) -> str:
        """The next message; what is no text arrives as "". Raises `LinkClosed`."""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line. Closing twice is fine."""

    async def drop(self) -> None:
        """End the line as a cut cable would: no code, no goodbye. For scenarios."""


class MemoryLink:
    """One end of a line inside this process, for clients of an embedded server and for tests."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[str | LinkClosed] = asyncio.Queue()
        self._peer: MemoryLink = self
        self._room = asyncio.Event()
        self._room.set()
        self._end: LinkClosed | None = None

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        """Two connected ends."""
        one, other = cls(), cls()
        one._peer, other._peer = other, one
        return one, other

    async def send(self, text: str) -> None:
        """Put a message into the other end's queue; waits while that is long."""
        await self._peer._room.wait()
        if self._end is not None:
            raise LinkClosed(self._end.code, self._end.reason)
        self._peer._put(text)

    async def receive(self) -> str:
        """The next message. What was sent before the close still arrives."""
        if self._end is not None and self._inbox.empty():
            raise LinkClosed(self._end.code, self._end.reason)
        message = await self._inbox.get()
        if self._inbox.qsize() < _ROOM_MESSAGES:
            self._room.set()
        if isinstance(message, LinkClosed):
            raise LinkClosed(message.code, message.reason)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End both ends; the first close wins."""
        self._finish(code, reason)

    async def drop(self) -> None:
        """End both ends as a cut cable would, without a code."""
        self._finish(None, "")

    def _finish(self, code: int | None, reason: str) -> None:
        if self._end is None:
            self._end = self._peer._end = LinkClosed(code, reason)
            for end in (self, self._peer):
                end._inbox.put_nowait(LinkClosed(code, reason))
                end._room.set()

    def _put(self, text: str) -> None:
        self._inbox.put_nowait(text)
        if self._inbox.qsize() >= _ROOM_MESSAGES:
            self._room.clear()


_ROOM_MESSAGES = 256
