"""How one local server behaves: everything a caller of `serve` or `connect_in_memory` may choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MAX_APPEND_BYTES: Final = 15 * 1024 * 1024
"""Most audio in one `input_audio_buffer.append`. Source: Realtime reference, that event."""

MIN_COMMIT_MS: Final = 100
"""Least audio that may become a user message."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """One server's settings.

    Attributes:
        model: What `session.model` says; a client's own wish is not followed.
        voice: Default voice of a session.
        instructions: Default instructions; "" takes the brain's own banner, so that a client can see who answers.
        max_session_s: Length of a session; then `session_expired` and close 1001.
        strict_ga: Refuse beta clients as OpenAI does since May 2026.
        max_parallel_responses: Out-of-band responses of one session at the same time.
        max_turn_s: A spoken turn longer than this is ended by the server: endless noise must not fill memory.
        max_manual_buffer_s: Most audio waiting for a manual commit.
        kept_audio_bytes: Item audio kept for `conversation.item.retrieve`; the oldest is forgotten first.
        max_items: Most items in one conversation.
        languages: What the ears understand; a session that wants another is refused. Empty: anything.
        max_sessions: Connections at the same time; more are refused with HTTP 503.
        host: Address to listen on; anything but loopback demands a token.
        token: What a client must show as its key; "" lets everybody on this machine in.
        allowed_origins: Browser origins that may connect; none by default.
    """

    model: str = "local-rules"
    voice: str = "marin"
    instructions: str = ""
    max_session_s: float = 3600.0
    strict_ga: bool = False
    max_parallel_responses: int = 16
    max_turn_s: float = 120.0
    max_manual_buffer_s: float = 600.0
    kept_audio_bytes: int = 64 * 1024 * 1024
    max_items: int = 5000
    languages: tuple[str, ...] = ()
    max_sessions: int = 32
    allowed_origins: frozenset[str] = frozenset()
    host: str = "127.0.0.1"
    token: str = field(default="", repr=False)


class Names:
    """Ids from a counter: unique within a session, the same in every replay.

    Args:
        prefix: Tells sessions apart, such as "a3f9"; "" in tests.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._count = 0

    def new(self, kind: str) -> str:
        """The next id, such as `item_a3f9001c`; `kind` is the usual word before the underscore."""
        self._count += 1
        return f"{kind}_{self._prefix}{self._count:05x}"
