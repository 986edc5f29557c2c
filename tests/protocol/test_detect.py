"""Which dialect a server speaks, from its first words."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from tests.protocol import values


@pytest.mark.parametrize(
    ("event", "dialect"),
    [
        ({"type": "session.created", "session": {"type": "realtime", "voice": "x"}}, "ga"),
        ({"type": "session.created", "session": {"output_modalities": ["text"]}}, "ga"),
        ({"type": "session.created", "session": {"audio": {}, "voice": "eve", "turn_detection": {}}}, "ga"),
        ({"type": "session.created", "session": {"modalities": ["text"], "voice": "x"}}, "beta"),
        ({"type": "session.updated", "session": {"input_audio_format": "pcm16"}}, "beta"),
        ({"type": "transcription_session.created", "session": {}}, "beta"),
        ({"type": "error", "error": {"code": "beta_api_shape_disabled"}}, "ga"),
        ({"type": "error", "error": {"code": "other"}}, None),
        ({"type": "error", "error": "other"}, None),
        ({"type": "session.created", "session": {"id": "s"}}, None),
        ({"type": "session.created", "session": 5}, None),
        ({"type": "conversation.created", "conversation": {"id": "c"}}, None),
        ({"type": "ping"}, None),
        ([], None),
    ],
)
def test_the_first_event_reveals_the_dialect(event: object, dialect: str | None) -> None:
    assert p.guess(json.dumps(event)) == dialect


def test_our_own_servers_are_recognized() -> None:
    session = p.SessionConfig(
        output_modalities=("audio",), audio=p.AudioConfig(input=p.AudioInput(format=p.PCM16_24KHZ))
    )
    for dialect in (p.GA, p.BETA):
        (text,) = dialect.encode_server(p.SessionCreated(session))
        assert p.guess(text) == dialect.name


@settings(values.thorough)
@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_garbage_reveals_nothing(text: str) -> None:
    assert p.guess(text) is None


def test_hostile_depth_reveals_nothing() -> None:
    assert p.guess("[" * 100_000) is None
    assert p.guess('"\ud800"') is None
