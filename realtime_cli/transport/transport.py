"""The contract of the wire: text goes out, text comes in, and there is an end that is always told.

A transport carries text and does not read it. It knows nothing of dialects, sessions or audio, so a socket, a
pair of queues in one process, or one day a WebRTC data channel can stand behind it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from realtime_cli.errors import Unreachable


class LineClosed(Exception):
    """The line is over. Raised for every end: ours, the other side's, polite or not.

    Polite closes (1000, 1001) are no exception to this: a session that expires is closed with 1001, and an
    end that passed silently would look like an endless pause.

    Attributes:
        code: WebSocket close code received, None when there was none (RFC 6455 calls that 1006).
        reason: The other side's words, or what is known about the end; untrusted text, "" when there is
            nothing.
    """

    def __init__(self, code: int | None, reason: str = "") -> None:
        super().__init__(f"line closed ({code if code is not None else 'no close code'}) {reason}".rstrip())
        self.code = code
        self.reason = reason


class NobodyThere(Unreachable):
    """The name does not resolve, nobody listens, or TLS fails.

    Trying again helps only where it once worked.
    """


class Transport(Protocol):
    """One open line. `send` and `receive` may be awaited at the same time, each by one task."""

    async def send(self, text: str) -> None:
        """Hand one message to the line; waits while the other side does not keep up.

        Raises:
            LineClosed: The line is over; the message was perhaps not delivered.
        """

    @property
    def is_free(self) -> bool:
        """The line is open, and nothing waits on it: `send_now` may be called."""

    def send_now(self, text: str) -> None:
        """Hand one message to a line that is free, without waiting: fifty times a second that costs half."""

    async def receive(self) -> str:
        """The next message, whole.

        Raises:
            LineClosed: The line is over. Every further call raises it again.
            RemoteProtocolError: Something arrived that is not text. The line goes on: ask again.
        """

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line politely, in bounded time. Closing twice is fine."""


Opener: TypeAlias = Callable[[], Awaitable[Transport]]
"""Opens one line, or raises from the tree of `realtime_cli.errors`, with the next step as advice."""
