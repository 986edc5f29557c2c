"""The call that waits for the user's word: shown whole, answered by a key that was meant for it."""

import json

import pytest

from realtime_cli.session.facts import ApprovalGiven, Fact
from realtime_cli.session.state import Question
from realtime_cli.terminal.answering import Answering
from realtime_cli.terminal.kitty import Action, Stroke
from realtime_cli.terminal.line_editor import LineEditor
from realtime_cli.terminal.question import READING_S, Asked, question_text, signature
from realtime_cli.terminal.question_lines import question_lines
from realtime_cli.terminal.theme import ASCII, Theme

QUESTION = Question("c1", "wipe", '{"disk": "a", "sure": true}', "runs: rm {disk}", 2)


def shown(question: Question, width: int = 60) -> str:
    return "\n".join(line.plain for line in question_lines(question, width, Theme(ASCII)))


def test_the_whole_call_is_shown_with_what_to_know_about_it() -> None:
    assert shown(QUESTION).splitlines() == [
        "Run this? 2 more behind it",
        'f wipe(disk="a", sure=true)',
        "  runs: rm {disk}",
    ]
    assert question_text(QUESTION) == (
        'approve? wipe(disk="a", sure=true) (runs: rm {disk}) [y = run, n = refuse, a = always, e = edit]'
    )


def test_what_does_not_fit_is_said_and_never_hidden() -> None:
    long = Question("c1", "wipe", json.dumps({"text": "x" * 3000 + " ; rm -rf /"}))
    text = shown(long)
    assert "more characters are not shown: press e to read them all." in text
    assert len(text.splitlines()) <= 12


@pytest.mark.parametrize(
    "evil",
    ["\x1b[2J", "\x1b]52;c;T1dO\x07", "\r\n\n\nRun this? harmless()", "\u202egnp.exe", "\x9b31m", "\x00"],
)
def test_neither_name_nor_arguments_nor_note_reach_the_terminal_as_orders(evil: str) -> None:
    question = Question("c1", f"wi{evil}pe", json.dumps({"a": evil}), f"note{evil}")
    for text in (shown(question), question_text(question)):
        assert "\x1b" not in text
        assert "\x9b" not in text
        assert "\u202e" not in text
        assert "\x00" not in text
        assert "\r" not in text
    assert "\n" not in signature(question)


def test_arguments_that_are_no_object_are_shown_as_they_are() -> None:
    assert signature(Question("c1", "wipe", "[1")) == "wipe([1)"
    assert signature(Question("c1", "wipe", "[" * 100_000)).startswith("wipe([[")


def test_a_key_counts_only_after_the_question_could_be_read() -> None:
    asked = Asked()
    assert asked.answerable(10.0) is None
    asked.show(QUESTION, 10.0)
    assert asked.answerable(10.0 + READING_S / 2) is None
    assert asked.answerable(10.0 + READING_S) is QUESTION
    asked.show(QUESTION, 20.0)
    assert asked.answerable(20.0) is QUESTION, "it is the same one"
    other = Question("c2", "wipe", "{}")
    asked.show(other, 20.0)
    assert asked.answerable(20.1) is None, "it looks the same and is another one"
    asked.show(None, 30.0)
    assert asked.answerable(40.0) is None


class Desk:
    """Answering with a line and facts."""

    def __init__(self, question: Question | None = QUESTION) -> None:
        self.facts: list[Fact] = []
        self.editor = LineEditor()
        self.answering = Answering(self.facts.append, self.editor, lambda: question)


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("y", ApprovalGiven("c1", "yes")),
        ("n", ApprovalGiven("c1", "no")),
        ("a", ApprovalGiven("c1", "always")),
        ("Y", ApprovalGiven("c1", "yes")),
    ],
)
def test_single_keys_answer(key: str, fact: Fact) -> None:
    desk = Desk()
    assert desk.answering.takes_key(key)
    assert desk.facts == [fact]


@pytest.mark.parametrize("key", ["x", "m", "escape", "q", " ", "c-m"])
def test_other_keys_mean_what_they_always_mean(key: str) -> None:
    desk = Desk()
    assert not desk.answering.takes_key(key)
    assert desk.facts == []


def test_without_a_question_no_key_and_no_word_answers() -> None:
    desk = Desk(None)
    assert not desk.answering.takes_key("y")
    assert not desk.answering.takes_word("yes")


@pytest.mark.parametrize(
    ("word", "verdict"), [("y", "yes"), ("YES ", "yes"), ("no", "no"), ("always", "always")]
)
def test_words_answer_where_a_line_is_open(word: str, verdict: str) -> None:
    desk = Desk()
    assert desk.answering.takes_word(word)
    assert desk.facts == [ApprovalGiven("c1", verdict)]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["yes please do", "", "y\nn", "nope"])
def test_sentences_are_messages_and_no_answers(text: str) -> None:
    assert not Desk().answering.takes_word(text)


def test_arguments_are_edited_in_the_line_and_what_was_being_typed_comes_back() -> None:
    desk = Desk()
    for character in "hello":
        desk.editor.edit(Stroke(character, character))
    assert desk.answering.takes_key("e")
    assert desk.answering.editing
    assert desk.editor.line.text == QUESTION.arguments
    desk.editor.edit(Stroke("c-h", "", Action.PRESS))
    desk.editor.edit(Stroke("}", "}"))
    desk.answering.finish_editing(run=True)
    assert desk.facts == [ApprovalGiven("c1", "yes", QUESTION.arguments)]
    assert desk.editor.line.text == "hello"
    assert not desk.answering.editing


def test_leaving_the_line_runs_nothing() -> None:
    desk = Desk()
    desk.answering.takes_key("e")
    desk.answering.finish_editing(run=False)
    assert desk.facts == []
