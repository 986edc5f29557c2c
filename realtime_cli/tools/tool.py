"""One function that the model may call: what it is told about it, how it is run, and how careful to be with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeAlias

from msgspec import Struct

Approval: TypeAlias = Literal["auto", "ask", "never"]
OnInterruption: TypeAlias = Literal["keep", "cancel"]


class Result(Struct, frozen=True):
    """What came of a call.

    Attributes:
        text: What the model will read.
        images: `data:` URLs; a function's output is text only, so they go to the model as a message of their own.
        ends_session: The conversation is over once the model has answered.
    """

    text: str
    images: tuple[str, ...] = ()
    ends_session: bool = False


Run: TypeAlias = Callable[[str], Awaitable["str | Result"]]
"""JSON text of the arguments -> what came of it. Raises `ToolError` with one line for the model."""


class Tool(Struct, frozen=True):
    """A callable function.

    Attributes:
        name: 1 to 64 of `A-Za-z0-9_-`.
        description: For the model; from the docstring.
        parameters: JSON Schema of the arguments object.
        run: Performs one call.
        source: Where it comes from, for people ("tools.py").
        approval: Where the user says nothing: run it, ask first, or never.
        read_only: It changes nothing.
        destructive: It may destroy something; shown when asking.
        time_limit_s: None: the toolbox's.
        on_interruption: Whether it goes on when the user speaks up.
        note: What a person should know before saying yes, such as the program that it runs.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    run: Run
    source: str
    approval: Approval = "auto"
    read_only: bool = False
    destructive: bool = False
    time_limit_s: float | None = None
    on_interruption: OnInterruption = "keep"
    note: str = ""
