"""The words of a growing hypothesis that will not change any more, as far as one can tell.

A recogniser revises the tail of its guess 1.3 to 2.6 times for each word, but what has been told cannot be taken
back. So a word is told when it stood in the same place in several hypotheses running, and never while it is last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

AGREEING: Final = 3
"""Hypotheses, 100 ms apart, in which a word must stand unchanged."""


class StableWords:
    """Turns hypotheses into a text that only grows."""

    def __init__(self, agreeing: int = AGREEING) -> None:
        self._recent: deque[Sequence[str]] = deque(maxlen=agreeing)
        self._told: list[str] = []

    @property
    def text(self) -> str:
        """What has been told."""
        return " ".join(self._told)

    def update(self, words: Sequence[str]) -> bool:
        """Take the newest hypothesis. True when there are more stable words than before."""
        self._recent.append(words)
        if len(self._recent) < (self._recent.maxlen or 1):
            return False
        settled = list(words[:-1])
        for older in self._recent:
            settled = _common(settled, older)
        if len(settled) <= len(self._told) or settled[: len(self._told)] != self._told:
            return False  # nothing new, or it now says something else about what was told already
        self._told = settled
        return True


def _common(left: Sequence[str], right: Sequence[str]) -> list[str]:
    shared: list[str] = []
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared.append(one)
    return shared
