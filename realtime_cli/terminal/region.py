"""The lines at the bottom of the screen: Rich draws all of them, and we those that changed.

Rich draws the whole region whenever something is printed above it, or its number of lines changes. But ten times a
second only a meter moves: then one line is written in its place, for a third of the time and half of the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from rich.console import COLOR_SYSTEMS, Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from realtime_cli.terminal.render import Picture

NOTHING: Final = Picture((Text(),))

_ERASE_REST: Final = "\x1b[K"


class Region:
    """What Rich's `Live` draws: always the latest picture, also when Rich draws because lines are printed above it."""

    def __init__(self) -> None:
        self.picture = NOTHING

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield from self.picture.lines


def change(before: Sequence[Text], after: Sequence[Text], console: Console) -> str | None:
    """What to write, with the cursor in the last line of `before` and again there afterwards.

    Args:
        before: Lines that stand on the screen, each shorter than it is wide.
        after: As many lines to stand there instead.
        console: Where they stand; it says which colours there are.

    Returns:
        "" where nothing changed; None where only a whole drawing will do.
    """
    if len(before) != len(after) or console.legacy_windows:
        return None
    at, orders = len(after) - 1, []
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        if old is not new and old != new:
            orders += [_moved(index - at), "\r", _spelled(new, console), _ERASE_REST]
            at = index
    return "".join([*orders, _moved(len(after) - 1 - at)])


def _moved(rows: int) -> str:
    return "" if not rows else f"\x1b[{rows}B" if rows > 0 else f"\x1b[{-rows}A"


def _spelled(line: Text, console: Console) -> str:
    """What Rich writes for a line. Where no styles overlap their codes are looked up, without Rich's segments."""
    plain, at = line.plain, 0
    words: list[str] = []
    for start, end, style in line.spans:
        if line.style or start < at or not isinstance(style, str):
            return _rendered(line, console)
        before, after = _codes(style, console.color_system, console.no_color)
        words += (plain[at:start], before, plain[start:end], after)
        at = end
    return "".join((*words, plain[at:])) if not line.style else _rendered(line, console)


@lru_cache(maxsize=64)
def _codes(style: str, colours: str | None, no_color: bool) -> tuple[str, str]:
    """What Rich writes before and after words of a style."""
    chosen = Style.parse(style)
    if no_color:
        chosen = chosen.without_color
    before, _, after = chosen.render("x", color_system=COLOR_SYSTEMS[colours] if colours else None).partition(
        "x"
    )
    return before, after


def _rendered(line: Text, console: Console) -> str:
    segments = [segment for segment in console.render(line) if segment.text != "\n"]
    if console.no_color:
        segments = list(Segment.remove_color(segments))
    colours = COLOR_SYSTEMS[console.color_system] if console.color_system else None
    return "".join(style.render(text, color_system=colours) if style else text for text, style, _ in segments)
