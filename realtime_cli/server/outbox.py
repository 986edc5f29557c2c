"""What waits to be sent to one client: in order, and bounded, because a client may stop reading."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from realtime_cli.server.link import Link, LinkClosed

HIGH_WATER_BYTES: Final = 4 * 1024 * 1024
"""Beyond this whoever makes more (the mouth, the client's own requests) waits."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """Close the line after everything before it was sent."""

    code: int
    reason: str


class Outbox:
    """Texts on their way out, sent by one task."""

    def __init__(self) -> None:
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
        """Send until the farewell or the end of the line. Then everything is dropped and nobody waits."""
        try:
            while True:
                await self._filled.wait()
                message = self._take()
                if isinstance(message, Farewell):
                    await link.close(message.code, message.reason)
                    return
                await link.send(message)
        except LinkClosed:
            return  # the reader is told the same and ends the session
        finally:
            self._over = True
            self._waiting.clear()
            self._room.set()

    def _add(self, message: str | Farewell, size_bytes: int) -> None:
        if self._over:
            return
        self._waiting.append(message)
        self._waiting_bytes += size_bytes
        self._filled.set()
        if self._waiting_bytes > HIGH_WATER_BYTES:
            self._room.clear()

    def _take(self) -> str | Farewell:
        message = self._waiting.popleft()
        if not self._waiting:
            self._filled.clear()
        if isinstance(message, str):
            self._waiting_bytes -= len(message)
        if self._waiting_bytes <= HIGH_WATER_BYTES // 2:
            self._room.set()
        return message
