"""Whole conversations between the two minds, in both dialects."""

from collections.abc import Sequence

import pytest

from realtime_cli import protocol as p
from realtime_cli.server.engines.contract import WantsCall
from realtime_cli.server.options import ServerOptions
from realtime_cli.session import facts as f
from realtime_cli.session.state import (
    CallStatus,
    ConnectionState,
    Phase,
    PlayoutState,
    ResponseState,
    Spoken,
    TurnMode,
)
from realtime_cli.session.wish import Wish
from tests.support.facts import key_wish, typed_wish, voice_config, voice_wish
from tests.support.pair import Pair

DIALECTS = pytest.mark.parametrize("dialect", [p.GA, p.BETA], ids=["ga", "beta"])
CLOCK = p.FunctionTool(name="clock", description="The time.", parameters={"type": "object", "properties": {}})
STORY = "Once upon a time there was a king who had three daughters and a talking horse."


def started(wish: Wish, dialect: p.Dialect, **more: object) -> Pair:
    pair = Pair(wish, dialect, **more)  # type: ignore[arg-type]
    pair.begin()
    assert pair.state.connection is ConnectionState.READY
    return pair


def with_tools(config: p.SessionConfig) -> p.SessionConfig:
    return p.merge(config, p.SessionConfig(tools=(CLOCK,)))


def over(pair: Pair) -> None:
    pair.until(
        lambda state: (state.response, state.playout) == (ResponseState.NONE, PlayoutState.QUIET), within_s=60
    )


def answers(pair: Pair) -> list[Spoken]:
    return [entry for entry in pair.state.entries if isinstance(entry, Spoken) and entry.role == "assistant"]


def kinds_of(errors: Sequence[p.ErrorDetail]) -> list[object]:
    return [error.code for error in errors]


@DIALECTS
def test_a_typed_prompt_gets_one_text_answer_and_the_script_ends(dialect: p.Dialect) -> None:
    pair = Pair(typed_wish(once=True, first_prompt="Hi"), dialect, replies=[["Hello, ", "you."]])
    pair.begin()
    pair.run(5)
    assert pair.finish is not None
    assert pair.finish.exit_code == 0
    assert pair.state.answer_text == "Hello, you."
    assert pair.said == ["session.update", "conversation.item.create", "response.create"]
    assert pair.state.tokens.responses == 1
    assert pair.errors() == []


@DIALECTS
def test_a_spoken_turn_is_transcribed_answered_and_heard_to_its_end(dialect: p.Dialect) -> None:
    pair = started(voice_wish(), dialect, transcripts=["good morning"], replies=[["Good morning to you."]])
    pair.speak(1.5, 0.6)
    assert pair.state.phase in (Phase.THINKING, Phase.SPEAKING)
    over(pair)
    pair.run(0.5)
    assert pair.lines() == ["user: good morning", "assistant: Good morning to you."]
    (answer,) = answers(pair)
    sent = sum(
        len(event.delta) for event in pair.server_events if isinstance(event, p.ResponseOutputAudioDelta)
    )
    assert pair.heard_ms[answer.item_id] == pytest.approx(sent / 48, abs=1)
    assert pair.said == ["session.update"]
    assert pair.state.latency_ms is not None
    assert pair.state.settled == len(pair.state.entries)
    assert pair.errors() == []


@DIALECTS
@pytest.mark.parametrize("by_itself", [True, False])
def test_barge_in_truncates_to_what_was_heard_and_the_next_answer_is_complete(
    dialect: p.Dialect, by_itself: bool
) -> None:
    config = voice_config(p.ServerVad(silence_duration_ms=500, interrupt_response=by_itself))
    pair = started(
        voice_wish(config=config),
        dialect,
        transcripts=["tell a story", "stop"],
        replies=[[STORY], ["As you wish."]],
    )
    pair.speak(1.0, 0.6)
    pair.until(lambda state: state.phase is Phase.SPEAKING)
    pair.run(1.0)
    pair.speak(1.0, 0.6)
    over(pair)
    pair.run(0.5)
    first, second = answers(pair)
    assert (first.interrupted, second.interrupted) == (True, False)
    assert STORY.startswith(first.text)
    assert len(first.text) < len(STORY)
    (cut,) = [event for event in pair.client_events if isinstance(event, p.ConversationItemTruncate)]
    assert abs(cut.audio_end_ms - pair.heard_ms[first.item_id]) <= 1
    assert second.text == "As you wish."
    assert pair.lines()[0::2] == ["user: tell a story", "user: stop"]
    assert pair.errors() == []


@DIALECTS
def test_barge_in_while_the_server_still_speaks_cancels_as_agreed(dialect: p.Dialect) -> None:
    config = voice_config(p.ServerVad(silence_duration_ms=500, interrupt_response=False))
    long_story = [STORY] * 20  # still being made after a second
    pair = started(
        voice_wish(config=config), dialect, transcripts=["go", "stop"], replies=[long_story, ["Fine."]]
    )
    pair.speak(1.0, 0.6)
    pair.until(lambda state: state.phase is Phase.SPEAKING)
    pair.speak(1.0, 0.6)
    assert "response.cancel" in pair.said
    over(pair)
    assert answers(pair)[-1].text == "Fine."
    assert pair.errors() == []


@DIALECTS
def test_push_to_talk(dialect: p.Dialect) -> None:
    pair = started(key_wish(), dialect, transcripts=["what now", "enough"], replies=[[STORY], ["Well."]])
    pair.tell(f.TalkKeyPressed())
    pair.speak(1.0)
    pair.tell(f.TalkKeyReleased())
    assert pair.said[1:] == ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    pair.until(lambda state: state.phase is Phase.SPEAKING)
    pair.run(0.8)
    pair.tell(f.TalkKeyPressed())
    pair.speak(0.5)
    pair.tell(f.TalkKeyReleased())
    over(pair)
    pair.run(0.5)
    assert pair.lines()[0] == "user: what now"
    assert pair.lines()[2:] == ["user: enough", "assistant: Well."]
    assert [answer.interrupted for answer in answers(pair)] == [True, False]
    assert pair.errors() == []


@DIALECTS
def test_a_tap_by_accident_is_no_turn_and_no_error(dialect: p.Dialect) -> None:
    pair = started(key_wish(), dialect)
    pair.tell(f.TalkKeyPressed())
    pair.run(0.06)
    pair.tell(f.TalkKeyReleased())
    pair.run(1.0)
    assert "input_audio_buffer.commit" not in pair.said
    assert pair.errors() == []


@DIALECTS
def test_a_function_is_called_and_its_result_spoken(dialect: p.Dialect) -> None:
    pair = started(
        voice_wish(config=with_tools(voice_config())),
        dialect,
        transcripts=["what time is it"],
        replies=[[WantsCall("clock", "{}")], ["It is noon."]],
        tools={"clock": "12:00"},
    )
    pair.speak(1.0, 0.6)
    pair.until(lambda state: state.phase is Phase.CALLING)
    pair.until(lambda state: state.phase is Phase.SPEAKING)
    over(pair)
    pair.run(0.5)
    (call,) = pair.calls()
    assert (call.name, call.output, call.status) == ("clock", "12:00", CallStatus.DONE)
    assert pair.lines() == ["user: what time is it", "assistant: It is noon."]
    assert pair.said[1:] == ["conversation.item.create", "response.create"]
    assert pair.errors() == []


@DIALECTS
def test_two_calls_and_words_in_one_answer(dialect: p.Dialect) -> None:
    pair = started(
        typed_wish(config=with_tools(p.SessionConfig(output_modalities=("text",))), first_prompt="both"),
        dialect,
        replies=[["Let me see. ", WantsCall("clock", "{}"), WantsCall("clock", '{"zone":"utc"}')], ["Done."]],
        tools={"clock": "12:00"},
    )
    over(pair)
    pair.run(3)
    assert [call.output for call in pair.calls()] == ["12:00", "12:00"]
    assert pair.said.count("response.create") == 2
    assert pair.lines()[-1] == "assistant: Done."
    assert pair.errors() == []


@DIALECTS
def test_a_lost_line_is_taken_up_and_the_model_remembers(dialect: p.Dialect) -> None:
    pair = started(
        voice_wish(config=with_tools(voice_config())),
        dialect,
        transcripts=["what time is it", "and what did I ask"],
        replies=[[WantsCall("clock", "{}")], ["It is noon."], ["You asked for the time."]],
        tools={"clock": "12:00"},
    )
    pair.speak(1.0, 0.6)
    pair.until(lambda state: len(answers(pair)) == 1)
    over(pair)
    pair.drop()
    assert pair.state.phase is Phase.RECONNECTING
    pair.until(lambda state: state.phase is Phase.LISTENING)
    pair.run(0.5)
    pair.speak(1.0, 0.6)
    pair.until(lambda state: len(answers(pair)) == 2)
    over(pair)
    pair.run(0.5)
    history = [
        getattr(turn, "text", None) or getattr(turn, "output", None) for turn in pair.questions[-1].history
    ]
    assert history == ["what time is it", "12:00", "It is noon.", "and what did I ask"]
    assert pair.lines() == [
        "user: what time is it",
        "assistant: It is noon.",
        "user: and what did I ask",
        "assistant: You asked for the time.",
    ]
    assert pair.errors() == []


@DIALECTS
def test_a_session_that_expires_is_continued(dialect: p.Dialect) -> None:
    pair = started(
        typed_wish(first_prompt="one"),
        dialect,
        replies=[["First."], ["Second."]],
        options=ServerOptions(max_session_s=5),
    )
    pair.run(8)
    assert kinds_of(pair.errors()) == ["session_expired"]
    pair.tell(f.PromptTyped("two"))
    pair.run(3)
    assert pair.lines() == ["user: one", "assistant: First.", "user: two", "assistant: Second."]


@DIALECTS
def test_without_auto_response_the_key_asks(dialect: p.Dialect) -> None:
    config = voice_config(
        p.ServerVad(silence_duration_ms=500, create_response=False, interrupt_response=False)
    )
    pair = started(
        voice_wish(config=config, auto_response=False), dialect, transcripts=["hm"], replies=[["Yes?"]]
    )
    pair.speak(1.0, 2.0)
    assert pair.state.answer_waits
    assert answers(pair) == []
    pair.tell(f.AnswerPressed())
    pair.until(lambda state: bool(answers(pair)))
    over(pair)
    assert answers(pair)[0].text == "Yes?"
    assert pair.errors() == []


@DIALECTS
def test_a_prompt_typed_into_a_spoken_answer(dialect: p.Dialect) -> None:
    pair = started(voice_wish(), dialect, transcripts=["go"], replies=[[STORY], ["Typed, then."]])
    pair.speak(1.0, 0.6)
    pair.until(lambda state: state.phase is Phase.SPEAKING)
    pair.run(1.0)
    pair.tell(f.PromptTyped("stop please"))
    pair.run(0.5)
    over(pair)
    assert pair.lines()[2:] == ["user: stop please", "assistant: Typed, then."]
    assert answers(pair)[0].interrupted
    assert [code for code in kinds_of(pair.errors()) if code != "response_cancel_not_active"] == []


@DIALECTS
def test_the_end_of_the_input_comes_after_the_last_answer(dialect: p.Dialect) -> None:
    pair = started(voice_wish(), dialect, transcripts=["bye"], replies=[["Goodbye."]])
    pair.speak(1.0)
    pair.tell(f.InputEnded())
    pair.run(12)
    assert pair.finish is not None
    assert pair.finish.exit_code == 0
    assert pair.lines() == ["user: bye", "assistant: Goodbye."]
    assert pair.heard_ms[answers(pair)[0].item_id] > 300


@DIALECTS
def test_semantic_turn_detection(dialect: p.Dialect) -> None:
    config = voice_config(p.SemanticVad(eagerness="high"))
    pair = started(
        voice_wish(config=config, turn_mode=TurnMode.SEMANTIC_VAD),
        dialect,
        transcripts=["hey"],
        replies=[["Ho."]],
    )
    pair.speak(1.0, 0.6)
    over(pair)
    pair.run(1)
    assert pair.lines() == ["user: hey", "assistant: Ho."]


@DIALECTS
def test_a_key_refused_by_a_strict_server_ends_with_the_next_step(dialect: p.Dialect) -> None:
    pair = Pair(voice_wish(), dialect, options=ServerOptions(strict_ga=True))
    pair.begin()
    pair.run(1)
    if dialect is p.BETA:
        assert pair.finish is not None
        assert pair.finish.exit_code == 76
        assert "--dialect ga" in pair.finish.advice
    else:
        assert pair.finish is None
