"""Slash commands: what a typed line means, and what Tab makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session.facts import Fact, QuitPressed
from realtime_cli.session.holdings import ContextUse, ItemLine
from realtime_cli.session.request_facts import (
    AnswerAsked,
    AskedAside,
    ConversationReset,
    FilePutAsked,
    ItemDeleteAsked,
    ItemPinned,
    ItemRetrieveAsked,
    ItemTruncateAsked,
    ResponseCancelAsked,
    SaveAsked,
    SessionChanged,
    TurnsChanged,
)
from realtime_cli.session.state import SessionState, TurnMode
from realtime_cli.terminal.counter import Counter
from realtime_cli.terminal.slash import COMMANDS, complete, is_command, message, run
from realtime_cli.terminal.slash_session import SUMMARY_MARK, SUMMARY_REQUEST, other_turns
from tests.terminal.states import READY

ITEMS = (
    ItemLine("item_one", "message", "user", "completed", "what time is it", 8),
    ItemLine("item_two", "function_call", "", "completed", "get_time({})", 6),
    ItemLine("item_three", "message", "assistant", "incomplete", "ten past", 12, pinned=True),
    ItemLine("item_gone", "message", "user", "deleted", "never mind", 3),
    ItemLine("item_four", "message", "user", "completed", "thanks", 3),
    ItemLine("item_five", "message", "assistant", "completed", "you are welcome", 9),
)
CLOCK = p.FunctionTool(name="get_time", description="Tells the time.")
FULL = replace(
    READY,
    items=ITEMS,
    asked=p.SessionConfig(instructions="Be brief.", tools=(CLOCK,)),
    context=ContextUse(used_tokens=700, window_tokens=1_000, policy="delete"),
)


class Desk:
    """Runs commands against a state and keeps what came of it."""

    def __init__(self, state: SessionState = FULL) -> None:
        self.facts: list[Fact] = []
        self.notes: list[str] = []
        self.opened: list[str] = []
        self.counter = Counter(self.facts.append, self.notes.extend, state, self.opened.append)

    def do(self, text: str) -> list[Fact]:
        self.facts.clear()
        run(self.counter, text)
        return self.facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("/show item_two", ItemRetrieveAsked("item_two")),
        ("/show last", ItemRetrieveAsked("item_five")),
        ("/show item_three --audio", ItemRetrieveAsked("item_three", play=True)),
        ("/show item_three --audio 'my file.wav'", ItemRetrieveAsked("item_three", save_to="my file.wav")),
        ("/show", ItemRetrieveAsked("item_five")),
        ("/delete item_one", ItemDeleteAsked(("item_one",))),
        ("/delete item_one item_two", ItemDeleteAsked(("item_one", "item_two"))),
        ("/delete last", ItemDeleteAsked(("item_four", "item_five"))),
        ("/delete before item_four", ItemDeleteAsked(("item_one", "item_two"))),
        ("/delete one", ItemDeleteAsked(("item_one",))),
        ("/pin item_one", ItemPinned("item_one")),
        ("/unpin item_three", ItemPinned("item_three", pinned=False)),
        ("/truncate item_three 1200", ItemTruncateAsked("item_three", 1200)),
        ("/reset", ConversationReset()),
        ("/instructions Be kind.", SessionChanged(p.SessionConfig(instructions="Be kind."))),
        (
            "/voice cedar",
            SessionChanged(p.SessionConfig(audio=p.AudioConfig(output=p.AudioOutput(voice="cedar")))),
        ),
        ("/vad off", TurnsChanged(None)),
        ("/vad server", TurnsChanged(p.ServerVad())),
        ("/vad server 0.7 800ms", TurnsChanged(p.ServerVad(threshold=0.7, silence_duration_ms=800))),
        ("/vad semantic high", TurnsChanged(p.SemanticVad(eagerness="high"))),
        ("/ask Is that so?", AskedAside("Is that so?")),
        ("/summary", AskedAside(SUMMARY_REQUEST, metadata=SUMMARY_MARK)),
        ("/image 'my cat.png' what is it", FilePutAsked("image", "my cat.png", "what is it")),
        ("/audio talk.wav", FilePutAsked("audio", "talk.wav")),
        ("/answer", AnswerAsked()),
        ("/answer --text", AnswerAsked(p.ResponseConfig(output_modalities=("text",)))),
        (
            "/answer --instructions Don't shout, please --max-tokens 200",
            AnswerAsked(p.ResponseConfig(instructions="Don't shout, please", max_output_tokens=200)),
        ),
        (
            "/answer --voice cedar --max-tokens=inf",
            AnswerAsked(
                p.ResponseConfig(
                    audio=p.AudioConfig(output=p.AudioOutput(voice="cedar")), max_output_tokens="inf"
                )
            ),
        ),
        ("/answer --tools none", AnswerAsked(p.ResponseConfig(tools=()))),
        (
            "/answer --tools get_time --tool-choice required",
            AnswerAsked(p.ResponseConfig(tools=(CLOCK,), tool_choice="required")),
        ),
        (
            "/answer --tool-choice get_time",
            AnswerAsked(p.ResponseConfig(tool_choice=p.ToolChoiceFunction("get_time"))),
        ),
        ("/cancel resp_7", ResponseCancelAsked("resp_7")),
        ("/export", SaveAsked()),
        ("/export notes.md", SaveAsked("notes.md")),
        ("/quit", QuitPressed()),
        ("/RESET", ConversationReset()),
        ("/res", ConversationReset()),
    ],
)
def test_a_command_becomes_a_fact(text: str, fact: Fact) -> None:
    assert Desk().do(text) == [fact]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/items", "item_three"),
        ("/help", "/context"),
        ("/tools", "get_time  Tells the time."),
        ("/model", "gpt-realtime-2.1"),
        ("/model other", "start again with --model other"),
        ("/voice", "marin"),
        ("/vad", "server vad"),
        ("/vad loud", "Say one of"),
        ("/context", "700 of 1.0k tokens used (70%)"),
        ("/context", "Would go first:"),
        ("/cost", "No tokens yet"),
        ("/delete", "Say which"),
        ("/delete nothing", "is no item of this conversation"),
        ("/delete item_", "fits more than one item"),
        ("/delete item_gone", "is no item"),
        ("/delete before item_one", "There is nothing to delete."),
        ("/truncate item_one soon", "Say where"),
        ("/image", "Say which file"),
        ("/ask", "Say what"),
        ("/answer now", "'now' is no option"),
        ("/answer --loud", "There is no option --loud"),
        ("/answer --voice", "--voice wants a value"),
        ("/answer --text --text", "--text was given twice"),
        ("/answer --text please", "--text takes no value"),
        ("/answer --tools nope", "There is no function 'nope'"),
        ("/answer --tool-choice nope", "There is no function 'nope'"),
        ("/answer --max-tokens 0", "a number above 0"),
        ("/dance", "There is no command /dance"),
        ("/", "There is no command /"),
    ],
)
def test_what_needs_no_fact_is_told(text: str, words: str) -> None:
    desk = Desk()
    assert desk.do(text) == []
    assert words in "\n".join(desk.notes)


def test_items_are_listed_with_role_tokens_status_and_pins() -> None:
    desk = Desk()
    desk.do("/items")
    assert desk.notes[0] == "item_one    user           ≈8  what time is it"
    assert desk.notes[1] == "item_two    call           ≈6  get_time({})"
    assert desk.notes[2] == "item_three  assistant     ≈12 [incomplete] (pinned)  ten past"
    assert "[deleted]" in desk.notes[3]


def test_pinned_items_and_the_newest_two_would_not_go() -> None:
    desk = Desk()
    desk.do("/context")
    doomed = [line for line in desk.notes if line.startswith("  item")]
    assert doomed
    assert not any(name in line for line in doomed for name in ("item_three", "item_four", "item_five"))


def test_instructions_without_words_open_the_line_with_the_present_ones() -> None:
    desk = Desk()
    assert desk.do("/instructions") == []
    assert desk.opened == ["/instructions Be brief."]


def test_the_other_way_to_end_turns() -> None:
    detection = p.SemanticVad(eagerness="low")
    asked = p.SessionConfig(audio=p.AudioConfig(input=p.AudioInput(turn_detection=detection)))
    assert other_turns(READY) is None
    assert other_turns(replace(READY, turn_mode=TurnMode.PUSH_TO_TALK)) == p.ServerVad()
    assert other_turns(replace(READY, turn_mode=TurnMode.PUSH_TO_TALK, asked=asked)) == detection


def test_two_slashes_begin_a_message() -> None:
    assert is_command("/items")
    assert not is_command("//etc/passwd")
    assert not is_command("a/b")
    assert message("//etc/passwd") == "/etc/passwd"


@pytest.mark.parametrize(
    ("text", "completed", "choices"),
    [
        ("/it", "/items ", ()),
        ("/s", "/s", ("/show", "/summary")),
        ("/show item_t", "/show item_t", ("item_two", "item_three")),
        ("/show item_tw", "/show item_two ", ()),
        ("/show item_two --", "/show item_two --audio ", ()),
        ("/delete l", "/delete last ", ()),
        ("/vad se", "/vad se", ("server", "semantic")),
        ("/ask what", "/ask what", ()),
        ("hello", "hello", ()),
        ("/nothing x", "/nothing x", ()),
    ],
)
def test_tab_completes_commands_and_ids(text: str, completed: str, choices: tuple[str, ...]) -> None:
    assert complete(text, FULL) == (completed, choices)


def test_tab_completes_files(tmp_path: Path) -> None:
    (tmp_path / "cat one.png").touch()
    (tmp_path / "cat two.png").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "folder").mkdir()
    begin = f"/image {tmp_path}/"
    assert complete(begin + "f", None) == (begin + "folder/", ())
    assert len(complete(begin, None)[1]) == 3
    assert complete(begin + ".h", None) == (begin + ".hidden", ())
    assert complete("/image /no/such/place/", None) == ("/image /no/such/place/", ())


@given(st.text(max_size=60))
def test_no_line_breaks_a_command(text: str) -> None:
    desk = Desk()
    for name in ("", *(command.name for command in COMMANDS)):
        run(desk.counter, f"/{name} {text}")
        complete(f"/{name} {text}", FULL)


@given(st.text(max_size=30))
def test_completion_only_adds(text: str) -> None:
    completed, _ = complete("/" + text, FULL)
    assert completed.lower().startswith(("/" + text).lower()) or not is_command("/" + text)


@pytest.mark.parametrize(
    ("typed", "merged", "choices"),
    [
        ("/answer --te", "/answer --text ", ()),
        ("/answer --to", "/answer --tool", ("--tools", "--tool-choice")),
        ("/answer --text --te", "/answer --text --te", ()),
        ("/answer --tool-choice r", "/answer --tool-choice required ", ()),
        ("/answer --tools g", "/answer --tools get_time ", ()),
        ("/answer --tools get_time,g", "/answer --tools get_time,get_time ", ()),
        ("/answer --voice m", "/answer --voice m", ()),
    ],
)
def test_tab_offers_the_wishes_for_an_answer(typed: str, merged: str, choices: tuple[str, ...]) -> None:
    assert complete(typed, FULL) == (merged, choices)
