"""The doors of the local server: a loopback WebSocket, and a pair of queues inside the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as serve_websockets
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Origin, Subprotocol

from realtime_cli import clock
from realtime_cli.errors import ConfigError, Unreachable
from realtime_cli.server.engines.contract import EngineFailed, Engines
from realtime_cli.server.link import Link, LinkClosed, MemoryLink
from realtime_cli.server.options import MAX_APPEND_BYTES, ServerOptions
from realtime_cli.server.session_host import Greeting, SessionHost

PATH: Final = "/v1/realtime"
HEALTH_PATH: Final = "/healthz"
MAX_MESSAGE_BYTES: Final = (MAX_APPEND_BYTES + 1024 * 1024) * 4 // 3
"""The largest append in base64, with room around it."""

REALTIME: Final = Subprotocol("realtime")
KEY_PROTOCOL: Final = "openai-insecure-api-key."
"""Clients in browsers cannot set headers: their key comes as the name of a subprotocol."""

Attendant: TypeAlias = Callable[[Link, Greeting], Awaitable[None]]
"""Serves one client until it leaves."""

_log = logging.getLogger(__name__)


class SocketLink:
    """A WebSocket connection as a `Link`."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """One text message."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as closed:
            raise _closed(closed) from None

    async def receive(self) -> str:
        """The next text message; a binary one arrives as "", which is no event."""
        try:
            message = await self._connection.recv()
        except ConnectionClosed as closed:
            raise _closed(closed) from None
        return message if isinstance(message, str) else ""

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Closing handshake. A reason is cut to what a close frame carries."""
        await self._connection.close(code, reason.encode()[:120].decode(errors="ignore"))

    async def drop(self) -> None:
        """Cut the TCP connection."""
        self._connection.transport.abort()


@dataclass(slots=True)
class RunningServer:
    """A server that is listening.

    Attributes:
        port: The real one, also when 0 was asked for.
    """

    port: int
    host: str
    _engines: Engines | None
    _server: Server = field(repr=False)

    @property
    def url(self) -> str:
        """Where clients connect."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}{PATH}"

    @property
    def sessions(self) -> int:
        """Clients connected now."""
        return len(self._server.connections)

    async def close(self) -> None:
        """Say 1001 to every client, end all sessions, stop the engines."""
        self._server.close()
        await self._server.wait_closed()
        if self._engines is not None:
            await stop_engines(self._engines)


async def serve(
    engines: Engines,
    options: ServerOptions | None = None,
    port: int = 0,
    between: Callable[[Link], Link] = lambda link: link,
) -> RunningServer:
    """Listen, on the loopback interface only unless the options say otherwise.

    Args:
        engines: Stopped when the server is closed.
        options: How the server behaves.
        port: 0 for any free one.
        between: Put between each client and its session: something that records, or makes faults.

    Raises:
        Unreachable: The port is taken or not allowed.
        ConfigError: The host is no loopback address and there is no token.
    """
    chosen = options or ServerOptions()

    async def session(link: Link, greeting: Greeting) -> None:
        await SessionHost(between(link), engines, chosen, greeting).run()

    return await open_door(session, chosen, port, engines)


async def open_door(
    session: Attendant, options: ServerOptions | None = None, port: int = 0, engines: Engines | None = None
) -> RunningServer:
    """Listen, and let `session` serve each client: a scenario, for example.

    Args:
        session: Serves one client until it leaves.
        options: How many clients and from where.
        port: 0 for any free one.
        engines: Stopped when the server is closed.

    Raises:
        Unreachable: The port is taken or not allowed.
    """
    options = options or ServerOptions()
    if not options.token and not is_loopback(options.host):
        raise ConfigError(
            f"Listening on {options.host} lets other machines in",
            advice="Give a token too: --token-file, or REALTIME_CLI_SERVE_TOKEN.",
        )
    door = _Door(session, options)
    try:
        server = await serve_websockets(
            door.attend,
            options.host,
            port,
            process_request=door.judge,
            origins=[None, *(Origin(origin) for origin in options.allowed_origins)],
            select_subprotocol=_subprotocol,
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            server_header=None,
        )
    except OSError as problem:
        raise Unreachable(
            f"cannot listen on {options.host}:{port}: {problem.strerror or problem}",
            advice="Choose another --port, or 0 for any.",
        ) from problem
    door.server = server
    return RunningServer(server.sockets[0].getsockname()[1], options.host, engines, server)


async def attend(
    link: Link, engines: Engines, options: ServerOptions | None = None, greeting: Greeting | None = None
) -> None:
    """Serve one client on any line until it leaves. The engines stay as they are: see `stop_engines`."""
    await SessionHost(link, engines, options or ServerOptions(), greeting).run()


class EmbeddedLink(MemoryLink):
    """A client's end of a line to a server in the same process. `aclose` waits until the session is gone."""

    session: asyncio.Task[None]

    async def aclose(self) -> None:
        """Close the line and wait for the end of the session."""
        await self.close()
        await self.session


def connect_in_memory(engines: Engines, options: ServerOptions | None = None) -> EmbeddedLink:
    """Open a line to a server session in this process: no port, so nobody else can connect.

    Args:
        engines: Stay running for the next line; `stop_engines` ends them.
        options: How the server behaves.
    """
    near, far = EmbeddedLink.pair()
    near.session = asyncio.get_running_loop().create_task(attend(far, engines, options))
    return near


async def stop_engines(engines: Engines) -> None:
    """End everything the engines run."""
    for engine in (engines.brain, engines.mouth, engines.ears):
        try:
            await engine.stop()
        except EngineFailed as failed:
            _log.warning("engine %s does not stop: %s", engine.name, failed)


@dataclass(slots=True)
class _Door:
    session: Attendant
    options: ServerOptions
    server: Server | None = None
    count: int = 0

    def judge(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no session; None lets the handshake go on. Origins are websockets' part."""
        path = urlsplit(request.path).path
        if path == HEALTH_PATH:
            return _plain(HTTPStatus.OK, "ok\n")
        if path.rstrip("/") != PATH:
            return _plain(HTTPStatus.NOT_FOUND, f"Nothing here. Realtime sessions are at {PATH}\n")
        if self.options.token and not _shows(request.headers, self.options.token):
            return _plain(HTTPStatus.UNAUTHORIZED, "The token is missing or wrong.\n")
        if self.server is not None and len(self.server.connections) >= self.options.max_sessions:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "Too many sessions.\n")
        return None

    async def attend(self, connection: ServerConnection) -> None:
        """One session."""
        request = connection.request
        assert request is not None
        query = parse_qs(urlsplit(request.path).query)
        greeting = Greeting(
            beta="realtime=v1" in request.headers.get("openai-beta", ""),
            transcription=query.get("intent") == ["transcription"],
        )
        self.count += 1
        number, began_s = self.count, clock.monotonic()
        _log.info("session %d begins (%s)", number, "beta" if greeting.beta else "ga")
        try:
            await self.session(SocketLink(connection), greeting)
        finally:
            _log.info("session %d ends after %.1f s", number, clock.monotonic() - began_s)


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shows(headers: Headers, token: str) -> bool:
    """Whether a client carries the token in one of the places where Realtime clients put their key."""
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol"))
    keys = [
        *(value.removeprefix("Bearer ") for value in headers.get_all("Authorization")),
        *headers.get_all("api-key"),
        *(name.strip().removeprefix(KEY_PROTOCOL) for name in offered.split(",")),
    ]
    return any(compare_digest(key.encode(), token.encode()) for key in keys)


def _closed(closed: ConnectionClosed) -> LinkClosed:
    received = closed.rcvd
    return LinkClosed(received.code, received.reason) if received else LinkClosed()


def _subprotocol(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Clients that cannot set headers offer `realtime` beside one that carries their key; most offer none."""
    return REALTIME if REALTIME in offered else None


def _plain(status: HTTPStatus, text: str) -> Response:
    body = text.encode()
    headers = Headers(
        {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    )
    return Response(status.value, status.phrase, headers, body)
