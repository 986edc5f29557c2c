"""`session.update`: all of it or nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.options import ServerOptions
from tests.server.desk import Desk, kinds, typed


def update(event_id: str = "e", **session: Any) -> p.SessionUpdate:
    """An update in GA's own spelling, read as the server reads it."""
    wire = {"type": "session.update", "event_id": event_id, "session": {"type": "realtime", **session}}
    event = p.GA.decode_client(msgspec.json.encode(wire).decode())
    assert isinstance(event, p.SessionUpdate)
    return event


def vad(**fields: Any) -> dict[str, Any]:
    return {"input": {"turn_detection": {"type": "server_vad", **fields}}}


def test_the_session_begins_with_everything_said() -> None:
    desk = Desk(ServerOptions(model="m", voice="cedar", max_session_s=60))
    session = desk.last(p.SessionCreated).session
    assert (session.type, session.object, session.model) == ("realtime", "realtime.session", "m")
    assert session.expires_at == 1_800_000_060
    assert isinstance(session.audio, p.AudioConfig)
    assert isinstance(session.audio.input, p.AudioInput)
    assert session.audio.input.turn_detection == p.ServerVad(
        threshold=0.5,
        prefix_padding_ms=300,
        silence_duration_ms=500,
        idle_timeout_ms=None,
        create_response=True,
        interrupt_response=True,
    )


def test_an_update_changes_what_it_says_and_shows_the_rest() -> None:
    desk = Desk()
    shown = desk.say(update(instructions="Be brief.", audio=vad(silence_duration_ms=200)))
    assert kinds(shown) == ["session.updated"]
    session = desk.last(p.SessionUpdated).session
    assert session.instructions == "Be brief."
    assert isinstance(session.audio, p.AudioConfig)
    assert isinstance(session.audio.input, p.AudioInput)
    assert isinstance(session.audio.output, p.AudioOutput)
    assert isinstance(session.audio.input.turn_detection, p.ServerVad)
    assert session.audio.input.turn_detection.silence_duration_ms == 200
    assert session.audio.input.turn_detection.threshold == 0.5
    assert session.audio.output.voice == "marin"


def test_null_turns_the_turn_detection_off_and_it_comes_back_with_defaults() -> None:
    desk = Desk()
    desk.say(update(audio={"input": {"turn_detection": None}}))
    assert audio_in(desk).turn_detection is None
    desk.say(update(audio={"input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}}}))
    assert audio_in(desk).turn_detection == p.SemanticVad(
        eagerness="low", create_response=True, interrupt_response=True
    )


def audio_in(desk: Desk) -> p.AudioInput:
    audio = desk.last(p.SessionUpdated).session.audio
    assert isinstance(audio, p.AudioConfig)
    assert isinstance(audio.input, p.AudioInput)
    return audio.input


def test_the_model_stays_what_it_was() -> None:
    desk = Desk(ServerOptions(model="ours"))
    desk.say(update(model="gpt-realtime"))
    assert desk.last(p.SessionUpdated).session.model == "ours"


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({"output_modalities": ["text", "audio"]}, "session.output_modalities"),
        ({"max_output_tokens": 4097}, "session.max_output_tokens"),
        ({"audio": {"input": {"format": {"type": "audio/wav"}}}}, "session.audio.input.format.type"),
        (
            {"audio": {"output": {"format": {"type": "audio/pcm", "rate": 22050}}}},
            "session.audio.output.format.rate",
        ),
        ({"audio": vad(prefix_padding_ms=9000)}, "session.audio.input.turn_detection.prefix_padding_ms"),
        (
            {"audio": vad(silence_duration_ms=60_000)},
            "session.audio.input.turn_detection.silence_duration_ms",
        ),
        ({"audio": vad(idle_timeout_ms=1)}, "session.audio.input.turn_detection.idle_timeout_ms"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "session.tools[0]"),
        (
            {"tools": [{"type": "function", "name": "f"}, {"type": "function", "name": "f"}]},
            "session.tools[1].name",
        ),
        ({"tool_choice": {"type": "function", "name": "nope"}}, "session.tool_choice"),
        ({"tool_choice": {"type": "mcp", "server_label": "nope"}}, "session.tool_choice"),
        ({"reasoning": {"effort": "low"}}, "session.reasoning"),
        ({"prompt": {"id": "pmpt_1"}}, "session.prompt"),
    ],
)
def test_one_wrong_field_refuses_the_whole_update(session: dict[str, Any], param: str) -> None:
    desk = Desk()
    error = desk.error(desk.say(update(instructions="Never applied.", **session)))
    assert (error.param, error.event_id) == (param, "e")
    desk.say(update())
    assert desk.last(p.SessionUpdated).session.instructions == ""


def test_the_voice_is_locked_once_the_model_has_spoken() -> None:
    desk = Desk()
    assert kinds(desk.say(update(audio={"output": {"voice": "ash"}}))) == ["session.updated"]
    desk.ask("Hi")
    error = desk.error(desk.say(update(audio={"output": {"voice": "cedar"}})))
    assert error.code == "cannot_update_voice"
    assert kinds(desk.say(update(audio={"output": {"voice": "ash"}}))) == ["session.updated"]


def test_tools_are_offered_to_the_ears_when_they_change() -> None:
    desk = Desk()
    desk.say(update(tools=[{"type": "function", "name": "roll_dice"}]))
    assert [tool.name for tool in desk.last(v.Expect).tools] == ["roll_dice"]
    count = len(desk.all(v.Expect))
    desk.say(update(instructions="x"))
    assert len(desk.all(v.Expect)) == count


def test_a_session_can_become_a_transcription_before_it_is_used() -> None:
    desk = Desk()
    wire = '{"type":"session.update","session":{"type":"transcription"}}'
    desk.happen(v.ClientSaid(p.GA.decode_client(wire)))
    assert desk.last(p.SessionUpdated).session.object == "realtime.transcription_session"
    error = desk.error(desk.say(p.ResponseCreate()))
    assert "transcription session" in error.message


def test_a_used_session_keeps_its_kind() -> None:
    desk = Desk()
    desk.say(typed("Hi"))
    change = p.SessionUpdate(session=p.SessionConfig(type="transcription"))
    assert desk.error(desk.say(change)).param == "session.type"


@pytest.mark.parametrize(
    ("session", "param"),
    [
        (p.SessionConfig(type="transcription", instructions="x"), "session.instructions"),
        (
            p.SessionConfig(type="transcription", audio=p.AudioConfig(output=p.AudioOutput(voice="x"))),
            "session.audio.output",
        ),
    ],
)
def test_a_transcription_has_nothing_that_answers(session: p.SessionConfig, param: str) -> None:
    desk = Desk(hello=v.ClientConnected(transcription=True))
    error = desk.error(desk.say(p.SessionUpdate(session=session)))
    assert (error.code, error.param) == ("unknown_parameter", param)


def test_a_strict_server_takes_pcm_at_24_khz_only_also_for_one_response() -> None:
    desk = Desk(ServerOptions(strict_ga=True))
    audio = p.AudioConfig(output=p.AudioOutput(format=p.AudioFormat("audio/pcm", rate=16_000)))
    refused = desk.error(desk.say(p.SessionUpdate(session=p.SessionConfig(audio=audio))))
    assert refused.param == "session.audio.output.format.rate"
    refused = desk.error(desk.say(p.ResponseCreate(response=p.ResponseConfig(audio=audio))))
    assert refused.param == "response.audio.output.format.rate"
