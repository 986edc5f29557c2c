"""A line whose texts somebody else sees too: for the log that a user asks for."""

from __future__ import annotations

from collections.abc import Callable

from realtime_cli.server.link import Link


class TappedLink:
    """Passes everything on, and shows it.

    Args:
        link: The line to the client.
        see: Gets `>` (from the client) or `<` (to the client) and the text, keys and sound in it included.
    """

    def __init__(self, link: Link, see: Callable[[str, str], None]) -> None:
        self._link, self._see = link, see

    async def send(self, text: str) -> None:
        """To the client."""
        self._see("<", text)
        await self._link.send(text)

    async def receive(self) -> str:
        """From the client."""
        text = await self._link.receive()
        self._see(">", text)
        return text

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The server ends the line."""
        self._see("<", f"close {code} {reason}")
        await self._link.close(code, reason)

    async def drop(self) -> None:
        """The line is cut."""
        await self._link.drop()
