"""What a function of the user's says about itself: `from realtime_cli.tools import tool`.

    @tool(read_only=True)
    def get_weather(city: str) -> str: ...

    @tool(approve="ask", time_limit_s=30, on_interruption="cancel", runs_in="process")
    def resize_photos(folder: str) -> str: ...

Nothing here is needed: a plain function with type hints and a docstring is a tool, too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal, TypeAlias, TypeVar

from msgspec import Struct

from realtime_cli.tools.tool import Approval, OnInterruption

_F = TypeVar("_F", bound=Callable[..., Any])
RunsIn: TypeAlias = Literal["thread", "process"]
_ATTRIBUTE = "__realtime_cli_tool__"

reporter: ContextVar[Callable[[str], None] | None] = ContextVar("reporter", default=None)
"""Takes the progress of the call that is running in this context."""


class Declaration(Struct, frozen=True):
    """See `tool`."""

    approve: Approval | None = None
    read_only: bool = False
    destructive: bool = False
    time_limit_s: float | None = None
    on_interruption: OnInterruption = "keep"
    runs_in: RunsIn = "thread"


def tool(
    *,
    approve: Approval | None = None,
    read_only: bool = False,
    destructive: bool = False,
    time_limit_s: float | None = None,
    on_interruption: OnInterruption = "keep",
    runs_in: RunsIn = "thread",
) -> Callable[[_F], _F]:
    """Say more about a function than its signature does.

    Args:
        approve: "auto" runs unasked, "ask" asks each time, "never" refuses; the user's settings come first.
        read_only: It changes nothing, so it need not be asked for.
        destructive: It may destroy something: it is asked for, and the prompt says so.
        time_limit_s: It is given up after so many seconds (a process is killed).
        on_interruption: "cancel" stops it when the user speaks up.
        runs_in: "thread" for functions that wait; "process" for those that compute for long, or may hang: they
            cannot disturb the sound and can be killed.
    """
    declaration = Declaration(approve, read_only, destructive, time_limit_s, on_interruption, runs_in)

    def mark(function: _F) -> _F:
        setattr(function, _ATTRIBUTE, declaration)
        return function

    return mark


def declaration_of(function: Callable[..., Any]) -> Declaration:
    """What the function says about itself; defaults where it says nothing."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, Declaration) else Declaration()


def progress(text: str) -> None:
    """Tell how far the running call is; shown beside it on the screen. Does nothing outside of a call."""
    report = reporter.get()
    if report is not None:
        report(text)
