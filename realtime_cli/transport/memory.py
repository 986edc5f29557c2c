"""A line inside one process: two ends, text in between, no socket, no port.

Used between the client and the local server, and in tests. It ships with the product because users who write
tests for their own tools need it as well.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from realtime_cli.transport.transport import LineClosed

Closed: TypeAlias = Callable[[int | None, str], Exception]

# A sender waits when so many messages are unread. 256 audio deltas of 100 ms are 25 s of speech: enough that
# a reader is never the reason for a pause, small enough that a reader that stopped reading is noticed.
CAPACITY_MESSAGES = 256


class _Channel:
    """One direction: a bounded queue that can end."""

    def __init__(self, capacity: int) -> None:
        self._messages: deque[str] = deque()
        self._capacity = capacity
        self._changed = asyncio.Condition()

    async def put(self, text: str, ended: Callable[[], bool]) -> bool:
        """Wait for room and add; False when the line ended meanwhile."""
        async with self._changed:
            await self._changed.wait_for(lambda: ended() or len(self._messages) < self._capacity)
            if ended():
                return False
            self._messages.append(text)
            self._changed.notify_all()
            return True

    async def take(self, ended: Callable[[], bool]) -> str | None:
        """The next message; None when the line ended and everything sent before is read."""
        async with self._changed:
            await self._changed.wait_for(lambda: ended() or bool(self._messages))
            if not self._messages:
                return None
            text = self._messages.popleft()
            self._changed.notify_all()
            return text

    async def wake(self) -> None:
        """The line ended: nobody has to wait any longer."""
        async with self._changed:
            self._changed.notify_all()


class _Line:
    """What both ends share: how it ended."""

    def __init__(self) -> None:
        self.ended = False
        self.code: int | None = None
        self.reason = ""


class MemoryTransport:
    """One end of a pair; has the shape of `Transport`."""

    def __init__(self, line: _Line, outgoing: _Channel, incoming: _Channel, closed: Closed) -> None:
        self._line = line
        self._outgoing = outgoing
        self._incoming = incoming
        self._closed = closed

    async def send(self, text: str) -> None:
        """Add a message to the other end's queue; waits while that is full."""
        if not await self._outgoing.put(text, lambda: self._line.ended):
            raise self._end()

    @property
    def is_free(self) -> bool:
        """Never: the queue has a lock, which is waited for."""
        return False

    def send_now(self, text: str) -> None:
        """Not here."""
        raise NotImplementedError

    async def receive(self) -> str:
        """The next message. What was sent before a close still arrives before the end is told."""
        text = await self._incoming.take(lambda: self._line.ended)
        if text is None:
            raise self._end()
        return text

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line for both; the first close code wins and travels to the other side."""
        await self._finish(code, reason)

    async def drop(self) -> None:
        """End the line as a cut cable would: no close code, for both ends."""
        await self._finish(None, "")

    async def _finish(self, code: int | None, reason: str) -> None:
        if self._line.ended:
            return
        self._line.ended, self._line.code, self._line.reason = True, code, reason
        await self._outgoing.wake()
        await self._incoming.wake()

    def _end(self) -> Exception:
        return self._closed(self._line.code, self._line.reason)


def pair(
    capacity: int = CAPACITY_MESSAGES, other_closed: Closed = LineClosed
) -> tuple[MemoryTransport, MemoryTransport]:
    """Two connected ends.

    Args:
        capacity: Unread messages in one direction before `send` waits.
        other_closed: Makes the exception the second end raises when the line is over; rooms that must not
            know this one (the local server) bring their own.

    Returns:
        (this end, the other end).
    """
    line, there, back = _Line(), _Channel(capacity), _Channel(capacity)
    return MemoryTransport(line, there, back, LineClosed), MemoryTransport(line, back, there, other_closed)
