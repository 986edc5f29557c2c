"""When to try again: growing pauses with a little spread, and a budget that only progress refills."""

from __future__ import annotations

from typing import Final

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 8.0
_SPREAD: Final = 0.25
_GOLDEN: Final = 0.618033988749895
"""Multiples of the golden ratio spread evenly over 0..1: deterministic, and no two clients' tries stay in step."""


class Schedule:
    """Pauses of one kind of retry.

    Args:
        budget: Tries in a row without progress.
        first_pause_s: The first pause; each next one doubles, up to 8 s, give or take a quarter.
    """

    def __init__(self, budget: int, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._budget = budget
        self._first_pause_s = first_pause_s
        self._tries = 0
        self._pauses = 0  # never reset: the spread goes on

    @property
    def tries(self) -> int:
        """Tries since the last progress."""
        return self._tries

    def next_pause_s(self) -> float | None:
        """Seconds to wait before the next try, or None when the budget is used up."""
        if self._tries >= self._budget:
            return None
        pause_s = min(LONGEST_PAUSE_S, self._first_pause_s * 2.0**self._tries)
        self._tries += 1
        self._pauses += 1
        offset = (self._pauses * _GOLDEN) % 1.0 * 2.0 - 1.0
        return pause_s * (1.0 + _SPREAD * offset)

    def progressed(self) -> None:
        """Something real was achieved: the budget is full again."""
        self._tries = 0
