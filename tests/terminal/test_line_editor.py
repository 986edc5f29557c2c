"""Editing a line."""

from __future__ import annotations

import pytest

from realtime_cli.terminal.contract import PromptLine
from realtime_cli.terminal.kitty import Stroke
from realtime_cli.terminal.line_editor import LineEditor
from realtime_cli.terminal.strokes import StrokeReader


def press(editor: LineEditor, text: str) -> LineEditor:
    reader = StrokeReader()
    for one in [*reader.feed(text), *reader.flush()]:
        assert isinstance(one, Stroke)
        editor.edit(one)
    return editor


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        ("hello", "hello", 5),
        ("grüße 日本", "grüße 日本", 8),
        ("ac\x1b[Db", "abc", 2),
        ("hello\x7f\x7f", "hel", 3),
        ("bc\x01a\x05d", "abcd", 4),
        ("one two\x17", "one ", 4),
        ("one two\x1b\x7f", "one ", 4),
        ("one two\x15", "", 0),
        ("one two\x1bb\x0b", "one ", 4),
        ("one two\x01\x1bd", " two", 0),
        ("one two\x1b[1;5D\x1b[1;5Dx", "xone two", 1),
        ("one two\x01\x1b[1;5Cx", "onex two", 4),
        ("abc\x1b[H\x1b[3~", "bc", 0),
        ("a\x0ab", "a\nb", 3),
        ("a\x1b\rb", "a\nb", 3),
        ("\x1b[200~two\r\nlines\x1b[201~", "two\nlines", 9),
        ("one two\x1f", "one", 3),
        ("\x1b[D\x7f\x0b", "", 0),
    ],
)
def test_keys(keys: str, text: str, cursor: int) -> None:
    assert press(LineEditor(), keys).line == PromptLine(text, cursor)


def test_a_taken_line_is_stripped_and_leaves_an_empty_editor() -> None:
    editor = press(LineEditor(), "  hello \n ")
    assert editor.take() == "hello"
    assert editor.line == PromptLine("", 0)


def test_lines_sent_before_come_back_and_the_draft_is_kept() -> None:
    editor = LineEditor()
    for line in ("one", "two", "two", ""):
        press(editor, line).take()
    press(editor, "dra\x1b[A")
    assert editor.line == PromptLine("two", 3)
    assert press(editor, "\x1b[A").line.text == "one"
    assert press(editor, "\x1b[A").line.text == "one"
    assert press(editor, "\x1b[B\x1b[B").line == PromptLine("dra", 3)
    assert press(editor, "\x1b[B").line.text == "dra"


def test_keys_without_a_meaning_do_nothing() -> None:
    assert press(LineEditor(), "ab\x1b[5~\x1bOP\t\x1bz").line == PromptLine("ab", 2)
