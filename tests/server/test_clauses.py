"""Cutting answers into clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.clauses import MAX_CLAUSE_CHARS, Clauses, aloud


def cut(*pieces: str) -> list[str]:
    clauses = Clauses()
    return [clause for piece in pieces for clause in clauses.push(piece)] + clauses.flush()


@given(st.lists(st.text(alphabet="ab .,!?\n;:", max_size=40), max_size=12))
def test_nothing_is_lost_or_made(pieces: list[str]) -> None:
    assert "".join(cut(*pieces)) == "".join(pieces)
    assert all(cut(*pieces))


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Hello. How are you?", ["Hello. ", "How are you?"]),
        ("It is 3.5 metres, more or less.", ["It is 3.5 metres, more or less."]),
        ("One line\nand another", ["One line\n", "and another"]),
        ('He said "no." Then he left.', ['He said "no." ', "Then he left."]),
        (
            "When the sun comes up over the hills, birds sing.",
            ["When the sun comes up over the hills, ", "birds sing."],
        ),
    ],
)
def test_clauses_end_where_a_speaker_would_breathe(text: str, clauses: list[str]) -> None:
    assert cut(text) == clauses
    assert cut(*text) == clauses, "letter by letter it is the same"


def test_a_sentence_is_not_given_out_before_it_is_known_to_be_over() -> None:
    clauses = Clauses()
    assert clauses.push("It is 3.") == []
    assert clauses.push("5 metres. ") == ["It is 3.5 metres. "]
    assert clauses.pending == ""


def test_text_without_punctuation_is_cut_at_a_space() -> None:
    pieces = cut("word " * 200)
    assert all(len(piece) <= MAX_CLAUSE_CHARS for piece in pieces)
    assert all(piece.endswith(" ") for piece in pieces)


def test_text_without_any_space_is_cut_all_the_same() -> None:
    assert all(len(piece) <= MAX_CLAUSE_CHARS + 1 for piece in cut("x" * 1000))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Yes**, it is `so`. ", "Yes, it is so."),
        ("## Title\n- one\n* two", "Title one two"),
        ("See [the page](http://x.test/a_b) now", "See the page now"),
        ("snake_case and _this_ stay 3 - 2", "snake_case and this stay 3 - 2"),
    ],
)
def test_marks_for_eyes_are_not_read_out(written: str, said: str) -> None:
    assert aloud(written) == said
