"""The local server as a program of its own: `realtime-cli serve`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from realtime_cli.runtime.signals import Signals
from realtime_cli.server.engines.contract import Engines
from realtime_cli.server.listener import serve
from realtime_cli.server.options import ServerOptions


async def serve_until_stopped(
    engines: Engines, port: int, ready: Callable[[str], None], options: ServerOptions | None = None
) -> int:
    """Listen until SIGINT, SIGTERM or SIGHUP; then tell every client (1001) and end the engines.

    Args:
        engines: Stopped at the end. The recogniser is loaded before `ready`, so that the first turn is quick.
        port: 0 for any free one.
        ready: Called once with the URL.
        options: How the server behaves.

    Returns:
        0: being stopped is how a server ends.

    Raises:
        Unreachable: The port is taken.
    """
    stop = asyncio.Event()
    with Signals(lambda _: stop.set()):
        server = await serve(engines, options, port)
        try:
            await asyncio.gather(engines.ears.start(), engines.mouth.start())
            ready(server.url)
            await stop.wait()
        finally:
            await server.close()
    return 0
