"""What the effective settings of the session mean for its turns."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from realtime_cli.protocol import (
    AudioInput,
    SemanticVad,
    ServerVad,
    SessionConfig,
    TurnDetection,
    UnsetType,
)

_DEFAULT_SILENCE_MS: Final = 500
_SEMANTIC_WAIT_MS: Final = {"low": 8000, "medium": 4000, "auto": 4000, "high": 2000}
"""Longest wait by eagerness. Source: `semantic_vad` in the Realtime reference."""

OPTIONAL_FIELDS: Final = (
    "reasoning",
    "truncation",
    "parallel_tool_calls",
    "tracing",
    "include",
    "prompt",
)
"""Top-level fields that some models and servers refuse, and with them the whole update."""


def turn_detection(config: SessionConfig) -> TurnDetection | None:
    """Who ends turns at the server; None where it does not."""
    audio_in = _input(config)
    detection = audio_in.turn_detection if audio_in is not None else UNSET
    return None if isinstance(detection, UnsetType) else detection


def server_answers(config: SessionConfig) -> bool:
    """The server answers by itself when a turn ends."""
    if config.type == "transcription":
        return False
    detection = turn_detection(config)
    return detection is not None and detection.create_response is not False


def server_interrupts(config: SessionConfig) -> bool:
    """The server cancels its answer by itself when the user speaks."""
    detection = turn_detection(config)
    return detection is not None and detection.interrupt_response is not False


def transcribes(config: SessionConfig) -> bool:
    """The user's words will be written down."""
    audio_in = _input(config)
    return audio_in is not None and bool(audio_in.transcription)


def answers_aloud(config: SessionConfig) -> bool:
    """Answers have sound; servers begin with that."""
    return isinstance(config.output_modalities, UnsetType) or "audio" in config.output_modalities


def turn_end_wait_s(config: SessionConfig) -> float:
    """How long the server may wait after the last word until it ends a turn."""
    match turn_detection(config):
        case ServerVad(silence_duration_ms=silence_ms):
            return (_DEFAULT_SILENCE_MS if isinstance(silence_ms, UnsetType) else silence_ms) / 1000
        case SemanticVad(eagerness=eagerness):
            return _SEMANTIC_WAIT_MS.get(eagerness if isinstance(eagerness, str) else "auto", 4000) / 1000
        case None:
            return 0.0


def counted_silence_ms(config: SessionConfig) -> int:
    """The silence that `speech_stopped` counts as speech: all that proves the end of a turn. Semantic: not known.

    Source: Realtime reference, `audio_end_ms`: the end of the audio sent to the model, minimum silence included.
    """
    detection = turn_detection(config)
    if not isinstance(detection, ServerVad):
        return 0
    silence_ms = detection.silence_duration_ms
    return _DEFAULT_SILENCE_MS if isinstance(silence_ms, UnsetType) else silence_ms


def voice(config: SessionConfig) -> str:
    """The voice's name, "" if the server does not say."""
    if not config.audio or not config.audio.output:
        return ""
    chosen = config.audio.output.voice
    if isinstance(chosen, UnsetType):
        return ""
    return chosen if isinstance(chosen, str) else chosen.id


def sound_rate_hz(config: SessionConfig) -> int:
    """Frames a second of the sound in retrieved items."""
    audio_out = config.audio.output if config.audio else None
    audio_format = audio_out.format if audio_out else None
    if not audio_format:
        return 24_000
    if audio_format.type != "audio/pcm":
        return 8_000
    return audio_format.rate if isinstance(audio_format.rate, int) else 24_000


def without_optional_fields(config: SessionConfig) -> tuple[SessionConfig, list[str]]:
    """The same wish without what only some models know, and the names of what was left out."""
    dropped = [name for name in OPTIONAL_FIELDS if getattr(config, name) is not UNSET]
    lean = replace(config, **dict.fromkeys(dropped, UNSET))
    if lean.audio:
        audio_in, audio_out = lean.audio.input, lean.audio.output
        if audio_in and audio_in.noise_reduction is not UNSET:
            dropped.append("noise_reduction")
            audio_in = replace(audio_in, noise_reduction=UNSET)
        if audio_in and isinstance(audio_in.turn_detection, ServerVad):
            if audio_in.turn_detection.idle_timeout_ms is not UNSET:
                dropped.append("idle_timeout_ms")
            detection = replace(audio_in.turn_detection, idle_timeout_ms=UNSET)
            audio_in = replace(audio_in, turn_detection=detection)
        if audio_out and audio_out.speed is not UNSET:
            dropped.append("speed")
            audio_out = replace(audio_out, speed=UNSET)
        lean = replace(lean, audio=replace(lean.audio, input=audio_in, output=audio_out))
    return lean, dropped


def _input(config: SessionConfig) -> AudioInput | None:
    return config.audio.input or None if config.audio else None
