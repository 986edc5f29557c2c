"""Answers to commands, in their place among the entries of the conversation."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_HELD = 8  # a long list is wanted whole and now: it goes to the scrollback at once


class Notes:
    """Lines that stand behind the entries that were there when they were noted.

    What is said while they are noted may still be growing; until it is finished they are shown below it.
    """

    def __init__(self) -> None:
        self._held: list[tuple[int, str]] = []

    @property
    def waiting(self) -> tuple[str, ...]:
        """Lines to be shown in the live region."""
        return tuple(line for _, line in self._held)

    def add(self, lines: Sequence[str], behind: int) -> None:
        """Note lines behind so many entries."""
        place = behind if len(lines) <= _MOST_HELD else 0
        self._held += [(place, line) for line in lines]

    def due(self, printed: int) -> list[str]:
        """Lines whose place is reached, once: so many entries stand in the scrollback."""
        due = [line for place, line in self._held if place <= printed]
        self._held = [(place, line) for place, line in self._held if place > printed]
        return due

    def rest(self) -> list[str]:
        """All that is left."""
        held, self._held = self._held, []
        return [line for _, line in held]
