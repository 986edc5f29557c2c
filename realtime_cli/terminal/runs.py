"""A line from words with their styles, made in one go: appending one by one costs ten times that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from rich.text import Span, Text

Run: TypeAlias = tuple[str, str]
"""Words, and the name of their style ("" for none)."""


def line_of(runs: Iterable[Run]) -> Text:
    """The same as a text to which each run was appended."""
    words: list[str] = []
    spans: list[Span] = []
    at = 0
    for text, style in runs:
        words.append(text)
        end = at + len(text)
        if style and end > at:
            spans.append(Span(at, end, style))
        at = end
    return Text("".join(words), spans=spans)
