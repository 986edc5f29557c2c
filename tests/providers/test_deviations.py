"""Every way in which a known service departs from the reference, played to the whole client."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from realtime_cli import protocol as p
from realtime_cli.providers.builtin import BUILTIN
from realtime_cli.runtime.speech import Manner
from realtime_cli.server.scripted import Step
from realtime_cli.session.facts import PromptTyped, QuitPressed
from realtime_cli.session.request_facts import ItemPut
from realtime_cli.session.state import TurnMode
from realtime_cli.session.wish import Wish
from tests.support.scenario import (
    TEXT,
    EndLine,
    Expect,
    Expire,
    SayText,
    Wait,
    asked,
    done,
    failed,
    greeted,
    once,
    play,
    say,
)

BY_NAME = {provider.name: provider for provider in BUILTIN}


def abilities(name: str) -> frozenset[p.Ability]:
    return BY_NAME[name].abilities


def manner(name: str) -> Manner:
    provider = BY_NAME[name]
    return Manner(provider.abilities, provider.session_extras, provider.input_rate_hz)


def delta(text: str, name: str = "response.output_text.delta", **fields: Any) -> SayText:
    return say(name, delta=text, **{"response_id": "r1", "item_id": "a1", **fields})


def test_an_answer_without_response_created() -> None:
    told = play([*greeted(), *asked(), delta("Hello "), delta("there."), done()])
    assert (told.text, told.outcome.exit_code) == ("Hello there.", 0)


def test_an_answer_without_any_index_or_item() -> None:
    bare = [
        say("response.created", response={"id": "r1"}),
        say("response.output_text.delta", delta="Hello."),
        say("response.output_text.done", text="Hello."),
        done(),
    ]
    assert play([*greeted(), *asked(), *bare]).text == "Hello."


def test_an_answer_without_any_id_at_all() -> None:
    bare: list[Step] = [say("response.text.delta", delta="Hello."), say("response.done", response={})]
    assert play([*greeted("beta"), *asked(), *bare]).text == "Hello."


@pytest.mark.parametrize("first", ["response.text", "response.output_text"])
def test_words_said_under_both_names_are_shown_once(first: str) -> None:
    second = "response.output_text" if first == "response.text" else "response.text"
    steps: list[Step] = []
    for word in ("One ", "two ", "three."):
        steps += [delta(word, f"{first}.delta"), delta(word, f"{second}.delta")]
    steps += [
        say(f"{name}.done", response_id="r1", item_id="a1", text="One two three.") for name in (first, second)
    ]
    told = play([*greeted(), *asked(), *steps, done()], abilities=abilities("xai"))
    assert told.text == "One two three."


def test_one_name_for_words_and_another_for_the_whole_is_no_echo_of_another_item() -> None:
    steps = [delta("a", item_id="a1"), delta("b", "response.text.delta", item_id="a2")]
    told = play([*greeted(), *asked(), *steps, done()])
    assert told.text == "a\n\nb"


def test_transcripts_that_grow_as_a_whole_and_are_completed_twice() -> None:
    name = "conversation.item.input_audio_transcription"
    steps: list[Step] = [
        say("input_audio_buffer.speech_started", item_id="u1"),
        say(f"{name}.updated", item_id="u1", transcript="what"),
        say(f"{name}.updated", item_id="u1", transcript="what time"),
        say("input_audio_buffer.committed", item_id="u1"),
        say(f"{name}.completed", item_id="u1", transcript="what time"),
        say(f"{name}.completed", item_id="u1", transcript="what time is it"),
        delta("Noon."),
        done(),
        Wait(500),
        EndLine(1000),
    ]
    wish = Wish(config=TEXT, turn_mode=TurnMode.SERVER_VAD)
    told = play([*greeted(), *steps], wish=wish, abilities=abilities("xai"))
    assert told.lines() == ["user: what time is it", "assistant: Noon."]


def test_items_that_are_added_again_and_ids_that_repeat() -> None:
    item = {"id": "a1", "type": "message", "role": "assistant", "content": []}
    added = say("conversation.item.added", item=item, previous_item_id=None)
    created = say("response.created", response={"id": "r1"})
    told = play([*greeted(), *asked(), created, added, added, delta("Hello."), added, done()])
    assert told.lines() == ["user: hi", "assistant: Hello."]


@pytest.mark.parametrize("kind", ["ping", "heartbeat", "response.thinking.delta", "localai.status"])
def test_events_nobody_knows_change_nothing(kind: str) -> None:
    strange = say(kind, timestamp=1, delta="hmm", response_id="r1")
    told = play([strange, *greeted(), strange, *asked(), strange, delta("Hello."), strange, done(), strange])
    assert (told.text, told.notices()) == ("Hello.", [])


def test_an_error_with_its_code_in_the_type() -> None:
    told = play([failed(None, "too many sessions", "session_limit_reached"), Wait(10)])
    assert told.outcome.exit_code == 75
    assert "too many sessions" in told.outcome.message


def test_an_error_without_id_during_an_update_costs_only_the_optional_fields() -> None:
    session = {"type": "realtime", "id": "s", "audio": {}}
    steps: list[Step] = [
        say("session.created", session=session),
        Expect("session.update"),
        failed("invalid_value", "Unsupported option for this model"),
        Expect("session.update"),
        say("session.updated", session=session),
        *asked(),
        delta("Hello."),
        done(),
    ]
    tools = (p.FunctionTool(name="f", parameters={}),)
    config = replace_config(reasoning=p.Reasoning(effort="low"), tools=tools)
    told = play(steps, wish=once(config=config))
    first, second = told.said("session.update")
    assert "reasoning" in first["session"]
    assert "reasoning" not in second["session"]
    assert second["session"]["tools"]
    assert any("Trying again without: reasoning" in text for text in told.notices())
    assert told.text == "Hello."


def replace_config(**fields: Any) -> p.SessionConfig:
    return p.SessionConfig(output_modalities=("text",), **fields)


def test_a_refusal_field_by_field_costs_nothing_else() -> None:
    session = {"id": "s", "modalities": ["text"], "voice": "v"}
    steps: list[Step] = [
        say("session.created", session=session),
        Expect("session.update"),
        failed("unknown", "Field 'tools' is not supported"),
        failed("unknown", "Field 'instructions' is not supported"),
        say("session.updated", session=session),
        *asked(),
        delta("Hello.", "response.text.delta"),
        done(),
    ]
    told = play(steps, abilities=abilities("speaches"))
    assert (told.text, len(told.said("session.update"))) == ("Hello.", 1)


def test_an_update_that_is_refused_for_good_ends_with_the_reason() -> None:
    session = {"type": "realtime", "audio": {}}
    refused = failed("invalid_value", "no such voice", param="session.audio.output.voice")
    told = play([say("session.created", session=session), Expect("session.update"), refused])
    assert told.outcome.exit_code == 76
    assert "no such voice" in told.outcome.message


def test_the_shape_of_beta_refused_with_4000() -> None:
    steps: list[Step] = [
        failed("beta_api_shape_disabled", "The beta API shape is disabled."),
        EndLine(4000, "invalid_request_error.beta_api_shape_disabled"),
    ]
    told = play(steps, dialect="beta")
    assert told.outcome.exit_code == 76
    assert "--dialect ga" in told.outcome.advice


def test_the_end_of_a_session_by_1001_goes_on_in_a_new_one() -> None:
    first: list[Step] = [*greeted(), *asked(), delta("One."), done(), Wait(100), Expire()]
    second: list[Step] = [
        *greeted(),
        Expect("conversation.item.create"),
        *asked(),
        delta("Two.", item_id="a2"),
        done(),
    ]
    told = play(
        first,
        second,
        wish=Wish(config=TEXT, turn_mode=TurnMode.TYPED, first_prompt="hi"),
        presses=[(2.5, PromptTyped("again")), (4.0, QuitPressed())],
    )
    assert told.lines() == ["user: hi", "assistant: One.", "user: again", "assistant: Two."]
    words = [item["item"]["content"][0]["text"] for item in told.heard[1] if "item" in item]
    assert words == ["hi", "One.", "again"]


@pytest.mark.parametrize(
    ("code", "reason", "exit_code"),
    [
        (3000, "invalid_request_error.invalid_api_key", 77),
        (4000, "invalid_request_error.model_not_found", 76),
        (4003, "not enabled", 76),
        (1008, "", 77),
        (1007, "invalid", 76),
    ],
)
def test_closes_that_no_retry_can_help(code: int, reason: str, exit_code: int) -> None:
    told = play([EndLine(code, reason)])
    assert told.outcome.exit_code == exit_code
    assert str(code) in told.outcome.message
    assert reason in told.outcome.message
    assert told.outcome.advice


def test_answers_of_speech_to_speech_have_no_items() -> None:
    steps: list[Step] = [
        say("response.created", response={"id": "r1", "status": "in_progress"}),
        say("response.output_audio_transcript.delta", response_id="r1", delta="Good "),
        say("response.output_audio_transcript.delta", response_id="r1", delta="day."),
        say("response.output_audio_transcript.done", response_id="r1", transcript="Good day."),
        done(),
    ]
    assert play([*greeted(), *asked(), *steps], abilities=abilities("huggingface")).text == "Good day."


def test_answers_of_speaches_begin_incomplete_and_end_once_for_each_item() -> None:
    steps: list[Step] = [
        say("response.created", response={"id": "r1", "status": "incomplete", "output": []}),
        delta("Hello.", "response.text.delta"),
        done(),
        done(),
    ]
    told = play([*greeted("beta"), *asked(), *steps], abilities=abilities("speaches"))
    assert (told.text, told.outcome.exit_code) == ("Hello.", 0)


def test_usage_beside_the_response_is_counted() -> None:
    usage = {"total_tokens": 12, "input_tokens": 5, "output_tokens": 7}
    end = say("response.done", response={"id": "r1", "status": "completed"}, usage=usage)
    assert play([*greeted(), *asked(), delta("Hi."), end]).state.tokens.total == 12


def test_a_function_call_whose_name_comes_late_or_never() -> None:
    call = {"id": "f1", "type": "function_call", "call_id": "c1", "name": "clock", "arguments": "{}"}
    steps: list[Step] = [
        say("response.created", response={"id": "r1"}),
        say(
            "response.function_call_arguments.done",
            response_id="r1",
            item_id="f1",
            call_id="c1",
            arguments="{}",
        ),
        say("response.output_item.done", response_id="r1", item=call),
        done(),
        Expect("conversation.item.create"),
        Expect("response.create"),
        delta("Noon.", response_id="r2"),
        done("r2"),
    ]
    told = play([*greeted(), *asked(), *steps], abilities=abilities("inworld"))
    assert told.text == "Noon."
    outputs = [event["item"] for event in told.said("conversation.item.create") if "call_id" in event["item"]]
    assert [item["call_id"] for item in outputs] == ["c1"]


def test_words_after_a_response_that_never_ended_belong_to_the_next() -> None:
    steps: list[Step] = [
        say("response.created", response={"id": "r0"}),
        say("response.created", response={"id": "r1"}),
        delta("Hello."),
        done(),
    ]
    assert play([*greeted(), *asked(), *steps], abilities=abilities("xai")).text == "Hello."


# --- what is said to them -----------------------------------------------------------------------------------------


def spoken(name: str, event: p.ClientEvent) -> dict[str, Any]:
    provider = BY_NAME[name]
    dialect = p.BETA if provider.dialect == "beta" else p.GA
    accent = p.Accent(dialect, provider.abilities, provider.session_extras, provider.input_rate_hz)
    said: dict[str, Any] = json.loads(accent.encode_client(event))
    return said


def voice_update() -> p.SessionUpdate:
    audio_in = p.AudioInput(format=p.PCM16_24KHZ, turn_detection=p.ServerVad(threshold=0.5))
    audio = p.AudioConfig(input=audio_in, output=p.AudioOutput(voice="v"))
    tool = p.FunctionTool(name="f", description="d", parameters={"type": "object"})
    return p.SessionUpdate(session=p.SessionConfig(audio=audio, tools=(tool,)))


def test_xai_reads_voice_and_turn_detection_at_the_top() -> None:
    session = spoken("xai", voice_update())["session"]
    assert (session["voice"], session["turn_detection"]["type"]) == ("v", "server_vad")
    assert session["audio"] == {"input": {"format": {"type": "audio/pcm", "rate": 24000}}}
    assert session["tools"][0]["name"] == "f"


def test_qwen_wants_nested_tools_and_16_khz() -> None:
    session = spoken("qwen", voice_update())["session"]
    function = {"name": "f", "description": "d", "parameters": {"type": "object"}}
    assert session["tools"] == [{"type": "function", "function": function}]
    assert session["input_audio_format"] == "pcm16"


def test_glm_wants_wav_and_its_own_fields() -> None:
    session = spoken("glm", voice_update())["session"]
    assert session["input_audio_format"] == "wav"
    assert session["beta_fields"]["chat_mode"] == "audio"
    audio = base64.b64decode(spoken("glm", p.InputAudioBufferAppend(audio=b"\x01\x02" * 10))["audio"])
    assert audio[:4] == b"RIFF"
    assert audio.endswith(b"\x01\x02" * 10)
    assert len(audio) == 64


def test_sound_for_16_khz_services_is_two_thirds_as_long() -> None:
    pcm = b"\x00\x10" * 24_000
    steps: list[Step] = [
        *greeted("beta"),
        Expect("input_audio_buffer.commit"),
        Expect("response.create"),
        delta("I heard.", "response.text.delta"),
        done(),
    ]
    audio_in = p.AudioInput(format=p.AudioFormat("audio/pcm", 16_000), turn_detection=None)
    config = replace_config(audio=p.AudioConfig(input=audio_in))
    wish = once("", config=config, streamed=(pcm[:24_000], pcm[24_000:]))
    told = play(steps, wish=wish, abilities=abilities("qwen"), manner=manner("qwen"))
    sent = b"".join(base64.b64decode(event["audio"]) for event in told.said("input_audio_buffer.append"))
    assert told.text == "I heard."
    assert abs(len(sent) - 32_000) < 200


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - {"together"}))
def test_every_service_gets_its_answer_through(name: str) -> None:
    provider = BY_NAME[name]
    dialect = "beta" if provider.dialect == "beta" else "ga"
    word = "response.text.delta" if dialect == "beta" else "response.output_text.delta"
    told = play(
        [*greeted(dialect), *asked(), delta("Hello.", word), done()],
        abilities=provider.abilities,
        manner=manner(name),
        dialect=None if provider.dialect == "auto" else provider.dialect,
    )
    assert (told.text, told.outcome.exit_code) == ("Hello.", 0)
    (update,) = told.said("session.update")
    modalities = update["session"].get("modalities") or update["session"].get("output_modalities")
    spoken_only = p.Ability.TEXT_OUTPUT not in provider.abilities
    expected = (["text", "audio"] if dialect == "beta" else ["audio"]) if spoken_only else ["text"]
    assert modalities == expected


def test_what_a_dialect_has_no_words_for_ends_with_its_reason() -> None:
    picture = p.MessageItem(role="user", content=(p.InputImage("data:image/png;base64,AA=="),))
    told = play(greeted("beta"), wish=once("", opening=(ItemPut(picture, answer=True),)), dialect="beta")
    assert told.outcome.exit_code == 76
    assert "beta dialect has no words" in told.outcome.message


def test_an_output_echoed_as_a_message_of_the_tool_is_nobodys_words() -> None:
    echo = {
        "id": "o1",
        "type": "message",
        "role": "tool",
        "content": [{"type": "input_text", "text": "12:00"}],
    }
    added = say("conversation.item.added", item=echo, previous_item_id=None)
    told = play([*greeted(), *asked(), added, delta("Noon."), done()])
    assert told.lines() == ["user: hi", "assistant: Noon."]
    assert [item.kind for item in told.state.items] == ["message", "function_call_output", "message"]


@pytest.mark.parametrize(
    "code", ["rate_limit_error", "rate_limit_exceeded", "server_error", "overloaded_error"]
)
def test_passing_troubles_are_waited_out_with_a_word(code: str) -> None:
    trouble = {"type": "failed", "error": {"type": code, "code": None, "message": "later"}}
    steps: list[Step] = [
        done(status="failed", status_details=trouble),
        Expect("response.create", within_ms=30_000),
        delta("Now.", response_id="r2"),
        done("r2"),
    ]
    told = play([*greeted(), *asked(), *steps])
    assert (told.text, told.outcome.exit_code) == ("Now.", 0)
    assert any("Asking again in" in text for text in told.notices())


@pytest.mark.parametrize(
    ("reason", "words"), [("max_output_tokens", "--max-tokens"), ("content_filter", "other words")]
)
def test_an_incomplete_answer_says_why_and_what_to_do(reason: str, words: str) -> None:
    end = done(status="incomplete", status_details={"type": "incomplete", "reason": reason})
    told = play([*greeted(), *asked(), delta("Half"), end])
    assert (told.text, told.outcome.exit_code) == ("Half", 79)
    assert words in told.outcome.advice
    assert told.state.response_status == "incomplete"
