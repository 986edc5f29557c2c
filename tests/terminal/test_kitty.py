"""Keys as the kitty keyboard protocol writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.terminal.kitty import TALKING, Action, Stroke, answer, key_of, legacy, push, switch


@pytest.mark.parametrize(
    ("sequence", "stroke"),
    [
        ("\x1b[32;1:1u", Stroke(" ", " ")),
        ("\x1b[32u", Stroke(" ", " ")),
        ("\x1b[32;1:2u", Stroke(" ", " ", Action.REPEAT)),
        ("\x1b[32;1:3u", Stroke(" ", " ", Action.RELEASE)),
        ("\x1b[32;1;32u", Stroke(" ", " ")),
        ("\x1b[113;;113u", Stroke("q", "q")),
        ("\x1b[97:65;2;65u", Stroke("A", "A")),
        ("\x1b[47:63;2;63u", Stroke("?", "?")),
        ("\x1b[223:63;2;63u", Stroke("?", "?")),
        ("\x1b[252;;252u", Stroke("ü", "ü")),
        ("\x1b[27u", Stroke("escape")),
        ("\x1b[27;1:3u", Stroke("escape", "", Action.RELEASE)),
        ("\x1b[13u", Stroke("c-m")),
        ("\x1b[13;3u", Stroke("c-m", alt=True)),
        ("\x1b[9;2u", Stroke("s-tab")),
        ("\x1b[127u", Stroke("c-h")),
        ("\x1b[99;5u", Stroke("c-c")),
        ("\x1b[99;69u", Stroke("c-c")),
        ("\x1b[1089::99;5u", Stroke("c-c")),
        ("\x1b[1081::113;;1081u", Stroke("q", "й")),
        ("\x1b[122;5u", Stroke("c-z")),
        ("\x1b[57400u", Stroke("1", "1")),
        ("\x1b[57414u", Stroke("c-m")),
        ("\x1b[57419u", Stroke("up")),
        ("\x1b[98;3u", Stroke("b", "", alt=True)),
        ("\x1b[113;129u", Stroke("q", "q")),
        ("\x1b[57441;2u", None),
        ("\x1b[113;9u", None),
        ("\x1b[?1u", None),
        ("\x1b[A", None),
        ("\x1b[u", None),
    ],
)
def test_keys(sequence: str, stroke: Stroke | None) -> None:
    assert key_of(sequence) == stroke


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("\x1b[A", "\x1b[A"),
        ("\x1b[1;1:1A", "\x1b[A"),
        ("\x1b[1;1:2D", "\x1b[D"),
        ("\x1b[1;1:3D", ""),
        ("\x1b[1;5:1C", "\x1b[1;5C"),
        ("\x1b[1;65A", "\x1b[A"),
        ("\x1b[3;1:1~", "\x1b[3~"),
        ("\x1b[3;5:2~", "\x1b[3;5~"),
        ("\x1b[3;1:3~", ""),
    ],
)
def test_function_keys_are_written_as_elsewhere(sequence: str, expected: str) -> None:
    assert legacy(sequence) == expected


def test_the_answer_to_the_question() -> None:
    assert answer("\x1b[?0u") == 0
    assert answer("\x1b[?31u") == 31
    assert answer("\x1b[31u") is None


def test_the_flags_contain_those_that_make_releases_visible() -> None:
    assert TALKING & 11 == 11
    assert push(TALKING) == "\x1b[>31u"
    assert switch(1) == "\x1b[=1;1u"


@given(st.text(st.sampled_from("0123456789:;"), max_size=30), st.sampled_from("uA~"))
def test_no_numbers_are_too_strange(parameters: str, final: str) -> None:
    stroke = key_of(f"\x1b[{parameters}{final}")
    assert stroke is None or "\x1b" not in stroke.text
    legacy(f"\x1b[{parameters}{final}")
