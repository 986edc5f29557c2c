"""What a session holds besides its lines on the screen: items, asides, retrieved sound, context, limits."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from realtime_cli.protocol import Item

AsideStatus: TypeAlias = Literal["asked", "answering", "completed", "cancelled", "failed", "incomplete"]
ContextPolicy: TypeAlias = Literal["delete", "server", "off"]


class ItemLine(Struct, frozen=True):
    """One item of the conversation, as `/items` lists it.

    Attributes:
        kind: `message`, `function_call`, `function_call_output`, or another wire type.
        role: Of a message, "" otherwise.
        status: `in_progress`, `completed`, `incomplete` or `deleted`.
        text: Its words (untrusted), whole.
        tokens: What it takes in the context, estimated from its length.
        pinned: Never dropped when the context is full.
    """

    item_id: str
    kind: str
    role: str
    status: str
    text: str
    tokens: int
    pinned: bool = False


class Retrieved(Struct, frozen=True):
    """The answer to the newest `ItemRetrieveAsked`.

    Attributes:
        number: Counts from 1, so that a screen knows a new one.
        pcm: Its sound, PCM16 mono 24 kHz; empty where it has none.
    """

    number: int
    item_id: str
    item: Item
    pcm: bytes


class Aside(Struct, frozen=True):
    """A response outside of the conversation: question, answer so far, how it ended. All untrusted.

    Attributes:
        aside_id: Ours; it travels in the response's metadata, the only thing that ties them together.
        problem: Why it failed or is incomplete, "" when all is well.
    """

    aside_id: str
    question: str
    text: str = ""
    status: AsideStatus = "asked"
    response_id: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.status not in ("asked", "answering")


class ContextUse(Struct, frozen=True):
    """How full the model's memory is.

    Attributes:
        used_tokens: Input and output of the latest response: what the next one will read at least.
        window_tokens: What the model can hold, 0 when nobody knows.
        policy: What happens when it is nearly full.
        dropped_items: Deleted by the policy so far.
    """

    used_tokens: int = 0
    window_tokens: int = 0
    policy: ContextPolicy = "server"
    dropped_items: int = 0

    @property
    def share(self) -> float:
        """0.0 to 1.0 and beyond; 0.0 when the window is unknown."""
        return self.used_tokens / self.window_tokens if self.window_tokens else 0.0


class Limit(Struct, frozen=True):
    """A rate limit that is nearly reached."""

    name: str
    limit: int
    remaining: int
    reset_s: float
