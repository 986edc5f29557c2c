"""Every event we can make is an event of the official package, in both dialects."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.errors import LocalProtocolError
from realtime_cli.protocol.names import (
    BETA_NAMES,
    CLIENT_TYPES,
    NOT_IN_BETA,
    SERVER_TYPES,
    TRANSCRIPTION_UPDATE,
)
from tests.protocol import values
from tests.support.oracle import accepts_client, accepts_server, event_types


@pytest.mark.parametrize("name", CLIENT_TYPES)
def test_client_events_are_official_in_both_dialects(name: str) -> None:
    @settings(values.quick)
    @given(values.CLIENT.of(CLIENT_TYPES[name]))
    def official(event: Any) -> None:
        assert accepts_client(p.GA.encode_client(event), "ga") is None
        try:
            text = p.BETA.encode_client(event)
        except LocalProtocolError:
            return
        assert accepts_client(text, "beta") is None

    official()


@pytest.mark.parametrize("name", SERVER_TYPES)
def test_server_events_are_official_in_both_dialects(name: str) -> None:
    @settings(values.quick)
    @given(values.SERVER.of(SERVER_TYPES[name]))
    def official(event: Any) -> None:
        for text in p.GA.encode_server(event):
            assert accepts_server(text, "ga") is None
        for text in p.BETA.encode_server(event):
            assert accepts_server(text, "beta") is None

    official()


@settings(values.thorough)
@given(values.documented_client_events)
def test_what_is_documented_is_taken_by_our_own_server(event: Any) -> None:
    assert p.GA.decode_client(p.GA.encode_client(event)) == event


def test_the_vocabulary_is_complete() -> None:
    assert set(CLIENT_TYPES) == set(event_types("client", "ga"))
    assert set(SERVER_TYPES) == set(event_types("server", "ga"))
    assert {*CLIENT_TYPES, TRANSCRIPTION_UPDATE} == set(event_types("client", "beta"))
    said_in_beta = {BETA_NAMES.get(name, name) for name in SERVER_TYPES if name not in NOT_IN_BETA}
    listening = {"transcription_session.created", "transcription_session.updated"}
    assert said_in_beta | listening == set(event_types("server", "beta"))


GOOD = '{"type":"conversation.item.delete","item_id":"i"}'


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"conversation.item.delete","item_id":"i","more":1}',
        '{"type":"conversation.item.delete"}',
        '{"type":"conversation.item.delete","item_id":5}',
        '{"type":"conversation.item.delete","item_id":null}',
        '{"type":"conversation.item.remove","item_id":"i"}',
        '{"type":"conversation.item.truncate","item_id":"i","content_index":true,"audio_end_ms":0}',
    ],
)
@pytest.mark.parametrize("dialect", ["ga", "beta"])
def test_the_oracle_itself_is_strict(text: str, dialect: str) -> None:
    assert accepts_client(GOOD, dialect) is None
    assert accepts_client(text, dialect) is not None


@settings(values.thorough)
@given(st.data())
def test_the_oracle_finds_a_planted_key_wherever_it_is(data: st.DataObject) -> None:
    config = p.SessionConfig(
        audio=p.AudioConfig(
            input=p.AudioInput(turn_detection=p.ServerVad(threshold=0.5)), output=p.AudioOutput()
        )
    )
    text = p.GA.encode_client(p.SessionUpdate(config))
    braces = [index for index, letter in enumerate(text) if letter == "{"]
    where = data.draw(st.sampled_from(braces))
    comma = "" if text[where + 1] == "}" else ","
    assert accepts_client(f'{text[: where + 1]}"planted":1{comma}{text[where + 1 :]}', "ga") is not None
