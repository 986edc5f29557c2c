"""Lines that are kept for as long as they would come out the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec

from rich.text import Text

P = ParamSpec("P")


class Kept(Generic[P]):
    """What a pure function made last, made anew only where it is asked for something else.

    A function gets nothing but what is compared, so what is kept cannot be out of date. Nobody may change the lines.

    Args:
        make: Makes the lines.
    """

    def __init__(self, make: Callable[P, list[Text]]) -> None:
        self._make = make
        self._of: object = None
        self._lines: list[Text] = []

    def __call__(self, *of: P.args, **named: P.kwargs) -> list[Text]:
        """The lines for these arguments."""
        if (of, named) != self._of:
            self._of, self._lines = (of, named), self._make(*of, **named)
        return self._lines
