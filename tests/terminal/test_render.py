"""The live region, drawn from states: looked at once, then held by snapshots."""

from __future__ import annotations

import io
import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from realtime_cli.session.state import SessionState, Spoken
from realtime_cli.terminal.contract import KeysPicture, PromptLine
from realtime_cli.terminal.render import Canvas, Picture, render
from realtime_cli.terminal.theme import ASCII, Theme
from tests.terminal.states import ANSWER, EPOCH_OFFSET_S, NOW_S, PHASES, PUSHING, SPEAKING
from tests.terminal.test_entries import ENTRIES

KEYS = KeysPicture(work=True)


def canvas(width: int = 80, height: int = 24, **more: object) -> Canvas:
    plain = Canvas(width, height, Theme(), "openai", KEYS, epoch_offset_s=EPOCH_OFFSET_S)
    return replace(plain, **more)


def drawn(picture: Picture, width: int) -> str:
    """As the terminal gets it, colours as escape codes, one line for each row."""
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=True, color_system="standard", no_color=False).print(
        picture
    )
    return file.getvalue().replace("\x1b", "␛")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", PHASES)
def test_every_phase_looks_as_it_did(name: str, width: int, snapshot: SnapshotAssertion) -> None:
    assert drawn(render(PHASES[name], canvas(width), NOW_S), width) == snapshot


def test_ascii_looks_as_it_did(snapshot: SnapshotAssertion) -> None:
    picture = render(SPEAKING, canvas(theme=Theme(glyphs=ASCII)), NOW_S)
    assert picture.plain.isascii()
    assert picture.plain == snapshot


def test_help_and_prompt_look_as_they_did(snapshot: SnapshotAssertion) -> None:
    helping = replace(KEYS, page="help")
    typing = replace(KEYS, prompt=PromptLine("tell me more about Berlin", 12))
    assert render(SPEAKING, canvas(keys=helping), NOW_S).plain == snapshot(name="help")
    assert render(SPEAKING, canvas(keys=typing), NOW_S).plain == snapshot(name="prompt")


@given(
    st.lists(ENTRIES, max_size=6),
    st.sampled_from(list(PHASES.values())),
    st.integers(1, 200),
    st.integers(1, 60),
    st.sampled_from(
        [
            KEYS,
            KeysPicture(),
            replace(KEYS, prompt=PromptLine("日本語 " * 40, 7)),
            replace(KEYS, page="help"),
        ]
    ),
)
@settings(max_examples=150, deadline=None)
def test_a_picture_is_never_larger_than_the_screen(
    entries: list[object], state: SessionState, width: int, height: int, keys: KeysPicture
) -> None:
    picture = render(replace(state, entries=tuple(entries)), canvas(width, height, keys=keys), NOW_S)
    assert 1 <= len(picture.lines) <= max(1, height - 1)
    assert all(line.cell_len <= max(12, width - 1) for line in picture.lines)
    assert "\x1b" not in picture.plain


def test_where_room_is_short_the_newest_words_win() -> None:
    words = " ".join(f"word{number}" for number in range(400))
    state = replace(SPEAKING, entries=(Spoken("i", "assistant", words, len(words)),))
    for height in (5, 8, 24):
        assert "word399" in render(state, canvas(height=height), NOW_S).plain
        assert "word0 " not in render(state, canvas(height=height), NOW_S).plain


def test_the_state_word_and_the_typed_line_outlive_everything_else() -> None:
    typing = replace(KEYS, prompt=PromptLine("hi", 2))
    assert (
        render(SPEAKING, canvas(height=3, keys=typing), NOW_S).plain.splitlines()[0].startswith("◆ speaking")
    )
    assert render(SPEAKING, canvas(height=3, keys=typing), NOW_S).plain.splitlines()[1].startswith("❯ hi")
    assert render(SPEAKING, canvas(height=2), NOW_S).plain.startswith("◆ speaking")


def test_settled_and_printed_entries_are_not_shown() -> None:
    assert "Berlin" in render(SPEAKING, canvas(), NOW_S).plain
    assert "Berlin" not in render(replace(SPEAKING, settled=3), canvas(), NOW_S).plain
    assert "Berlin" not in render(SPEAKING, canvas(printed=3), NOW_S).plain


def test_equal_states_make_equal_pictures_and_a_running_call_does_not() -> None:
    calling = PHASES["calling"]
    assert render(calling, canvas(), NOW_S) == render(calling, canvas(), NOW_S)
    assert render(calling, canvas(), NOW_S) != render(calling, canvas(), NOW_S + 0.1)
    assert render(PUSHING, canvas(), NOW_S) == render(PUSHING, canvas(), NOW_S + 0.1)


def test_colours_alone_make_another_picture() -> None:
    heard = replace(SPEAKING, entries=(*SPEAKING.entries[:2], replace(ANSWER, heard_chars=30)))
    less = replace(SPEAKING, entries=SPEAKING.entries[:3])
    assert render(heard, canvas(), NOW_S).plain == render(less, canvas(), NOW_S).plain
    assert render(heard, canvas(), NOW_S) != render(less, canvas(), NOW_S)


def test_a_picture_costs_less_than_a_millisecond_after_500_turns() -> None:
    turns = tuple(Spoken(str(n), "assistant", "It is twenty past three. " * 8, 200, True) for n in range(500))
    state = replace(SPEAKING, entries=(*turns, *SPEAKING.entries), settled=500)
    best_s = min(timeit.repeat(lambda: render(state, canvas(), NOW_S), number=20, repeat=10)) / 20
    assert best_s < 0.001
