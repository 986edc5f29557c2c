"""What effective settings mean."""

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import settings
from tests.support.facts import voice_config


@pytest.mark.parametrize(
    ("config", "answers", "interrupts"),
    [
        (p.SessionConfig(), False, False),
        (voice_config(None), False, False),
        (voice_config(p.ServerVad()), True, True),
        (voice_config(p.ServerVad(create_response=False)), False, True),
        (voice_config(p.SemanticVad(interrupt_response=False)), True, False),
    ],
)
def test_who_answers_and_who_interrupts(config: p.SessionConfig, answers: bool, interrupts: bool) -> None:
    assert settings.server_answers(config) is answers
    assert settings.server_interrupts(config) is interrupts


def test_how_long_a_turn_may_stay_open() -> None:
    waits = [
        settings.turn_end_wait_s(voice_config(detection))
        for detection in (
            None,
            p.ServerVad(),
            p.ServerVad(silence_duration_ms=1200),
            p.SemanticVad(),
            p.SemanticVad(eagerness="low"),
        )
    ]
    assert waits == [0.0, 0.5, 1.2, 4.0, 8.0]


def test_transcription_and_voice() -> None:
    assert settings.transcribes(voice_config())
    assert not settings.transcribes(voice_config(transcribed=False))
    assert not settings.transcribes(p.SessionConfig())
    assert settings.voice(voice_config()) == "marin"
    assert settings.voice(p.SessionConfig()) == ""
    assert settings.voice(p.SessionConfig(audio=p.AudioConfig(output=p.AudioOutput()))) == ""


def test_only_what_some_models_do_not_know_is_left_out() -> None:
    config = p.SessionConfig(
        instructions="x",
        truncation="auto",
        parallel_tool_calls=False,
        audio=p.AudioConfig(
            input=p.AudioInput(
                noise_reduction=p.NoiseReduction(type="far_field"),
                turn_detection=p.ServerVad(threshold=0.4, idle_timeout_ms=9000),
            ),
            output=p.AudioOutput(voice="ash", speed=1.2),
        ),
    )
    lean, dropped = settings.without_optional_fields(config)
    assert dropped == ["truncation", "parallel_tool_calls", "noise_reduction", "idle_timeout_ms", "speed"]
    assert lean == p.SessionConfig(
        instructions="x",
        audio=p.AudioConfig(
            input=p.AudioInput(turn_detection=p.ServerVad(threshold=0.4)), output=p.AudioOutput(voice="ash")
        ),
    )
    assert settings.without_optional_fields(lean) == (lean, [])
    assert settings.without_optional_fields(p.SessionConfig()) == (p.SessionConfig(), [])
