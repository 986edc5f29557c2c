"""The WebSocket client: one connection at a time, opened with every failure translated once.

Reconnecting is not done here: when to try again is decided by the mind, which knows whether there was
progress.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.typing import Subprotocol

from realtime_cli import __version__
from realtime_cli.errors import ConfigError, RemoteProtocolError
from realtime_cli.transport.hiding import Hider, secret_words
from realtime_cli.transport.refusals import FAILURES, Destination, destination, translate
from realtime_cli.transport.route_watch import Ends, ends_of, moved
from realtime_cli.transport.tls import tls_context
from realtime_cli.transport.transport import LineClosed

# A handshake over three continents and a slow TLS terminator takes about 1 s; a cold serverless gateway up to
# 8 s.
OPEN_TIMEOUT_S = 15.0
# Intermediate boxes forget idle connections after 30 s at the earliest; a missing pong within 20 s means a
# dead line.
PING_S = 20.0
# The server's answer to our close frame; nobody waits longer than this at the end of a conversation.
CLOSE_TIMEOUT_S = 2.0
# Bytes the kernel may hold unsent. Without a limit it takes megabytes: half a minute of microphone audio that
# can no longer be dropped when the network stalls. 16 KiB are 250 ms of audio events.
UNSENT_BYTES = 16 * 1024

_LOG = logging.getLogger("realtime_cli.transport.websocket")
# The library writes the request headers, the key among them, and every message to its logger at DEBUG; and
# what has no handler at all is printed on stderr, in the middle of the live view.
_LOG.setLevel(logging.INFO)
_LOG.addHandler(logging.NullHandler())


class _DirectConnect(connect):
    """`connect` that does not follow redirects: they would carry the key to a host the user did not name."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Every redirect is the failure it came as."""
        return exc


class WebSocketTransport:
    """A `Transport` on an open WebSocket. What comes is passed on without the keys that were sent."""

    def __init__(self, connection: ClientConnection, hide: Hider) -> None:
        self._connection = connection
        self._hide = hide
        self._moved = False
        self._quick = has_quick_way(connection)
        ends = ends_of(connection.transport.get_extra_info("socket"))
        self._watch = (
            asyncio.get_running_loop().create_task(self._leave_when_moved(ends), name="route watch")
            if ends is not None
            else None
        )

    async def send(self, text: str) -> None:
        """Send one text message; waits while the socket does not take it."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise self._closed(error) from None
        except AttributeError as error:
            # websockets 17 aborts a transport that asyncio has let go already: the server closed the line (1009,
            # say) in the middle of a message that is larger than the kernel's buffer.
            if not self._connection.transport.is_closing():
                raise
            reason = self._hide(self._connection.close_reason or "")
            raise LineClosed(self._connection.close_code, reason) from error

    @property
    def is_free(self) -> bool:
        """See `Transport`. Always False where another version of the library has other names."""
        wire = self._connection.transport
        return (
            self._quick
            and self._connection.state is State.OPEN
            and not wire.is_closing()
            and not wire.get_write_buffer_size()
        )

    def send_now(self, text: str) -> None:
        """What `ClientConnection.send` does where it need not wait; of its 0.1 ms a third is left."""
        self._connection.protocol.send_text(text.encode())
        self._connection.send_data()

    async def receive(self) -> str:
        """The next text message, whole, of any size."""
        try:
            message = await self._connection.recv()
        except ConnectionClosed as error:
            self._stop_watching()
            if self._moved:
                raise LineClosed(None, "the computer is in another network now") from error
            raise self._closed(error) from None
        if isinstance(message, bytes):
            raise RemoteProtocolError(
                f"a binary message of {len(message)} bytes came where text was expected"
            )
        return self._hide(message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a handshake of at most `CLOSE_TIMEOUT_S`.

        The reason is cut to what a close frame may hold.
        """
        self._stop_watching()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S + 0.5):
                await self._connection.close(code, reason.encode()[:120].decode(errors="ignore"))
        except TimeoutError:
            # The library's own limit begins after a message that still waits to be sent: 20 s on a stalled
            # line.
            self._connection.transport.abort()
            await self._connection.wait_closed()

    def _closed(self, error: ConnectionClosed) -> LineClosed:
        """The end without our keys; the library's own error, which repeats the reason, is not kept behind it."""
        end = _line_closed(error)
        return LineClosed(end.code, self._hide(end.reason))

    async def _leave_when_moved(self, ends: Ends) -> None:
        await moved(ends)
        self._moved = True
        self._connection.transport.abort()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()


@dataclass(frozen=True, slots=True)
class WebSocketOpener:
    """Opens WebSockets to one place; an `Opener`.

    Attributes:
        url: ws or wss, whole; it may hold a key in its query, so only host and port ever appear in messages.
        headers: Sent with the handshake. Values are secrets: never in repr, logs or errors.
        subprotocols: Offered in this order; may hold keys too.
        open_timeout_s: For name, TCP, TLS and handshake together.
        ca_file: PEM file of certificates to trust besides the usual ones.
        proxy: URL of a proxy, "none" for none; None: as the environment says.
        insecure: Take any certificate. The caller says so loudly.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    subprotocols: Sequence[str] = field(default=(), repr=False)
    open_timeout_s: float = OPEN_TIMEOUT_S
    ca_file: str | None = None
    proxy: str | None = None
    insecure: bool = False

    async def __call__(self) -> WebSocketTransport:
        """Open one connection.

        Raises:
            ConfigError: The URL or a header cannot be used.
            NotAuthorized, Refused, RateLimited, Unreachable: See `refusals.translate`.
        """
        where = destination(self.url, self.open_timeout_s)
        self._check_headers()
        hide = Hider(secret_words(self.url, self.headers, self.subprotocols))
        try:
            connection = await self._connect(where)
        except FAILURES as error:
            raise translate(error, where, hide) from error
        _limit_unsent(connection)
        return WebSocketTransport(connection, hide)

    async def _connect(self, where: Destination) -> ClientConnection:
        return await _DirectConnect(
            self.url,
            additional_headers=dict(self.headers),
            user_agent_header=f"realtime-cli/{__version__}",
            subprotocols=[Subprotocol(name) for name in self.subprotocols] or None,
            compression=None,  # deflate costs 60 us per 100 ms of audio and saves a quarter
            max_size=None,  # a retrieved item with its audio is larger than any useful limit
            open_timeout=where.open_timeout_s,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_TIMEOUT_S,
            proxy=self._proxy(where),
            ssl=self._tls(where),
            logger=_LOG,
        )

    def _proxy(self, where: Destination) -> str | Literal[True] | None:
        if self.proxy == "none":
            return None
        return self.proxy or (None if where.is_this_machine else True)

    def _tls(self, where: Destination) -> ssl.SSLContext | Literal[True] | None:
        if not where.secure:
            return None
        return tls_context(self.ca_file, insecure=self.insecure) if self.ca_file or self.insecure else True

    def _check_headers(self) -> None:
        """A line break in a key (a copied file, an echo) would become a header of its own."""
        for name, value in self.headers.items():
            if any(ord(char) < 32 or ord(char) > 126 for char in name + value):
                raise ConfigError(
                    f"the value for the header {name!r} has a line break or another character that HTTP forbids",
                    advice="Check the key for stray characters; it is one word without quotes or line breaks.",
                )


def has_quick_way(connection: ClientConnection) -> bool:
    """Whether `send_now` can work: the names it uses stand in the library's code, not in its manual."""
    protocol = getattr(connection, "protocol", None)
    return callable(getattr(protocol, "send_text", None)) and callable(getattr(connection, "send_data", None))


def _limit_unsent(connection: ClientConnection) -> None:
    """Where the kernel can do it, keep the backlog in our own queue, where old audio can still be dropped."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    wire = connection.transport.get_extra_info("socket")
    if option is None or wire is None or wire.family not in (socket.AF_INET, socket.AF_INET6):
        return
    wire.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)


def _line_closed(error: ConnectionClosed) -> LineClosed:
    """Every end, 1000 and 1001 included, with the code the other side gave."""
    if error.rcvd is not None:
        return LineClosed(error.rcvd.code, error.rcvd.reason)
    if error.sent is not None and error.sent.code != 1000:
        # We ended it: no pong in time (1011), invalid text (1007) ... worth telling, but not the server's
        # verdict.
        return LineClosed(None, f"closed from this side: {error.sent.reason or error.sent.code}")
    return LineClosed(None, "")
