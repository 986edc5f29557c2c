"""Settings and target become the wish that the mind pursues."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from realtime_cli.config.settings import Settings
from realtime_cli.errors import ConfigError, InputError
from realtime_cli.protocol import (
    PCM16_24KHZ,
    PCMA,
    PCMU,
    Ability,
    AudioConfig,
    AudioFormat,
    AudioInput,
    AudioOutput,
    FunctionTool,
    SemanticVad,
    ServerVad,
    SessionConfig,
    Transcription,
)
from realtime_cli.providers.provider import Target
from realtime_cli.runtime.session_fields import Asked, limits_of, with_fields, with_sound
from realtime_cli.session.state import TurnMode
from realtime_cli.session.wish import Wish

# The reference gives two defaults for the silence (200 and 500 ms), so the numbers are always said.
THRESHOLD = 0.5
PREFIX_PADDING_MS = 300
SILENCE_MS = 500
G711 = {"pcmu": PCMU, "pcma": PCMA}
# People let the key go while they still speak: with this no last syllable is lost.
POST_ROLL_MS = 250

_T = TypeVar("_T", str, tuple[FunctionTool, ...])


def spoken_wish(
    settings: Settings,
    target: Target,
    tools: Sequence[FunctionTool],
    *,
    first_prompt: str = "",
    greeting: tuple[str, ...] = (),
) -> Wish:
    """A wish for `talk`.

    Raises:
        InputError: The `@FILE` of the instructions cannot be read.
    """
    if Ability.CONVERSATION not in target.provider.abilities:
        raise ConfigError(
            f"{target.provider.title} gives no answers", advice="Use `realtime-cli transcribe`."
        )
    mode = turn_mode(settings)
    typed = mode is TurnMode.TYPED
    return Wish(
        config=with_fields(
            settings,
            SessionConfig(
                output_modalities=("text",) if typed else ("audio",),
                instructions=_or_unset(instructions(settings)),
                audio=UNSET
                if typed
                else AudioConfig(
                    input=_input(settings, target), output=_output(target, settings.audio_format)
                ),
                tools=_or_unset(tuple(tools)),
            ),
        ),
        turn_mode=mode,
        auto_response=settings.auto_response,
        interrupt=settings.interrupt,
        post_roll_ms=POST_ROLL_MS,
        cues=settings.cues,
        trim_silence=settings.trim_silence,
        volume_percent=settings.volume,
        first_prompt=first_prompt,
        greeting=greeting,
        **limits_of(settings, target),
    )


def written_wish(
    settings: Settings, prompt: str, tools: Sequence[FunctionTool] = (), asked: Asked | None = None
) -> Wish:
    """A wish for `send-text`: one prompt, one text answer.

    Raises:
        InputError: The `@FILE` of the instructions cannot be read.
    """
    asked = asked or Asked()
    keyed = AudioConfig(input=AudioInput(format=PCM16_24KHZ, turn_detection=None))
    return Wish(
        config=with_fields(
            settings,
            SessionConfig(
                output_modalities=("text",),
                instructions=_or_unset(instructions(settings)),
                audio=keyed if asked.streamed else UNSET,
                tools=_or_unset(tuple(tools)),
            ),
        ),
        turn_mode=TurnMode.TYPED,
        once=True,
        first_prompt=prompt,
        opening=asked.opening,
        streamed=asked.streamed,
        ask=asked.response,
        **limits_of(settings),
    )


def listening_wish(settings: Settings, target: Target, vad: str) -> Wish:
    """A wish for `transcribe`: a session that listens and never answers.

    Args:
        settings: As merged.
        target: Where to.
        vad: "server", "semantic", or "none": the client ends each turn.
    """
    listens = Ability.TRANSCRIPTION_SESSIONS in target.provider.abilities
    model = settings.transcription_model or target.provider.transcription_model or target.model
    detection: ServerVad | SemanticVad | None = ServerVad(
        threshold=THRESHOLD,
        prefix_padding_ms=PREFIX_PADDING_MS,
        silence_duration_ms=SILENCE_MS if settings.silence_ms is None else settings.silence_ms,
    )
    if vad == "semantic":
        detection = SemanticVad(eagerness=settings.eagerness or "auto")
    if not listens and detection is not None:
        # A conversation in which nobody answers comes nearest.
        detection = replace(detection, create_response=False, interrupt_response=False)
    audio_in = AudioInput(
        format=AudioFormat("audio/pcm", target.provider.input_rate_hz),
        transcription=Transcription(model=model) if model else Transcription(),
        turn_detection=None if vad == "none" else detection,
    )
    config = SessionConfig(type="transcription" if listens else "realtime", audio=AudioConfig(input=audio_in))
    mode = TurnMode.PUSH_TO_TALK if vad == "none" else TurnMode.SERVER_VAD
    fields = with_sound(settings, config)
    retries: dict[str, Any] = {}
    if settings.retry is not None:
        retries = {"max_retries": settings.retry, "patient": settings.retry > 0}
    return Wish(config=fields, turn_mode=mode, auto_response=False, listens_only=True, **retries)


def spoken_answer(config: SessionConfig, target: Target) -> SessionConfig:
    """A written session whose answers are spoken, for `send-text --audio-out` and `--play`."""
    audio = AudioConfig() if isinstance(config.audio, UnsetType) or config.audio is None else config.audio
    return replace(config, output_modalities=("audio",), audio=replace(audio, output=_output(target)))


def turn_mode(settings: Settings) -> TurnMode:
    """Who ends the user's turns."""
    if not settings.audio:
        return TurnMode.TYPED
    if settings.ptt:
        return TurnMode.PUSH_TO_TALK
    return TurnMode.SEMANTIC_VAD if settings.vad == "semantic" else TurnMode.SERVER_VAD


def instructions(settings: Settings) -> str:
    """The instructions themselves, read from the file where `@FILE` was given.

    Raises:
        InputError: The file cannot be read.
    """
    return text_or_file(settings.instructions or "", "--instructions")


def text_or_file(text: str, option: str) -> str:
    """A text, or what stands in the file where `@FILE` was given.

    Raises:
        InputError: The file cannot be read.
    """
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(
            f"{option}: the file {text[1:]} cannot be read: {exc}", advice=f"Give {option} TEXT or @FILE."
        ) from exc


def _input(settings: Settings, target: Target) -> AudioInput:
    model = settings.transcription_model or target.provider.transcription_model
    pcm = AudioFormat("audio/pcm", target.provider.input_rate_hz)
    return AudioInput(
        format=G711.get(settings.audio_format, pcm),
        transcription=Transcription(model=model) if model else UNSET,
        turn_detection=_turn_detection(settings, target),
    )


def _turn_detection(settings: Settings, target: Target) -> ServerVad | SemanticVad | None:
    if settings.ptt:
        return None
    # Both are said: a server whose create_response is false may still interrupt unless told not to.
    create, interrupt = settings.auto_response, settings.interrupt
    if settings.vad == "semantic" and Ability.SEMANTIC_VAD in target.provider.abilities:
        eagerness = settings.eagerness or "auto"
        return SemanticVad(eagerness=eagerness, create_response=create, interrupt_response=interrupt)
    return ServerVad(
        threshold=THRESHOLD if settings.threshold is None else settings.threshold,
        prefix_padding_ms=PREFIX_PADDING_MS
        if settings.prefix_padding_ms is None
        else settings.prefix_padding_ms,
        silence_duration_ms=SILENCE_MS if settings.silence_ms is None else settings.silence_ms,
        create_response=create,
        interrupt_response=interrupt,
    )


def _output(target: Target, form: str = "pcm16") -> AudioOutput:
    return AudioOutput(format=G711.get(form, PCM16_24KHZ), voice=target.voice or UNSET)


def _or_unset(value: _T) -> _T | UnsetType:
    return value or UNSET
