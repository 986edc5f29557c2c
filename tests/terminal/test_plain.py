"""Sequential lines: conversation on stdout, states and notices on stderr."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from msgspec.structs import replace

from realtime_cli.session.state import CallStatus, Notice, Spoken
from realtime_cli.terminal.contract import KeysPicture, OutputClosed, PromptLine
from realtime_cli.terminal.plain import PlainView, plain_lines
from realtime_cli.terminal.theme import Colour, Theme
from tests.terminal.states import (
    ANSWERED,
    CALLED,
    HEARING,
    INTERRUPTED,
    NOW_S,
    PLUG,
    QUESTION,
    READY,
    RECONNECTING,
    SPEAKING,
)


class Desk:
    def __init__(self, colour: Colour = Colour.AUTO) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.view = PlainView(self.out, self.err, Theme(colour=colour))


def test_entries_are_printed_once_when_they_are_settled() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(HEARING, NOW_S)
    desk.view.update(replace(SPEAKING, settled=2), NOW_S)
    desk.view.update(replace(READY, entries=(QUESTION, CALLED, ANSWERED, PLUG), settled=4), NOW_S)
    desk.view.update(replace(READY, entries=(QUESTION, CALLED, ANSWERED, PLUG), settled=4), NOW_S)
    assert desk.out.getvalue().splitlines() == [
        "you: what time is it in Berlin",
        'call: clock_time(zone="Europe/Berlin") [0.2 s] -> 15:20',
        "assistant: It is twenty past three in the afternoon in Berlin.",
    ]
    assert desk.err.getvalue().splitlines() == [
        "[hearing you]",
        "[speaking]",
        "warning: the microphone went quiet check the plug",
        "[listening]",
    ]


def test_states_are_told_when_they_change_and_only_then() -> None:
    desk = Desk()
    for state in (READY, READY, RECONNECTING, replace(RECONNECTING, retry_at_s=101.0), READY):
        desk.view.update(state, NOW_S)
    assert desk.err.getvalue() == "[listening]\n[reconnecting in 3 s]\n[listening]\n"


def test_stop_prints_what_was_in_progress() -> None:
    desk = Desk()
    desk.view.update(INTERRUPTED, NOW_S)
    desk.view.stop()
    desk.view.stop()
    assert desk.out.getvalue().splitlines()[2:] == [
        "assistant: It is twenty past [interrupted]",
        "you: (no words)",
    ]


def test_further_lines_are_indented_and_controls_are_harmless() -> None:
    assert (
        plain_lines(Spoken("i", "assistant", "one\n\x1b[2Jtwo\r\nthree", 9))
        == "assistant: one\n  �[2Jtwo\n  three"
    )


def test_problems_are_told() -> None:
    assert plain_lines(Spoken("i", "user", "", 0, problem="no model")) == "you: (no transcript) [no model]"
    failed = replace(CALLED, status=CallStatus.FAILED, output="no zone\nhere")
    assert plain_lines(failed) == 'call: clock_time(zone="Europe/Berlin") [failed 0.2 s] -> no zone\n  here'
    assert plain_lines(Notice("error", "lost", "try again")) == "error: lost try again"


def test_what_is_typed_is_echoed_as_it_grows() -> None:
    desk = Desk()
    prompt: PromptLine | None = None
    desk.view.watch_keys(lambda: KeysPicture(work=True, prompt=prompt))
    desk.view.update(READY, NOW_S)
    for text in ("", "h", "he", "hello", "hell\x1b"):
        prompt = PromptLine(text, len(text))
        desk.view.update(READY, NOW_S)
    assert desk.err.getvalue() == "[listening]\n> hello\n> hell�"
    desk.view.update(replace(READY, entries=(PLUG,), settled=1), NOW_S)
    prompt = None
    desk.view.update(replace(READY, entries=(PLUG,), settled=1), NOW_S)
    desk.view.stop()
    assert desk.err.getvalue().splitlines()[2:] == [
        "> hell�",
        "warning: the microphone went quiet check the plug",
        "> hell�",
    ]


def test_colours_come_only_when_they_are_forced() -> None:
    for colour, expected in ((Colour.ALWAYS, "\x1b[32myou:\x1b[0m what"), (Colour.AUTO, "you: what")):
        desk = Desk(colour)
        desk.view.update(replace(READY, entries=(QUESTION,), settled=1), NOW_S)
        assert desk.out.getvalue().startswith(expected)


def test_what_the_encoding_lacks_does_not_stop_the_session() -> None:
    raw = io.BytesIO()
    view = PlainView(io.TextIOWrapper(raw, "ascii", write_through=True), io.StringIO(), Theme())
    view.update(replace(READY, entries=(replace(QUESTION, text="naïve 日本"),), settled=1), NOW_S)
    assert raw.getvalue() == b"you: na?ve ??\n"


READER_LEAVES = """
import sys
from msgspec.structs import replace
from realtime_cli.terminal.contract import KeysPicture, OutputClosed, PromptLine
from realtime_cli.terminal.plain import PlainView
from realtime_cli.terminal.theme import Theme
from tests.terminal.states import QUESTION, READY
view = PlainView(sys.stdout, sys.stderr, Theme())
sys.stdin.read()
try:
    view.update(replace(READY, entries=(QUESTION,), settled=1), 0.0)
except OutputClosed as closed:
    view.stop()
    sys.exit(closed.exit_code)
"""


def test_a_reader_that_went_away_ends_us_without_a_word() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER_LEAVES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.close()
        child.stdout = None
        _, err = child.communicate(b"")
    assert err == b""
    assert child.returncode == 141


def test_other_write_errors_are_not_hidden() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    view = PlainView(Full(), io.StringIO(), Theme())
    with pytest.raises(OSError, match="No space"):
        view.update(replace(READY, entries=(QUESTION,), settled=1), NOW_S)


def test_stop_after_the_reader_went_away_stays_silent() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    view = PlainView(Gone(), io.StringIO(), Theme())
    state = replace(READY, entries=(QUESTION,), settled=0)
    view.update(state, NOW_S)
    view.stop()
    with pytest.raises(OutputClosed):
        view.update(replace(state, entries=(QUESTION, QUESTION), settled=2), NOW_S)
