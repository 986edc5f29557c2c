"""The local server inside this process: every line that is opened meets a server session of its own.

Text goes over a pair of queues, so there is no port and no other user of the machine can connect.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from realtime_cli.server.engines.contract import Engines
from realtime_cli.server.link import LinkClosed
from realtime_cli.server.listener import attend, stop_engines
from realtime_cli.server.options import ServerOptions
from realtime_cli.transport import memory
from realtime_cli.transport.memory import MemoryTransport


class LocalServer:
    """A context around a session: `open` is its `Opener`; on leaving, sessions and engines are gone.

    Args:
        engines: What it works with; stopped on leaving.
        options: How it behaves.
    """

    def __init__(self, engines: Engines, options: ServerOptions | None = None) -> None:
        self._engines = engines
        self._options = options
        self._sessions: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> LocalServer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what is left, then the engines. A session that failed by a bug raises its exception here."""
        for session in self._sessions:
            if not session.done():
                session.cancel()
        ends = await asyncio.gather(*self._sessions, return_exceptions=True)
        await stop_engines(self._engines)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def open(self) -> MemoryTransport:
        """A line to a new server session."""
        here, there = memory.pair(other_closed=LinkClosed)
        self._sessions.add(asyncio.create_task(self._serve(there), name="local server session"))
        return here

    async def _serve(self, link: MemoryTransport) -> None:
        try:
            await attend(link, self._engines, self._options)
        finally:
            # A session that broke must not leave its client waiting; after a good one the line is closed
            # already.
            await link.close(1011, "the local server failed")
