"""The answer alone on stdout."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from realtime_cli.terminal.answer import AnswerView
from tests.terminal.states import CALLED, NOW_S, PLUG, QUESTION, READY


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(*texts: str, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    view = AnswerView(out, io.StringIO())
    view.start()
    for text in texts:
        view.update(replace(READY, answer_text=text, response_id="resp_1"), NOW_S)
    view.stop()
    return out.getvalue()


def test_the_answer_streams_and_ends_with_one_newline() -> None:
    out = io.StringIO()
    view = AnswerView(out, io.StringIO())
    seen = []
    for text in ("", "It", "It is", "It is", "It is 3."):
        view.update(replace(READY, answer_text=text), NOW_S)
        seen.append(out.getvalue())
    view.stop()
    view.stop()
    assert seen == ["", "It", "It is", "It is", "It is 3."]
    assert out.getvalue() == "It is 3.\n"


@given(st.lists(st.text(), min_size=1))
def test_a_pipe_gets_exactly_what_the_model_said(pieces: list[str]) -> None:
    whole = [("".join(pieces[: number + 1])) for number in range(len(pieces))]
    text = whole[-1]
    out = io.TextIOWrapper(raw := io.BytesIO(), "utf-8", newline="\n", write_through=True)
    view = AnswerView(out, io.StringIO())
    for part in whole:
        view.update(replace(READY, answer_text=part), NOW_S)
    view.stop()
    expected = text if text.endswith("\n") or not text else text + "\n"
    assert raw.getvalue().decode() == expected


def test_controls_pass_into_a_pipe_and_not_onto_a_terminal() -> None:
    evil = "a\tb\n\x1b[2J\x1b]52;c;aGk=\x07c\u202e"
    assert written(evil) == evil + "\n"
    assert written(evil, out=Terminal()) == "a\tb\n�[2J�]52;c;aGk=�c\n"


def test_an_unpaired_surrogate_does_not_stop_a_script() -> None:
    out = io.TextIOWrapper(raw := io.BytesIO(), "utf-8", write_through=True)
    view = AnswerView(out, io.StringIO())
    view.update(replace(READY, answer_text="a\ud83d"), NOW_S)
    view.stop()
    assert raw.getvalue() == b"a?\n"


def test_each_response_has_lines_of_its_own() -> None:
    out = io.StringIO()
    view = AnswerView(out, io.StringIO())
    view.update(replace(READY, answer_text="Let me look.", response_id="resp_1"), NOW_S)
    view.update(replace(READY, answer_text="", response_id="resp_2"), NOW_S)
    view.update(replace(READY, answer_text="It is 3.", response_id="resp_2"), NOW_S)
    view.stop()
    assert out.getvalue() == "Let me look.\nIt is 3.\n"


def test_an_answer_taken_back_is_said_anew_and_a_shortened_one_is_not() -> None:
    assert written("It is four", "It is 3.") == "It is four\nIt is 3.\n"
    assert written("It is 3. ", "It is 3.") == "It is 3. \n"


def test_no_answer_prints_nothing() -> None:
    assert written("") == ""


def test_calls_and_notices_go_to_stderr_and_only_they() -> None:
    out, err = io.StringIO(), io.StringIO()
    view = AnswerView(out, err)
    state = replace(READY, entries=(QUESTION, CALLED, PLUG), settled=2, answer_text="3.")
    view.update(state, NOW_S)
    view.update(state, NOW_S)
    view.stop()
    assert out.getvalue() == "3.\n"
    assert err.getvalue().splitlines() == [
        'call: clock_time(zone="Europe/Berlin") [0.2 s] -> 15:20',
        "warning: the microphone went quiet check the plug",
    ]


def test_without_an_output_only_stderr_is_written() -> None:
    err = io.StringIO()
    view = AnswerView(None, err)
    view.update(replace(READY, answer_text="3.", entries=(PLUG,), settled=1), NOW_S)
    view.stop()
    assert err.getvalue() == "warning: the microphone went quiet check the plug\n"
