"""What waits to be sent to one client: in order, and bounded, because a client may stop reading."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import Final

from realtime_cli.server.link import Link, LinkClosed

HIGH_WATER_BYTES: Final = 4 * 1024 * 1024
"""Beyond this whoever makes more (the mouth, the client's own requests) waits."""

LIMIT_BYTES: Final = 64 * 1024 * 1024
STALL_LIMIT_S: Final = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Farewell:
    """Close the line after everything before it was sent."""

    code: int
    reason: str


class Outbox:
    """Texts on their way out, sent by one task. A client that does not take them is let go.

    Args:
        stall_limit_s: Longest time that one text may take.
        limit_bytes: Most that may wait: a client that asks on without reading must not fill the memory.
    """

    def __init__(self, stall_limit_s: float = STALL_LIMIT_S, limit_bytes: int = LIMIT_BYTES) -> None:
        self._stall_limit_s, self._limit_bytes = stall_limit_s, limit_bytes
        self._link: Link | None = None
        self._cutting: asyncio.Future[None] | None = None
        self._waiting: deque[str | Farewell] = deque()
        self._waiting_bytes = 0
        self._filled, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._over = False

    def put(self, text: str) -> None:
        """Add a text at the end; never waits."""
        self._add(text, len(text))

    def close(self, code: int, reason: str) -> None:
        """Say goodbye after what is waiting."""
        self._add(Farewell(code, reason), 0)

    async def room(self) -> None:
        """Wait until the client has taken most of what is waiting, or is gone."""
        await self._room.wait()

    async def drain_into(self, link: Link) -> None:
        """Send until the farewell, the end of the line, or the end of patience: then the line is cut.

        Then everything is dropped and nobody waits.
        """
        self._link, loop = link, asyncio.get_running_loop()
        try:
            while True:
                await self._filled.wait()
                message = self._take()
                if isinstance(message, Farewell):
                    await link.close(message.code, message.reason)
                    return
                patience = loop.call_later(self._stall_limit_s, self._cut)
                try:
                    await link.send(message)
                finally:
                    patience.cancel()
        except LinkClosed:
            return  # the reader is told the same and ends the session
        finally:
            self._over = True
            self._waiting.clear()
            self._room.set()
            if self._cutting is not None:
                await self._cutting

    def _cut(self) -> None:
        """The client does not read: cut it off, which ends its session."""
        if self._link is None or self._cutting is not None:
            return
        _log.warning("a client does not read what it is sent: cut off")
        self._cutting = asyncio.ensure_future(self._link.drop())

    def _add(self, message: str | Farewell, size_bytes: int) -> None:
        if self._over:
            return
        self._waiting.append(message)
        self._waiting_bytes += size_bytes
        self._filled.set()
        if self._waiting_bytes > HIGH_WATER_BYTES:
            self._room.clear()
        if self._waiting_bytes > self._limit_bytes:
            self._cut()

    def _take(self) -> str | Farewell:
        message = self._waiting.popleft()
        if not self._waiting:
            self._filled.clear()
        if isinstance(message, str):
            self._waiting_bytes -= len(message)
        if self._waiting_bytes <= HIGH_WATER_BYTES // 2:
            self._room.set()
        return message
