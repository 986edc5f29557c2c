"""Text from a terminal into strokes, however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.terminal.kitty import Action, Stroke
from realtime_cli.terminal.strokes import FocusLost, KittyAnswered, Said, StrokeReader


def read(*pieces: str) -> list[Said]:
    reader = StrokeReader()
    said = [one for piece in pieces for one in reader.feed(piece)]
    return said + reader.flush()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q", [Stroke("q", "q")]),
        ("é日", [Stroke("é", "é"), Stroke("日", "日")]),
        (" ", [Stroke(" ", " ")]),
        ("\x03", [Stroke("c-c")]),
        ("\r", [Stroke("c-m")]),
        ("\x7f", [Stroke("c-h")]),
        ("\x1b[A", [Stroke("up")]),
        ("\x1bOA", [Stroke("up")]),
        ("\x1b[3~", [Stroke("delete")]),
        ("\x1b[1;5D", [Stroke("c-left")]),
        ("\x1b", [Stroke("escape")]),
        ("\x1b\x1b", [Stroke("escape"), Stroke("escape")]),
        ("\x1b\x03", [Stroke("escape"), Stroke("c-c")]),
        ("\x1bq", [Stroke("q", "", alt=True)]),
        ("\x1b\r", [Stroke("c-m", "", alt=True)]),
        (
            "\x1b[200~pa\x1b[32;1:3uste\nq\x1b[201~m",
            [Stroke("<bracketed-paste>", "pa\x1b[32;1:3uste\nq"), Stroke("m", "m")],
        ),
        ("\x1b[32;1:1u\x1b[32;1:3u", [Stroke(" ", " "), Stroke(" ", " ", Action.RELEASE)]),
        ("\x1b[1;1:1A\x1b[1;1:3A", [Stroke("up")]),
        ("\x1b[?1u", [KittyAnswered(1)]),
        ("\x1b[I\x1b[O", [FocusLost()]),
        ("\x1b[?62;22c", []),
        ("\x1b]11;rgb:0000/0000/0000\x1b\\q", [Stroke("q", "q")]),
        ("\x1bP1+r544e=q\x1b\\", []),
        ("\x1b[99;9;9X", []),
        ("\x1b[?2026;2$y", []),
    ],
)
def test_sequences(text: str, said: list[Said]) -> None:
    assert read(text) == said


@given(
    st.lists(
        st.sampled_from(
            [
                "q",
                " ",
                "é",
                "\x1b[A",
                "\x1b[32;1:3u",
                "\x1b[200~a q\x1b[201~",
                "\x1b[?1u",
                "\x1b[1;1:2D",
                "\r",
            ]
        ),
        max_size=12,
    ),
    st.data(),
)
def test_pieces_make_no_difference(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert read(*pieces) == read(text)


@given(st.text(st.sampled_from("\x1b[]O?;:~uAqP\\\x07 1") | st.characters(), max_size=40))
def test_anything_can_come(text: str) -> None:
    for one in read(text):
        assert not isinstance(one, Stroke) or one.key == "<bracketed-paste>" or "\x1b" not in one.text


def test_a_begun_sequence_waits_and_turns_out_to_be_escape() -> None:
    reader = StrokeReader()
    assert reader.feed("\x1b") == []
    assert reader.waits
    assert reader.flush() == [Stroke("escape")]
    assert not reader.waits


def test_a_paste_that_is_not_over_is_waited_for_however_long() -> None:
    reader = StrokeReader()
    assert reader.feed("\x1b[200~half") == []
    assert not reader.waits
    assert reader.feed(" done\x1b[201~") == [Stroke("<bracketed-paste>", "half done")]
