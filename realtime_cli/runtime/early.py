"""A line that begins to open before anybody asks for it.

Loading what a session needs takes longer than most handshakes: while modules are imported in a thread and devices open,
the name is looked up, TLS is agreed on and the server gets its session ready.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from realtime_cli.errors import RealtimeCliError
from realtime_cli.transport.transport import Opener, Transport


class EarlyOpener:
    """An `Opener` whose first line is opened when its context is entered; later ones when they are asked for.

    A line that nobody asked for is closed at the end of the context.

    Args:
        opener: Opens one line.
    """

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._first: asyncio.Task[Transport] | None = None

    async def __aenter__(self) -> EarlyOpener:
        self._first = asyncio.create_task(self._open(), name="early line")
        await asyncio.sleep(0)  # the connection is on its way before the caller goes on
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        first, self._first = self._first, None
        if first is None:
            return
        first.cancel()
        [end] = await asyncio.gather(first, return_exceptions=True)
        if not isinstance(end, BaseException):
            await end.close()

    async def _open(self) -> Transport:
        return await self._opener()

    async def __call__(self) -> Transport:
        """The early line, then fresh ones.

        Raises:
            RealtimeCliError: As the opener does.
        """
        first, self._first = self._first, None
        if first is None:
            return await self._opener()
        try:
            return await first
        except asyncio.CancelledError:
            await _closed(first)
            raise


async def _closed(opening: asyncio.Task[Transport]) -> None:
    """The caller lost interest while the line opened."""
    opening.cancel()
    try:
        transport = await opening
    except (asyncio.CancelledError, RealtimeCliError):
        return
    await transport.close()
