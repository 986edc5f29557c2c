"""Words into lines by terminal cells: wide characters count two, combining marks none."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len

# A run of blanks, or a word. Chinese, Japanese and Korean text may break between any two characters.
_WIDE = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_PIECE = re.compile(f" +|[{_WIDE}]|[^ {_WIDE}]+")


@lru_cache(maxsize=64)
def wrap(text: str, width: int) -> tuple[tuple[int, int], ...]:
    """Lines of `text` as pairs of indexes (start, end), so that styles can follow the text.

    Args:
        text: Sanitized text; "\\n" breaks lines.
        width: Cells per line, at least 2 (the widest character).

    Returns:
        At least one line; joined lines lose only blanks at line ends and the "\\n".
    """
    width = max(2, width)
    lines: list[tuple[int, int]] = []
    start = 0
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, start, width))
        start += len(paragraph) + 1
    return tuple(lines)


def crop(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` (one line) cut to `width` cells, with `ellipsis` where something is missing."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room <= 0:
        return ellipsis[: max(0, width)]
    return text[: fitting(text, 0, room)].rstrip() + ellipsis


def fitting(text: str, start: int, width: int) -> int:
    """Index of the first character from `start` on that does not fit into `width` cells any more."""
    used = 0
    for index in range(start, len(text)):
        used += cell_len(text[index])
        if used > width:
            return index
    return len(text)


def _wrap_paragraph(paragraph: str, offset: int, width: int) -> list[tuple[int, int]]:
    if len(paragraph) <= width and paragraph.isascii():
        return [(offset, offset + len(paragraph))]
    lines: list[tuple[int, int]] = []
    start = end = used = (
        0  # the line in progress: characters start..end, `used` cells up to the current piece
    )
    for piece in _PIECE.finditer(paragraph):
        cells = len(piece[0]) if piece[0].isascii() else cell_len(piece[0])
        if piece[0].startswith(" "):
            used += cells
            continue
        if used + cells > width and end > start:
            lines.append((offset + start, offset + end))
            start, used = piece.start(), 0
        if used + cells > width and width - used < 2:
            start, used = piece.start(), 0  # an indent that leaves no room for a character
        begin = piece.start() if used else start
        while used + cells > width:  # one word longer than a line
            cut = fitting(paragraph, begin, width - used)
            lines.append((offset + start, offset + cut))
            start = begin = cut
            used, cells = 0, cell_len(paragraph[cut : piece.end()])
        used += cells
        end = piece.end()
    lines.append((offset + start, offset + max(start, end)))
    return lines
