"""What a command works with: the session as it is shown, a way to post facts, a place for its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct

from realtime_cli.session.facts import Fact
from realtime_cli.session.state import SessionState

Lines: TypeAlias = Sequence[str]
"""Text for the user, one string a line; untrusted: who shows it sanitizes it."""


class Board(Protocol):
    """A screen that remembers what it shows and takes notes. Implemented by the views."""

    @property
    def state(self) -> SessionState | None:
        """The picture that is shown, None before the first."""

    @property
    def has_pages(self) -> bool:
        """Pages (help, cost) are drawn and go away again; otherwise they are notes."""

    def note(self, lines: Lines) -> None:
        """Show these lines once, now, for good."""

    def copy(self, text: str) -> None:
        """Put a text on the user's clipboard, as well as this screen can."""

    def suspend(self) -> None:
        """Give the screen back for a while."""

    def resume(self) -> None:
        """Take it again."""


class _NoBoard:
    """Where nothing is shown."""

    state: SessionState | None = None
    has_pages = True

    def note(self, lines: Lines) -> None:
        """Nobody is there to read it."""

    def copy(self, text: str) -> None:
        """There is nothing to copy to."""

    def suspend(self) -> None:
        """There is nothing to give back."""

    def resume(self) -> None:
        """There is nothing to take."""


NO_BOARD: Board = _NoBoard()


class Counter(Struct, frozen=True):
    """One command's view of the session.

    Attributes:
        post: Takes facts.
        note: Shows lines to the user.
        state: As it is shown now.
        open_line: Opens the line editor with a text in it.
    """

    post: Callable[[Fact], None]
    note: Callable[[Lines], None]
    state: SessionState
    open_line: Callable[[str], None]
