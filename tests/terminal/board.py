"""A screen that only remembers."""

from __future__ import annotations

from realtime_cli.session.state import SessionState
from realtime_cli.terminal.counter import Lines


class Slate:
    """A board for tests."""

    def __init__(self, state: SessionState | None = None, *, has_pages: bool = True) -> None:
        self.state = state
        self.has_pages = has_pages
        self.notes: list[str] = []
        self.copied: list[str] = []
        self.away = 0

    def note(self, lines: Lines) -> None:
        self.notes.extend(lines)

    def copy(self, text: str) -> None:
        self.copied.append(text)

    def suspend(self) -> None:
        self.away += 1

    def resume(self) -> None:
        self.away -= 1
