"""Settings cut to what the other end understands: one unknown field would cost the whole update.

Each ability that concerns settings is read here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Set

from msgspec import UNSET
from msgspec.structs import replace

from realtime_cli.protocol import (
    Ability,
    AudioInput,
    FunctionTool,
    McpTool,
    ResponseConfig,
    SemanticVad,
    ServerVad,
    SessionConfig,
    TurnDetection,
    UnsetType,
)

_TOP_LEVEL = (
    ("reasoning", Ability.REASONING),
    ("parallel_tool_calls", Ability.PARALLEL_TOOL_CALLS),
    ("truncation", Ability.TRUNCATION_STRATEGY),
    ("tracing", Ability.TRACING),
    ("include", Ability.INCLUDE),
)
_EAGERNESS_SILENCE_MS = {"low": 1500, "medium": 800, "auto": 800, "high": 400}
"""What comes nearest to semantic turn detection where there is none: a silence of some length."""


def fitted(config: SessionConfig, abilities: Set[Ability]) -> tuple[SessionConfig, list[str]]:
    """The settings without what this server has no word for, and the names of what was left out or replaced.

    Args:
        config: What the user asked for.
        abilities: What the server can do.
    """
    left_out: list[str] = []
    for name, ability in _TOP_LEVEL:
        if ability not in abilities and getattr(config, name) is not UNSET:
            config = replace(config, **{name: UNSET})
            left_out.append(name)
    if config.output_modalities == ("text",) and Ability.TEXT_OUTPUT not in abilities:
        config = replace(config, output_modalities=("audio",))  # its words are read, its sound is not played
    if not isinstance(config.tools, UnsetType):
        kept = tuple(tool for tool in config.tools if _usable(tool, abilities))
        if len(kept) != len(config.tools):
            left_out.append("tools")
            config = replace(config, tools=kept or UNSET)
    if not config.audio:
        return config, left_out
    audio_in, audio_out = config.audio.input, config.audio.output
    if audio_in:
        audio_in = _fitted_input(audio_in, abilities, left_out)
    if audio_out and audio_out.speed is not UNSET and Ability.SPEED not in abilities:
        audio_out = replace(audio_out, speed=UNSET)
        left_out.append("speed")
    return replace(config, audio=replace(config.audio, input=audio_in, output=audio_out)), left_out


def fitted_response(config: ResponseConfig, abilities: Set[Ability]) -> tuple[ResponseConfig, list[str]]:
    """The wishes for one response without what this server has no word for, and the names of those."""
    left_out: list[str] = []
    names: list[tuple[str, Ability]] = [
        ("conversation", Ability.OUT_OF_BAND),
        ("metadata", Ability.OUT_OF_BAND),
        ("input", Ability.OUT_OF_BAND),
        ("reasoning", Ability.REASONING),
        ("parallel_tool_calls", Ability.PARALLEL_TOOL_CALLS),
    ]
    for name, ability in names:
        if ability not in abilities and getattr(config, name) is not UNSET:
            config = replace(config, **{name: UNSET})
            left_out.append(name)
    if config.output_modalities == ("text",) and Ability.TEXT_OUTPUT not in abilities:
        config = replace(config, output_modalities=UNSET)
        left_out.append("an answer in writing alone")
    return config, left_out


def _usable(tool: object, abilities: Set[Ability]) -> bool:
    if isinstance(tool, McpTool):
        return Ability.MCP in abilities
    return not isinstance(tool, FunctionTool) or Ability.FUNCTIONS in abilities


def _fitted_input(audio_in: AudioInput, abilities: Set[Ability], left_out: list[str]) -> AudioInput:
    if audio_in.noise_reduction is not UNSET and Ability.NOISE_REDUCTION not in abilities:
        audio_in = replace(audio_in, noise_reduction=UNSET)
        left_out.append("noise_reduction")
    if audio_in.transcription and Ability.TRANSCRIPTION not in abilities:
        audio_in = replace(audio_in, transcription=UNSET)
        left_out.append("transcription")
    if isinstance(audio_in.turn_detection, ServerVad | SemanticVad):
        audio_in = replace(
            audio_in, turn_detection=_fitted_detection(audio_in.turn_detection, abilities, left_out)
        )
    return audio_in


def _fitted_detection(
    detection: TurnDetection, abilities: Set[Ability], left_out: list[str]
) -> TurnDetection:
    if isinstance(detection, SemanticVad) and Ability.SEMANTIC_VAD not in abilities:
        left_out.append("semantic_vad")
        eagerness = detection.eagerness if isinstance(detection.eagerness, str) else "auto"
        detection = ServerVad(
            silence_duration_ms=_EAGERNESS_SILENCE_MS[eagerness],
            create_response=detection.create_response,
            interrupt_response=detection.interrupt_response,
        )
    if isinstance(detection, ServerVad) and Ability.IDLE_TIMEOUT not in abilities:
        if not isinstance(detection.idle_timeout_ms, UnsetType):
            left_out.append("idle_timeout_ms")
        detection = replace(detection, idle_timeout_ms=UNSET)
    if Ability.CREATE_RESPONSE_SWITCH not in abilities:
        # Left unsaid where it says nothing new; otherwise the server is asked all the same, and may not obey.
        if detection.create_response is True:
            detection = replace(detection, create_response=UNSET)
        if detection.interrupt_response is True:
            detection = replace(detection, interrupt_response=UNSET)
    return detection
