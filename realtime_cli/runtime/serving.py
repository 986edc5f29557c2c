"""The local server as a program of its own: `realtime-cli serve`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from realtime_cli.errors import ConfigError
from realtime_cli.runtime.signals import Signals
from realtime_cli.server.engines.contract import EngineFailed, Engines
from realtime_cli.server.link import Link
from realtime_cli.server.listener import RunningServer, open_door, serve
from realtime_cli.server.options import ServerOptions
from realtime_cli.server.scripted import ScenarioBroken, ScriptedServer, Step
from realtime_cli.server.session_host import Greeting


async def serve_until_stopped(
    engines: Engines,
    port: int,
    ready: Callable[[str], None],
    options: ServerOptions | None = None,
    between: Callable[[Link], Link] = lambda link: link,
) -> int:
    """Listen until SIGINT, SIGTERM or SIGHUP; then tell every client (1001) and end the engines.

    Args:
        engines: Stopped at the end. The recogniser is loaded before `ready`, so that the first turn is quick.
        port: 0 for any free one.
        ready: Called once with the URL.
        options: How the server behaves.
        between: Put between each client and its session.

    Returns:
        0: being stopped is how a server ends.

    Raises:
        Unreachable: The port is taken.
        ConfigError: An engine does not start.
    """

    async def get_ready() -> None:
        try:
            await asyncio.gather(engines.ears.start(), engines.mouth.start())
        except EngineFailed as failed:
            raise ConfigError(str(failed), advice="See `realtime-cli serve --list-engines`.") from failed

    return await _until_stopped(serve(engines, options, port, between), get_ready, ready)


async def play_until_stopped(
    steps: Sequence[Step],
    port: int,
    ready: Callable[[str], None],
    tell: Callable[[str], None],
    options: ServerOptions | None = None,
) -> int:
    """Play a scenario to every client until a signal comes.

    Args:
        steps: The scenario.
        tell: Takes a line when a client did not do what the scenario expects.
    """

    async def play(link: Link, _greeting: Greeting) -> None:
        try:
            await ScriptedServer(steps).attend(link)
        except ScenarioBroken as broken:
            tell(str(broken))
            await link.close(1011, str(broken))
        else:
            tell("The scenario was played to its end.")

    async def nothing() -> None:
        """There is nothing to get ready."""

    return await _until_stopped(open_door(play, options, port), nothing, ready)


async def _until_stopped(
    opening: Awaitable[RunningServer], get_ready: Callable[[], Awaitable[None]], ready: Callable[[str], None]
) -> int:
    stop = asyncio.Event()
    with Signals(lambda _: stop.set()):
        server = await opening
        try:
            await get_ready()
            ready(server.url)
            await stop.wait()
        finally:
            await server.close()
    return 0
