"""The theme follows the environment."""

from __future__ import annotations

import pytest

from realtime_cli.session.state import CallStatus, Phase
from realtime_cli.terminal.theme import ASCII, PHASE_STYLES, UNICODE, Colour, Glyphs, theme_for


@pytest.mark.parametrize(
    ("environ", "colour"),
    [
        ({"TERM": "xterm-256color"}, Colour.AUTO),
        ({"TERM": "xterm", "NO_COLOR": "1"}, Colour.NEVER),
        ({"TERM": "xterm", "NO_COLOR": ""}, Colour.AUTO),
        ({"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}, Colour.NEVER),
        ({"TERM": "dumb"}, Colour.NEVER),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, Colour.ALWAYS),
        ({"FORCE_COLOR": "0"}, Colour.AUTO),
        ({"CLICOLOR_FORCE": "1"}, Colour.ALWAYS),
    ],
)
def test_colour(environ: dict[str, str], colour: Colour) -> None:
    assert theme_for(environ, "utf-8").colour is colour


def test_a_dumb_terminal_has_no_live_region() -> None:
    assert not theme_for({"TERM": "dumb"}, "utf-8").inline_live
    assert theme_for({"TERM": "xterm"}, "utf-8").inline_live


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ANSI_X3.4-1968", "cp437"])
def test_without_unicode_the_glyphs_are_ascii(encoding: str) -> None:
    assert theme_for({"TERM": "xterm"}, encoding).glyphs is ASCII


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8"])
def test_with_unicode_they_are_not(encoding: str) -> None:
    assert theme_for({"TERM": "xterm"}, encoding).glyphs is UNICODE


def test_the_linux_console_gets_ascii_glyphs_but_keeps_its_letters() -> None:
    theme = theme_for({"TERM": "linux"}, "utf-8")
    assert theme.glyphs is ASCII
    assert theme.unicode


@pytest.mark.parametrize(
    ("environ", "reflows"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(390)"}, False),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen", "TMUX": "/tmp/tmux"}, True),
    ],
)
def test_terminals_that_wrap_old_lines_anew_are_known(environ: dict[str, str], reflows: bool) -> None:
    assert theme_for(environ, "utf-8").reflows is reflows


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_phase_and_call_status_has_a_glyph_of_one_character(glyphs: Glyphs) -> None:
    assert set(glyphs.phases) == set(Phase) == set(PHASE_STYLES)
    assert set(glyphs.calls) == set(CallStatus)
    assert all(len(glyph) == 1 for glyph in [*glyphs.phases.values(), *glyphs.calls.values(), *glyphs.bar])


def test_ascii_glyphs_are_ascii() -> None:
    words = [
        *ASCII.phases.values(),
        *ASCII.calls.values(),
        *ASCII.bar,
        ASCII.dot,
        ASCII.arrow,
        ASCII.ellipsis,
    ]
    assert all(word.isascii() for word in [*words, ASCII.prompt, ASCII.newline, ASCII.dash, ASCII.bar_left])
