"""Servers as they are: mixed dialects, missing fields, nulls, kinds nobody knows."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from realtime_cli import protocol as p
from realtime_cli.errors import RemoteProtocolError
from tests.protocol import values


def read(**event: Any) -> Any:
    text = json.dumps(event)
    ga, beta = p.GA.decode_server(text), p.BETA.decode_server(text)
    assert ga == beta  # servers mix dialects: both read alike
    return ga


@pytest.mark.parametrize("name", ["ping", "heartbeat", "response.thinking.delta", "localai.debug"])
def test_unknown_events_are_kept_whole(name: str) -> None:
    assert read(type=name, extra={"a": [1]}) == p.Unrecognized(name, {"type": name, "extra": {"a": [1]}})


def test_unknown_fields_are_ignored() -> None:
    event = read(type="input_audio_buffer.cleared", event_id="s", obfuscation="zzz")
    assert event == p.InputAudioBufferCleared(event_id="s")


def test_missing_and_null_ids_and_indices_have_defaults() -> None:
    event = read(type="response.output_audio.delta", delta="AAA=", item_id=None, content_index=None)
    assert event == p.ResponseOutputAudioDelta(delta=b"\0\0")


def test_numbers_in_other_clothes_are_numbers() -> None:
    event = read(type="input_audio_buffer.speech_started", audio_start_ms=12.0, item_id="i")
    assert event == p.InputAudioBufferSpeechStarted("i", 12)


@pytest.mark.parametrize(
    "item",
    [
        {"type": "hologram", "id": "x"},
        {"type": "message", "role": "narrator", "content": []},
        {"type": "message", "role": "assistant", "content": [{"type": "smell"}]},
    ],
)
def test_an_unknown_kind_of_item_makes_the_event_unrecognized(item: dict[str, Any]) -> None:
    event = read(type="conversation.item.added", item=item)
    assert event == p.Unrecognized(
        "conversation.item.added", {"type": "conversation.item.added", "item": item}
    )


def test_short_content_names_and_the_role_tool_are_read() -> None:
    content = [{"type": "audio", "transcript": "hi"}, {"type": "text", "text": "x"}]
    event = read(
        type="conversation.item.added", item={"type": "message", "role": "assistant", "content": content}
    )
    assert event.item.content == (p.OutputAudio(transcript="hi"), p.OutputText("x"))
    event = read(
        type="conversation.item.added", item={"type": "message", "role": "tool", "content": content[1:]}
    )
    assert event.item == p.MessageItem(role="tool", content=(p.InputText("x"),))


def test_long_part_names_are_read_as_the_short_ones() -> None:
    event = read(type="response.content_part.added", part={"type": "output_audio", "transcript": ""})
    assert event.part == p.ContentPart(type="audio", transcript="")


def test_a_mixed_session_is_read_wherever_its_fields_are() -> None:
    session = {
        "voice": "eve",
        "turn_detection": {"type": "server_vad", "interrupt_response": True},
        "audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}},
        "modalities": ["audio", "text"],
    }
    event = read(type="session.created", session=session)
    assert event.session == p.SessionConfig(
        output_modalities=("audio",),
        audio=p.AudioConfig(
            input=p.AudioInput(
                format=p.AudioFormat("audio/pcm", 16000), turn_detection=p.ServerVad(interrupt_response=True)
            ),
            output=p.AudioOutput(voice="eve"),
        ),
    )


def test_settings_that_nobody_understands_are_left_out_one_by_one() -> None:
    session = {
        "id": "s1",
        "turn_detection": {"type": "client_vad"},
        "tools": [
            {"type": "web_search"},
            {"type": "function", "name": "f"},
            {"type": "function", "function": {}},
        ],
        "tool_choice": 5,
        "speed": 9,
        "instructions": None,
    }
    event = read(type="session.updated", session=session)
    assert event.session.id == "s1"
    assert event.session.tools == (p.FunctionTool(name="f"),)
    assert event.session.tool_choice is UNSET
    assert event.session.instructions is UNSET
    assert event.session.audio.input.turn_detection is UNSET
    assert event.session.audio.output.speed is UNSET


def test_a_listening_session_is_known_by_its_object() -> None:
    event = read(type="session.created", session={"object": "realtime.transcription_session"})
    assert event.session.type == "transcription"


def test_a_done_response_is_never_lost_for_a_strange_item_in_it() -> None:
    output = [
        {"type": "hologram"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "smell"}, {"type": "text", "text": "ok"}],
        },
    ]
    response = {"id": "r", "status": "completed", "output": output, "usage": {"total_tokens": {}}}
    event = read(type="response.done", response=response)
    assert event.response.output == (p.MessageItem(role="assistant", content=(p.OutputText("ok"),)),)
    assert event.response.usage == p.Usage()


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ({"error": "too bad"}, p.ErrorDetail(message="too bad")),
        ({"message": "too bad", "code": "x"}, p.ErrorDetail(message="too bad", code="x")),
        ({"error": {"message": "m", "code": 401, "param": None}}, p.ErrorDetail(message="m", param=None)),
    ],
)
def test_an_error_is_read_in_any_shape(said: dict[str, Any], detail: p.ErrorDetail) -> None:
    assert read(type="error", **said) == p.ErrorEvent(detail)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_audio.delta", "delta": 5},
        {"type": "response.output_audio.delta", "delta": "not base64!"},
        {"type": "conversation.item.added"},
        {"type": "conversation.item.added", "item": None},
        {"type": "session.created", "session": "x"},
        {"type": "response.done", "response": []},
    ],
)
def test_a_known_event_that_makes_no_sense_is_a_protocol_error(event: dict[str, Any]) -> None:
    with pytest.raises(RemoteProtocolError, match=event["type"]):
        p.GA.decode_server(json.dumps(event))


def test_the_message_of_a_protocol_error_is_short_and_printable() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        p.GA.decode_server(
            json.dumps({"type": "error", "error": {"message": "x"}, "event_id": ["\x1b[2J" * 999]})
        )
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_tokens_counted_beside_the_response_are_found() -> None:
    event = read(type="response.done", response={"id": "r"}, usage={"total_tokens": 7})
    assert event.response.usage == p.Usage(total_tokens=7)
    event = read(type="response.done", response={"usage": {"total_tokens": 8}}, usage={"total_tokens": 7})
    assert event.response.usage == p.Usage(total_tokens=8)


def test_settings_where_an_object_should_be_do_not_hide_the_flat_ones() -> None:
    event = read(type="session.created", session={"audio": 5, "voice": "eve", "modalities": ["text"]})
    assert event.session == p.SessionConfig(output_modalities=("text",))


def test_content_that_is_no_object_makes_no_sense() -> None:
    item = {"type": "message", "role": "user", "content": [5]}
    with pytest.raises(RemoteProtocolError, match="content"):
        p.GA.decode_server(json.dumps({"type": "conversation.item.added", "item": item}))


def test_a_response_whose_output_is_no_list_has_none() -> None:
    assert read(type="response.done", response={"id": "r", "output": 5}).response == p.Response(id="r")


def test_mending_ends() -> None:
    tools = [{"type": "hologram"}] * 400
    with pytest.raises(RemoteProtocolError):
        p.GA.decode_server(json.dumps({"type": "session.updated", "session": {"tools": tools}}))


def test_depth_ends_in_a_protocol_error_and_never_in_another_one() -> None:
    for depth in range(1100, 600, -1):
        deep = '{"a":' * depth + "1" + "}" * depth
        text = f'{{"type":"session.updated","session":{{"speed":"x","prompt":{deep}}}}}'
        for read_it in (p.GA.decode_server, p.GA.decode_client):
            with contextlib.suppress(RemoteProtocolError):
                read_it(text)


JUNK: st.SearchStrategy[Any] = (
    st.sampled_from([None, True, [], {}]) | st.integers() | st.floats() | st.text(max_size=3)
)


@st.composite
def spoiled(draw: st.DrawFn, events: st.SearchStrategy[Any], texts: Any) -> str:
    """A good event with one to three values replaced by junk."""
    event = json.loads(texts(draw(events)))
    for _ in range(draw(st.integers(1, 3))):
        place = event
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.booleans()):
                place = place[key]
                continue
            if key != "type" or place is not event:
                place[key] = draw(JUNK)
            break
    return json.dumps(event)


@settings(values.thorough)
@given(spoiled(values.server_events, lambda event: p.GA.encode_server(event)[0]))
def test_a_spoiled_server_event_never_raises_anything_else(text: str) -> None:
    for dialect in (p.GA, p.BETA):
        try:
            dialect.decode_server(text)
        except RemoteProtocolError as error:
            assert str(error).isprintable()  # noqa: PT017


@settings(values.thorough)
@given(spoiled(values.client_events, p.GA.encode_client))
def test_a_spoiled_client_event_is_read_or_refused(text: str) -> None:
    for dialect in (p.GA, p.BETA):
        try:
            dialect.decode_client(text)
        except p.Refusal as refusal:
            assert refusal.code  # noqa: PT017
            assert str(refusal).isprintable()  # noqa: PT017


@pytest.mark.parametrize(("inside", "total"), [({}, 3), (None, 3), ({"total_tokens": 5}, 5)])
def test_tokens_counted_beside_the_response_count_where_it_holds_none(inside: Any, total: int) -> None:
    response = {"id": "r", "status": "completed", "output": [], "usage": inside}
    event = read(type="response.done", response=response, usage={"total_tokens": 3})
    assert event.response.usage.total_tokens == total
