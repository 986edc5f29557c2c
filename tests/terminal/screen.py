"""A terminal for tests: pyte behind it, so that one can look at the screen as a user would."""

from __future__ import annotations

import re

import pyte

# pyte takes the marks of these private sequences for digits; we only count them.
_KITTY = re.compile(r"\x1b\[[?<>=][0-9;]*u")


class Screen:
    """What the output of a program looks like, with its scrollback, and what it asked the terminal to be."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        self._screen = pyte.HistoryScreen(width, height, history=2_000, ratio=0.5)
        self._screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.Stream(self._screen)
        self.raw = ""

    def feed(self, text: str) -> None:
        self.raw += text
        self._stream.feed(_KITTY.sub("", text))

    def resize(self, width: int, height: int) -> None:
        self._screen.resize(height, width)

    @property
    def shown(self) -> list[str]:
        """Rows of the screen, without the empty ones at the end."""
        rows = [row.rstrip() for row in self._screen.display]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    @property
    def cells(self) -> list[list[pyte.screens.Char]]:
        """Every cell of the screen, with its colours."""
        rows, columns = range(self._screen.lines), range(self._screen.columns)
        return [[self._screen.buffer[row][column] for column in columns] for row in rows]

    @property
    def text(self) -> str:
        return "\n".join(self.shown)

    @property
    def scrollback(self) -> list[str]:
        """Rows that left the screen at its top, and those on it."""
        above = [
            "".join(row[column].data for column in range(self._screen.columns)).rstrip()
            for row in self._screen.history.top
        ]
        return [*above, *self.shown]

    @property
    def cursor_hidden(self) -> bool:
        return bool(self._screen.cursor.hidden)

    @property
    def cursor_row(self) -> int:
        return int(self._screen.cursor.y)

    def on(self, mode: str) -> bool:
        """Whether a private mode ("?2004", "?1004") is on: the last thing said about it."""
        last = max(self.raw.rfind(f"\x1b[{mode}h"), self.raw.rfind(f"\x1b[{mode}l"))
        return last >= 0 and self.raw[last:].startswith(f"\x1b[{mode}h")

    @property
    def kitty_depth(self) -> int:
        """Keyboard modes pushed and not popped."""
        return len(re.findall(r"\x1b\[>[0-9;]*u", self.raw)) - len(re.findall(r"\x1b\[<[0-9;]*u", self.raw))
