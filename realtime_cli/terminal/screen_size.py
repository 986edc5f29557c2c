"""The size of the screen, asked for at each picture: a signal that tells of a new one comes after the next picture."""

from __future__ import annotations

import os

from rich.console import Console


class ScreenSize:
    """Rich's answer, renewed where the terminal says something new: Rich asks the environment each time, too.

    Args:
        console: What draws; without a terminal behind it, it is always asked.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: os.terminal_size | None = None
        self._size = (0, 0)
        try:
            self._fd = console.file.fileno()
        except (OSError, ValueError):
            self._fd = -1  # a stream in memory

    def now(self) -> tuple[int, int]:
        """Cells and rows."""
        told = self._ask()
        if told is None or told != self._told:
            self._told = told
            self._size = (self._console.size.width, self._console.size.height)
        return self._size

    def _ask(self) -> os.terminal_size | None:
        try:
            return os.get_terminal_size(self._fd)
        except (OSError, ValueError):
            return None  # no terminal, or not any more
