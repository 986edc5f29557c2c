"""Beta both ways, as far as beta has words."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from realtime_cli import protocol as p
from realtime_cli.errors import LocalProtocolError
from realtime_cli.protocol.event import type_of
from realtime_cli.protocol.names import BETA_NAMES, NOT_IN_BETA, SERVER_TYPES
from tests.protocol import values

WITH_SETTINGS = (
    p.SessionUpdate,
    p.ResponseCreate,
    p.SessionCreated,
    p.SessionUpdated,
    p.ResponseCreated,
    p.ResponseDone,
)


def sayable(event: Any) -> bool:
    item = getattr(event, "item", None)
    content = getattr(item, "content", ())
    return not (
        type(item).__name__.startswith("Mcp") or any(isinstance(part, p.InputImage) for part in content)
    )


def said_again(event: p.ClientEvent) -> p.ClientEvent:
    return p.BETA.decode_client(p.BETA.encode_client(event))


@settings(values.thorough)
@given(values.client_events.filter(sayable))
def test_what_beta_can_say_of_a_client_event_survives(event: p.ClientEvent) -> None:
    try:
        read = said_again(event)
    except LocalProtocolError:
        assert isinstance(event, p.ResponseCreate)  # unsayable items in its input
        return
    assert said_again(read) == read
    if not isinstance(event, WITH_SETTINGS) and getattr(event, "item", None) == getattr(read, "item", None):
        assert read == event


@settings(values.thorough)
@given(values.server_events)
def test_what_beta_can_say_of_a_server_event_survives(event: p.ServerEvent) -> None:
    texts = p.BETA.encode_server(event)
    if not texts:
        assert type_of(event) in NOT_IN_BETA or not sayable(event)
        return
    read = p.BETA.decode_server(texts[0])
    (again,) = p.BETA.encode_server(read)
    assert p.BETA.decode_server(again) == read
    assert BETA_NAMES.get(type_of(read), type_of(read)) == BETA_NAMES.get(type_of(event), type_of(event))


@settings(values.thorough)
@given(values.documented_server_events)
def test_a_documented_server_event_is_read_without_loss(event: p.ServerEvent) -> None:
    for text in p.BETA.encode_server(event):
        assert p.BETA.encode_server(p.BETA.decode_server(text)) == [text]


@pytest.mark.parametrize(("ga", "beta"), BETA_NAMES.items())
def test_renamed_events_have_their_old_names(ga: str, beta: str) -> None:
    item = p.MessageItem(role="assistant", id="i")
    struct = SERVER_TYPES[ga]
    event = struct(item) if "item.added" in ga else struct(item_id="i")
    (text,) = p.BETA.encode_server(event)
    assert json.loads(text)["type"] == beta
    assert p.BETA.decode_server(text) == event


def test_settings_are_flat_in_beta_and_nested_in_the_house() -> None:
    session = p.SessionConfig(
        output_modalities=("audio",),
        instructions="be brief",
        audio=p.AudioConfig(
            input=p.AudioInput(
                format=p.PCMU,
                transcription=p.Transcription(model="whisper-1", language="en"),
                noise_reduction=p.NoiseReduction(type="near_field"),
                turn_detection=p.ServerVad(threshold=0.5, silence_duration_ms=500, create_response=False),
            ),
            output=p.AudioOutput(format=p.PCM16_24KHZ, voice="ash", speed=1.25),
        ),
        tools=(p.FunctionTool(name="time", description="now", parameters={"type": "object"}),),
        tool_choice="auto",
        max_output_tokens="inf",
        tracing=None,
    )
    text = p.BETA.encode_client(p.SessionUpdate(session, event_id="e1"))
    assert json.loads(text) == {
        "type": "session.update",
        "event_id": "e1",
        "session": {
            "modalities": ["text", "audio"],
            "instructions": "be brief",
            "voice": "ash",
            "speed": 1.25,
            "input_audio_format": "g711_ulaw",
            "output_audio_format": "pcm16",
            "input_audio_transcription": {"model": "whisper-1", "language": "en"},
            "input_audio_noise_reduction": {"type": "near_field"},
            "turn_detection": {
                "type": "server_vad",
                "threshold": 0.5,
                "silence_duration_ms": 500,
                "create_response": False,
            },
            "tools": [
                {"type": "function", "name": "time", "description": "now", "parameters": {"type": "object"}}
            ],
            "tool_choice": "auto",
            "max_response_output_tokens": "inf",
            "tracing": None,
        },
    }
    assert p.BETA.decode_client(text) == p.SessionUpdate(session, event_id="e1")
    (told,) = p.BETA.encode_server(p.SessionUpdated(session))
    assert p.BETA.decode_server(told) == p.SessionUpdated(session)
    assert p.GA.decode_server(told) == p.SessionUpdated(session)


def test_settings_that_beta_does_not_have_are_left_out() -> None:
    session = p.SessionConfig(
        audio=p.AudioConfig(
            input=p.AudioInput(
                transcription=p.Transcription(model="whisper-1", languages=("en",), delay="low"),
                turn_detection=p.ServerVad(idle_timeout_ms=5000),
            ),
            output=p.AudioOutput(voice=p.VoiceId("voice_1")),
        ),
        tools=(p.McpTool(server_label="docs", server_url="https://example.org"), p.FunctionTool(name="f")),
        tool_choice=p.ToolChoiceFunction("f"),
        truncation="disabled",
        reasoning=p.Reasoning(effort="low"),
        parallel_tool_calls=True,
        include=("item.input_audio_transcription.logprobs",),
    )
    assert json.loads(p.BETA.encode_client(p.SessionUpdate(session)))["session"] == {
        "voice": "voice_1",
        "input_audio_transcription": {"model": "whisper-1"},
        "turn_detection": {"type": "server_vad"},
        "tools": [{"type": "function", "name": "f"}],
        "tool_choice": "required",
    }


def test_null_stays_null_in_beta() -> None:
    session = p.SessionConfig(audio=p.AudioConfig(input=p.AudioInput(turn_detection=None)))
    text = p.BETA.encode_client(p.SessionUpdate(session))
    assert json.loads(text)["session"] == {"turn_detection": None}
    assert p.BETA.decode_client(text) == p.SessionUpdate(session)


def test_a_listening_session_has_its_own_event() -> None:
    session = p.SessionConfig(
        type="transcription",
        audio=p.AudioConfig(input=p.AudioInput(transcription=p.Transcription(model="whisper-1"))),
        include=("item.input_audio_transcription.logprobs",),
    )
    text = p.BETA.encode_client(p.SessionUpdate(session))
    assert json.loads(text)["type"] == "transcription_session.update"
    assert p.BETA.decode_client(text) == p.SessionUpdate(session)
    for event in (p.SessionCreated(session), p.SessionUpdated(session)):
        (told,) = p.BETA.encode_server(event)
        assert json.loads(told)["type"].startswith("transcription_session.")
        assert p.BETA.decode_server(told) == event


def test_content_has_short_names_from_an_assistant_only() -> None:
    spoken = p.MessageItem(role="assistant", content=(p.OutputText("a"), p.OutputAudio(transcript="b")))
    heard = p.MessageItem(role="user", content=(p.InputText("c"), p.InputAudio(transcript=None)))
    for item, kinds in ((spoken, ["text", "audio"]), (heard, ["input_text", "input_audio"])):
        text = p.BETA.encode_client(p.ConversationItemCreate(item))
        assert [part["type"] for part in json.loads(text)["item"]["content"]] == kinds
        assert p.BETA.decode_client(text) == p.ConversationItemCreate(item)


def test_the_input_of_a_response_holds_no_sound_of_an_assistant() -> None:
    spoken = p.MessageItem(role="assistant", content=(p.OutputAudio(transcript="b"),))
    with pytest.raises(LocalProtocolError, match="message"):
        p.BETA.encode_client(p.ResponseCreate(p.ResponseConfig(input=(spoken,))))


def test_a_response_request_is_flat_and_both_names_of_its_limit_are_taken() -> None:
    wish = p.ResponseConfig(
        output_modalities=("text",),
        audio=p.AudioConfig(output=p.AudioOutput(voice="ash")),
        max_output_tokens=7,
        input=(p.ItemReference(id="i"), p.MessageItem(role="assistant", content=(p.OutputText("x"),))),
    )
    text = p.BETA.encode_client(p.ResponseCreate(wish))
    said = json.loads(text)["response"]
    assert (said["modalities"], said["voice"], said["max_response_output_tokens"]) == (["text"], "ash", 7)
    assert p.BETA.decode_client(text) == p.ResponseCreate(wish)
    other = '{"type":"response.create","response":{"max_output_tokens":7,"temperature":0.8}}'
    assert p.BETA.decode_client(other) == p.ResponseCreate(p.ResponseConfig(max_output_tokens=7))


def test_a_response_is_flat_and_knows_no_image_tokens() -> None:
    response = p.Response(
        id="r",
        status="completed",
        output_modalities=("audio",),
        audio=p.AudioConfig(output=p.AudioOutput(voice="ash", format=p.PCM16_24KHZ)),
        max_output_tokens="inf",
        usage=p.Usage(
            input_token_details=p.InputTokenDetails(cached_tokens_details=p.CachedTokenDetails(text_tokens=1))
        ),
        output=(p.McpCallItem(id="m"), p.MessageItem(role="assistant", phase="commentary")),
    )
    (text,) = p.BETA.encode_server(p.ResponseDone(response))
    said = json.loads(text)["response"]
    assert (said["voice"], said["output_audio_format"], said["max_output_tokens"]) == ("ash", "pcm16", "inf")
    assert "image_tokens" not in text
    assert [item["type"] for item in said["output"]] == ["message"]
    assert "phase" not in said["output"][0]


@pytest.mark.parametrize(
    "item",
    [
        p.McpApprovalResponseItem(id="a", approval_request_id="r", approve=True),
        p.MessageItem(role="user", content=(p.InputImage("data:image/png;base64,AA=="),)),
    ],
)
def test_a_client_that_says_what_beta_cannot_has_a_bug(item: p.Item) -> None:
    with pytest.raises(LocalProtocolError):
        p.BETA.encode_client(p.ConversationItemCreate(item))
    with pytest.raises(LocalProtocolError):
        p.BETA.encode_client(p.ResponseCreate(p.ResponseConfig(input=(item,))))
    assert p.BETA.encode_server(p.ConversationItemAdded(item)) == []


def test_a_done_item_has_no_words_in_beta() -> None:
    assert p.BETA.encode_server(p.ConversationItemDone(p.MessageItem(role="user"))) == []


def test_an_unrecognized_event_is_written_as_it_came() -> None:
    assert p.BETA.encode_server(p.Unrecognized("ping", {"type": "ping"})) == ['{"type":"ping"}']
