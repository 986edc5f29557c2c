"""Lines of the region that are written in their place."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from realtime_cli.terminal.region import change
from tests.terminal.screen import Screen

WIDTH = 20
styles = st.sampled_from(["", "bold red", "dim", "reverse"])
texts = st.text(st.sampled_from("ab ▍é你"), max_size=4)  # a wide character takes two cells


def line(head: str, tail: str, style: str, over: str) -> Text:
    """Two styles beside each other, a third over both, and one below all (which Rich does not compare)."""
    text = Text(head, "bold" if head.startswith("a") else "").append(tail, style).append(head, "dim")
    text.stylize(over, 1, 1 + len(tail))
    return text


lines = st.builds(line, texts, texts, styles, styles)
pictures = st.integers(1, 6).flatmap(
    lambda count: st.lists(st.lists(lines, min_size=count, max_size=count), min_size=2, max_size=5)
)


def console(*, no_color: bool = False) -> Console:
    file = io.StringIO()
    return Console(file=file, force_terminal=True, color_system="256", width=WIDTH * 2, no_color=no_color)


def cells(screen: Screen) -> list[list[tuple[str, str, bool, bool]]]:
    return [[(cell.data, cell.fg, cell.bold, cell.reverse) for cell in row] for row in screen.cells]


@given(pictures)
def test_changed_in_place_a_screen_looks_as_if_drawn_anew(shown: list[list[Text]]) -> None:
    at = console()
    screen = Screen(WIDTH * 2, 8)
    before: list[Text] = [Text()] * len(shown[0])
    screen.feed("above" + "\n" * len(before))
    for picture in shown:
        orders = change(before, picture, at)
        assert orders is not None
        screen.feed(orders)
        before = picture
    fresh = Screen(WIDTH * 2, 8)
    for line in ("above", *shown[-1]):
        fresh.feed("" if line == "above" else "\n")
        with at.capture() as drawn:
            at.print(line, end="", soft_wrap=True, highlight=False, markup=False)
        fresh.feed(drawn.get())
    assert cells(screen) == cells(fresh)
    assert screen.cursor_row == len(before)


def test_only_what_changed_is_written() -> None:
    before = [Text("the answer"), Text("▕██  ▏"), Text("keys")]
    orders = change(before, [before[0], Text("▕█   ▏"), before[2]], console())
    assert orders == "\x1b[1A\r▕█   ▏\x1b[K\x1b[1B"
    assert change(before, list(before), console()) == ""


def test_another_number_of_lines_is_for_a_whole_drawing() -> None:
    assert change([Text("one")], [Text("one"), Text("two")], console()) is None


@pytest.mark.parametrize(
    ("colours", "expected"), [(True, "\x1b[1;31mred\x1b[0m"), (False, "\x1b[1mred\x1b[0m")]
)
def test_without_colour_only_weight_is_left(colours: bool, expected: str) -> None:
    orders = change([Text()], [Text("red", "bold red")], console(no_color=not colours))
    assert orders == f"\r{expected}\x1b[K"
