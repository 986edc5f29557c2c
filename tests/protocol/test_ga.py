"""GA both ways: what is said is what is read."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.errors import RemoteProtocolError
from tests.protocol import values


@settings(values.thorough)
@given(values.client_events)
def test_what_a_client_says_is_what_a_server_reads(event: p.ClientEvent) -> None:
    assert p.GA.decode_client(p.GA.encode_client(event)) == event


@settings(values.thorough)
@given(values.server_events.filter(lambda event: not isinstance(event, p.ConversationItemCreated)))
def test_what_a_server_says_is_what_a_client_reads(event: p.ServerEvent) -> None:
    (text,) = p.GA.encode_server(event)
    assert p.GA.decode_server(text) == event


def test_the_old_name_of_an_added_item_is_said_but_read_as_the_new_one() -> None:
    item = p.MessageItem(role="user", id="i1")
    (text,) = p.GA.encode_server(p.ConversationItemCreated(item, None))
    assert json.loads(text)["type"] == "conversation.item.created"
    assert p.GA.decode_server(text) == p.ConversationItemAdded(item, None)


def test_absent_null_and_value_are_three_things_on_the_wire() -> None:
    def wire(audio_input: p.AudioInput) -> object:
        update = p.SessionUpdate(p.SessionConfig(audio=p.AudioConfig(input=audio_input)))
        return json.loads(p.GA.encode_client(update))["session"]["audio"]["input"]

    assert wire(p.AudioInput()) == {}
    assert wire(p.AudioInput(turn_detection=None)) == {"turn_detection": None}
    assert wire(p.AudioInput(turn_detection=p.SemanticVad(eagerness="low"))) == {
        "turn_detection": {"type": "semantic_vad", "eagerness": "low"}
    }


def test_audio_is_bytes_inside_and_base64_outside() -> None:
    text = p.GA.encode_client(p.InputAudioBufferAppend(b"\x00\x01\xff"))
    assert json.loads(text) == {"type": "input_audio_buffer.append", "audio": "AAH/"}
    assert p.GA.decode_client(text) == p.InputAudioBufferAppend(b"\x00\x01\xff")


def test_an_unrecognized_event_is_written_as_it_came() -> None:
    raw = {"type": "ping", "sequence": 7}
    (text,) = p.GA.encode_server(p.Unrecognized("ping", raw))
    assert json.loads(text) == raw


def test_a_lone_surrogate_is_replaced_instead_of_raising() -> None:
    output = p.FunctionCallOutputItem(call_id="c", output="broken \ud83d text")
    text = p.GA.encode_client(p.ConversationItemCreate(output))
    assert json.loads(text)["item"]["output"] == "broken \ufffd text"


@settings(values.thorough)
@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_garbage_is_a_protocol_error_and_nothing_else(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        p.GA.decode_server(text)
    with pytest.raises(p.Refusal):
        p.GA.decode_client(text)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"a":' * 50_000, '"\ud800"', "1e999", "null", "{}"]
)
def test_hostile_texts_are_protocol_errors_in_both_dialects(text: str) -> None:
    for dialect in (p.GA, p.BETA):
        with pytest.raises(RemoteProtocolError):
            dialect.decode_server(text)
        with pytest.raises(p.Refusal) as caught:
            dialect.decode_client(text)
        assert caught.value.code == "invalid_event"


def test_deep_nesting_inside_a_valid_event_is_refused() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    tool = f'{{"type":"function","name":"f","parameters":{deep}}}'
    text = f'{{"type":"session.update","session":{{"type":"realtime","tools":[{tool}]}}}}'
    for dialect in (p.GA, p.BETA):
        try:
            dialect.decode_client(text)
        except p.Refusal as refusal:
            assert refusal.code in {"invalid_event", "unknown_parameter"}  # noqa: PT017
