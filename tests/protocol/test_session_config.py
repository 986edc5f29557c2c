"""Merging settings: what is not said stays, null clears, nested is merged."""

from hypothesis import given, settings
from msgspec import UNSET

from realtime_cli import protocol as p
from tests.protocol import values

BASE = p.SessionConfig(
    id="sess_1",
    model="m",
    instructions="old",
    audio=p.AudioConfig(
        input=p.AudioInput(
            transcription=p.Transcription(model="whisper-1", language="en"),
            turn_detection=p.ServerVad(threshold=0.5, silence_duration_ms=200),
        ),
        output=p.AudioOutput(voice="ash", speed=1.0),
    ),
    tools=(p.FunctionTool(name="a"),),
)


def changed(**fields: object) -> p.SessionConfig:
    return p.merge(BASE, p.SessionConfig(**fields))  # type: ignore[arg-type]


def test_what_is_not_said_stays() -> None:
    assert changed() == BASE
    assert changed(instructions="new").audio == BASE.audio


def test_empty_values_clear() -> None:
    assert changed(instructions="", tools=()).tools == ()
    assert changed(instructions="").instructions == ""


def test_nested_settings_are_merged_field_by_field() -> None:
    audio = p.AudioConfig(input=p.AudioInput(turn_detection=p.ServerVad(threshold=0.9)))
    merged = changed(audio=audio).audio
    assert isinstance(merged, p.AudioConfig)
    assert merged.output == p.AudioOutput(voice="ash", speed=1.0)
    assert merged.input == p.AudioInput(
        transcription=p.Transcription(model="whisper-1", language="en"),
        turn_detection=p.ServerVad(threshold=0.9, silence_duration_ms=200),
    )


def test_null_clears_one_nested_setting_only() -> None:
    merged = changed(audio=p.AudioConfig(input=p.AudioInput(turn_detection=None))).audio
    assert isinstance(merged, p.AudioConfig)
    assert isinstance(merged.input, p.AudioInput)
    assert merged.input.turn_detection is None
    assert merged.input.transcription == p.Transcription(model="whisper-1", language="en")


def test_another_kind_of_turn_detection_replaces_the_old_one() -> None:
    vad = p.SemanticVad(eagerness="low")
    merged = changed(audio=p.AudioConfig(input=p.AudioInput(turn_detection=vad))).audio
    assert isinstance(merged, p.AudioConfig)
    assert isinstance(merged.input, p.AudioInput)
    assert merged.input.turn_detection == vad


def test_what_the_server_owns_stays_once_it_is_set() -> None:
    merged = changed(id="mine", model="other", expires_at=5)
    assert (merged.id, merged.model, merged.expires_at) == ("sess_1", "m", 5)


@settings(values.thorough)
@given(values.ANY.of(p.SessionConfig))
def test_merging_into_nothing_is_the_change_and_merging_twice_is_merging_once(
    change: p.SessionConfig,
) -> None:
    assert p.merge(p.SessionConfig(), change) == change
    once = p.merge(BASE, change)
    assert p.merge(once, change) == once
    assert (once.instructions == change.instructions) or change.instructions is UNSET
