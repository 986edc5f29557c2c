"""JSON lines: documented, complete, harmless."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from realtime_cli.session.holdings import Aside
from realtime_cli.session.state import Call, CallStatus, Notice, Phase, SessionState, Spoken
from realtime_cli.terminal.jsonl import JsonlView
from realtime_cli.terminal.jsonl_lines import (
    Line,
    StateLine,
    TurnLine,
    encode,
    entry_line,
    schema,
    state_line,
)
from realtime_cli.terminal.theme import Theme
from tests.terminal.states import ANSWERED, CALLED, NOW_S, PHASES, PLUG, QUESTION, READY, SPEAKING


def shown(*states: SessionState) -> tuple[list[dict[str, Any]], str]:
    out, err = io.StringIO(), io.StringIO()
    view = JsonlView(out, err, Theme())
    view.start()
    for step, state in enumerate(states):
        view.update(state, NOW_S + step)
    view.stop()
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def test_turns_calls_states_and_errors_are_lines_and_nothing_else_is() -> None:
    error = Notice("error", "the line was lost", "trying again")
    done = replace(READY, entries=(QUESTION, CALLED, ANSWERED, PLUG, error), settled=5, latency_ms=420.04)
    lines, err = shown(READY, SPEAKING, done)
    assert [line["type"] for line in lines] == [
        "state",
        "state",
        "turn",
        "call",
        "turn",
        "notice",
        "error",
        "state",
    ]
    assert lines[2] == {
        "type": "turn",
        "at_s": 2.0,
        "item_id": "item_1",
        "role": "user",
        "text": "what time is it in Berlin",
        "interrupted": False,
        "commentary": False,
        "problem": "",
        "latency_ms": None,
        "total_tokens": 0,
        "cost_usd": None,
    }
    assert lines[3]["arguments"] == {"zone": "Europe/Berlin"}
    assert lines[3]["duration_s"] == 0.25
    assert lines[4]["latency_ms"] == 420.0
    assert lines[6] == {"type": "error", "at_s": 2.0, "text": "the line was lost", "advice": "trying again"}
    assert err == ""


def test_what_is_unfinished_at_the_end_is_written_then() -> None:
    lines, _ = shown(SPEAKING)
    assert [line["type"] for line in lines] == ["state", "turn", "call", "turn", "notice"]


def test_an_aside_is_a_line_of_its_own() -> None:
    aside = Aside("aside_1", "Is that so?", text="Yes.", status="completed")
    lines, err = shown(READY, replace(READY, asides=(aside,)), replace(READY, asides=(aside,)))
    assert [line for line in lines if line["type"] == "aside"] == [
        {"type": "aside", "at_s": 1.0, "question": "Is that so?", "text": "Yes.", "problem": ""}
    ]
    assert "Is that so?" in err  # a person who asked reads it there


def test_the_schema_that_ships_is_the_one_of_the_lines() -> None:
    shipped = files("realtime_cli.terminal").joinpath("talk.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == json.loads(json.dumps(schema()))


@pytest.mark.parametrize("name", PHASES)
def test_every_line_fits_the_schema(name: str) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema())
    for line in shown(PHASES[name])[0]:
        validator.validate(line)


def test_every_phase_has_its_word() -> None:
    for phase in Phase:
        line = state_line(replace(READY, phase=phase), 0.0, 0.0)
        assert msgspec.convert(msgspec.to_builtins(line), StateLine).state == phase.value


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_a_line_is_one_line_of_printable_ascii_whatever_was_said(text: str) -> None:
    for entry in (
        Spoken("i", "assistant", text, len(text), final=True),
        Call("c", text, text, CallStatus.DONE, text),
        Notice("error", text, text),
    ):
        line = encode(entry_line(entry, READY, 0.0))
        assert line.isascii()
        assert line.isprintable()
        read = msgspec.json.decode(line, type=Line)
        if isinstance(read, TurnLine) and text.isprintable():
            assert read.text == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@pytest.mark.pty
def test_a_whole_session_without_a_terminal_writes_every_state_and_nothing_else(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    command = [
        sys.executable,
        "-m",
        "realtime_cli",
        "talk",
        "--provider",
        "local",
        "--no-audio",
        "--no-history",
    ]
    done = subprocess.run(
        [*command, "--jsonl"],
        input="hello",
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
        start_new_session=True,
        cwd=tmp_path,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        Draft202012Validator(schema()).validate(line)
    assert next(line["text"] for line in lines if line["type"] == "turn") == "hello"
    states = [line["state"] for line in lines if line["type"] == "state"]
    assert states[0] == "connecting"
    assert states[-1] == "ended"
    assert {"thinking", "speaking", "listening"} <= set(states)
    assert not any(one == other for one, other in pairwise(states))
