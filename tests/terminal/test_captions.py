"""Captions: each turn once, in order, in its form."""

from __future__ import annotations

import io
import json

import pytest
from msgspec.structs import replace

from realtime_cli.session.state import (
    ConnectionState,
    Notice,
    Phase,
    PlayoutState,
    ResponseState,
    SessionState,
    Spoken,
    TurnMode,
    UserState,
)
from realtime_cli.terminal.captions import Caption, CaptionsView, Format, written

STATE = SessionState(
    Phase.LISTENING,
    ConnectionState.READY,
    UserState.SILENT,
    ResponseState.NONE,
    PlayoutState.QUIET,
    TurnMode.SERVER_VAD,
)


def turn(
    item_id: str, text: str, start_ms: int | None = None, end_ms: int | None = None, final: bool = True
) -> Spoken:
    return Spoken(item_id, "user", text, len(text), final=final, start_ms=start_ms, end_ms=end_ms)


def shown(form: Format, *pictures: tuple[Spoken | Notice, ...]) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    view = CaptionsView(out, err, form)
    view.start()
    for entries in pictures:
        view.update(replace(STATE, entries=entries, settled=len(entries)), 0.0)
    view.stop()
    return out.getvalue(), err.getvalue()


def test_a_turn_waits_for_the_one_before_it() -> None:
    early = (turn("u1", "first", final=False), turn("u2", "second"))
    late = (turn("u1", "first"), turn("u2", "second"))
    assert shown("text", early)[0] == ""
    assert shown("text", early, late, late)[0] == "first\nsecond\n"


def test_subtitles_have_times() -> None:
    srt, _ = shown("srt", (turn("u1", "hello", 1500, 2750), turn("u2", "no end", 3_661_000)))
    assert srt.startswith("1\n00:00:01,500 --> 00:00:02,750\nhello\n\n2\n01:01:01,000 --> 01:01:0")
    vtt, _ = shown("vtt", (turn("u1", "a < b --> c\n\nd", 0, 10),))
    assert vtt == "WEBVTT\n\n00:00:00.000 --> 00:00:00.700\na &lt; b --&gt; c\nd\n\n"


def test_lines_of_json_keep_everything() -> None:
    out, _ = shown("jsonl", (turn("u1", "\x1b[31mred", 5, 900),))
    told = json.loads(out)
    assert (told["type"], told["text"], told["start_ms"], told["end_ms"]) == ("turn", "\x1b[31mred", 5, 900)


@pytest.mark.parametrize("form", ["text", "srt", "vtt"])
def test_a_terminal_gets_no_control_characters(form: Format) -> None:
    assert "\x1b" not in written(Caption(1, "u1", "\x1b]0;x\x07evil", 0, 900), form, harmless=True)


def test_notices_go_to_stderr() -> None:
    out, err = shown("text", (Notice("warning", "line lost"), turn("u1", "hello")))
    assert (out, "line lost" in err) == ("hello\n", True)
