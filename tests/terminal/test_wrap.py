"""Lines fit, and nothing but blanks at line ends is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from realtime_cli.terminal.sanitize import clean
from realtime_cli.terminal.wrap import crop, wrap

TEXT = st.text(st.sampled_from("ab cdefgh  \n日本語😀éñ\u0301ह😀🇩🇪-") | st.characters(), max_size=120).map(
    clean
)


def lines(text: str, width: int) -> list[str]:
    return [text[start:end] for start, end in wrap(text, width)]


@given(TEXT, st.integers(2, 30))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    assert all(sum(map(cell_len, line)) <= width for line in lines(text, width))


@given(TEXT, st.integers(2, 30))
def test_only_blanks_are_lost(text: str, width: int) -> None:
    assert "".join(lines(text, width)).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(TEXT, st.integers(2, 30))
def test_lines_stand_in_order_and_do_not_overlap(text: str, width: int) -> None:
    edges = [edge for pair in wrap(text, width) for edge in pair]
    assert edges == sorted(edges)


@given(TEXT, st.integers(0, 30))
def test_cropped_text_fits(text: str, width: int) -> None:
    line = " ".join(text.split())
    assert cell_len(crop(line, width)) <= max(width, 0)


def test_words_stay_whole_where_they_can() -> None:
    assert lines("one two three four", 9) == ["one two", "three", "four"]


def test_a_word_longer_than_a_line_is_cut() -> None:
    assert lines("a abcdefghij k", 4) == ["a", "abcd", "efgh", "ij k"]


def test_wide_characters_count_two_and_break_anywhere() -> None:
    assert lines("日本語の文", 5) == ["日本", "語の", "文"]


def test_blank_lines_and_indents_stay() -> None:
    assert lines("a\n\n  b c", 20) == ["a", "", "  b c"]


def test_an_indent_wider_than_the_line_does_not_push_a_character_out() -> None:
    assert lines("       日 x", 4)[0].strip() == "日 x"


def test_crop_says_that_something_is_missing() -> None:
    assert crop("clock_time(zone)", 10) == "clock_tim…"
    assert crop("short", 10) == "short"
    assert crop("日本語", 4) == "日…"
