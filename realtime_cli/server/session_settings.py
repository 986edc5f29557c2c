"""A session's settings: the defaults, and whether a `session.update` may be applied. All of it or nothing.

Source of the defaults: the `session.created` example of the OpenAPI specification; of the ranges: the docstrings of
the session types. What this server cannot do is refused here, so that no client believes in it.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.server.options import ServerOptions
from realtime_cli.server.refused import Refused

FORMATS = ("audio/pcm", "audio/pcmu", "audio/pcma")
PCM_RATES_HZ = (8_000, 16_000, 24_000, 32_000, 48_000)
"""The hosted service takes 24 kHz only; telephones and other services' clients send the others."""

MAX_OUTPUT_TOKENS = 4096
MAX_SILENCE_MS = 10_000
MAX_PADDING_MS = 5_000
IDLE_RANGE_MS = (1_000, 60_000)
DEFAULT_VAD = p.ServerVad(
    threshold=0.5,
    prefix_padding_ms=300,
    silence_duration_ms=500,
    idle_timeout_ms=None,
    create_response=True,
    interrupt_response=True,
)
_SEMANTIC_DEFAULT = p.SemanticVad(eagerness="auto", create_response=True, interrupt_response=True)


def default_settings(
    options: ServerOptions, session_id: str, expires_at: int, transcription: bool
) -> p.SessionConfig:
    """What `session.created` shows.

    Args:
        expires_at: Seconds since 1970.
        transcription: The session only listens.
    """
    audio_in = p.AudioInput(
        format=p.PCM16_24KHZ, transcription=None, noise_reduction=None, turn_detection=DEFAULT_VAD
    )
    if transcription:
        return p.SessionConfig(
            type="transcription",
            object="realtime.transcription_session",
            id=session_id,
            expires_at=expires_at,
            audio=p.AudioConfig(input=replace(audio_in, transcription=p.Transcription(model=options.model))),
        )
    return p.SessionConfig(
        type="realtime",
        object="realtime.session",
        id=session_id,
        model=options.model,
        expires_at=expires_at,
        output_modalities=("audio",),
        instructions=options.instructions,
        audio=p.AudioConfig(
            input=audio_in,
            output=p.AudioOutput(format=p.PCM16_24KHZ, voice=options.voice, speed=1.0),
        ),
        tools=(),
        tool_choice="auto",
        max_output_tokens="inf",
        truncation="auto",
        tracing=None,
        include=None,
    )


def updated(
    now: p.SessionConfig,
    change: p.SessionConfig,
    options: ServerOptions,
    *,
    voice_locked: bool = False,
    untouched: bool = True,
) -> p.SessionConfig:
    """The settings after an update.

    Args:
        now: Effective settings.
        change: What the client wants changed.
        voice_locked: The model has spoken already.
        untouched: Nothing has happened in the conversation yet, so the session's kind may still change.

    Raises:
        Refused: Something in it cannot be; nothing is applied.
    """
    if change.type != now.type:
        if not untouched:
            raise Refused("The type of a session cannot be changed once it is in use.", param="session.type")
        now = _other_kind(now, options)
    if change.type == "transcription":
        _check_listening_only(change)
    check_modalities(change.output_modalities, "session.output_modalities")
    check_token_limit(change.max_output_tokens, "session.max_output_tokens")
    check_tools(change.tools, "session.tools")
    check_audio(change.audio, "session.audio", strict=options.strict_ga)
    _check_language(change.audio, options)
    for name, wanted in (("reasoning", change.reasoning), ("prompt", change.prompt)):
        if wanted is not UNSET and wanted is not None:
            raise Refused("Unsupported option for this model.", param=f"session.{name}")
    # `model` is fixed for good; a change of it is not refused but has no effect, as at the hosted service.
    after = replace(_completed(p.merge(now, change)), model=now.model)
    _check_choice(after)
    if voice_locked and _voice(after) != _voice(now):
        raise Refused(
            "Cannot update a conversation's voice if assistant audio is present.",
            code="cannot_update_voice",
            param="session.audio.output.voice",
        )
    return after


def _check_listening_only(change: p.SessionConfig) -> None:
    """A transcription session has an input and nothing that answers."""
    allowed = ("type", "model", "include", "audio", *p.SERVER_OWNED)
    for name in change.__struct_fields__:
        if name not in allowed and getattr(change, name) is not UNSET:
            raise Refused(
                f"Unknown parameter: 'session.{name}'.", code="unknown_parameter", param=f"session.{name}"
            )
    if isinstance(change.audio, p.AudioConfig) and change.audio.output is not UNSET:
        raise Refused(
            "Unknown parameter: 'session.audio.output'.",
            code="unknown_parameter",
            param="session.audio.output",
        )


def _check_language(audio: p.AudioConfig | UnsetType, options: ServerOptions) -> None:
    """What the ears do not understand is refused, so that nobody waits for words that cannot come."""
    audio_in = audio.input if isinstance(audio, p.AudioConfig) else UNSET
    wanted = audio_in.transcription if isinstance(audio_in, p.AudioInput) else UNSET
    language = wanted.language if isinstance(wanted, p.Transcription) else UNSET
    if not isinstance(language, str) or not language or not options.languages:
        return
    if language.lower().split("-")[0] not in options.languages:
        raise Refused(
            f"Language '{language}' is not supported by this server. Supported are: "
            f"{', '.join(options.languages)}.",
            param="session.audio.input.transcription.language",
        )


def check_modalities(modalities: tuple[p.Modality, ...] | UnsetType, param: str) -> None:
    """GA takes one: sound with its transcript, or text."""
    if modalities is not UNSET and modalities not in (("audio",), ("text",)):
        said = ", ".join(modalities)
        raise Refused(f"Invalid modalities: [{said}]. Supported are: ['text'] and ['audio'].", param=param)


def check_token_limit(limit: p.TokenLimit | UnsetType, param: str) -> None:
    """From 1 to 4096, or "inf"."""
    if isinstance(limit, int) and not 1 <= limit <= MAX_OUTPUT_TOKENS:
        raise Refused(f"Must be between 1 and {MAX_OUTPUT_TOKENS}, or 'inf'.", param=param)


def check_tools(tools: tuple[p.Tool, ...] | UnsetType, param: str) -> None:
    """Functions only, each with a name of its own."""
    seen: set[str] = set()
    for index, tool in enumerate(tools if isinstance(tools, tuple) else ()):
        if not isinstance(tool, p.FunctionTool):
            raise Refused("MCP tools are not supported by this server.", param=f"{param}[{index}]")
        if not tool.name or tool.name in seen:
            raise Refused("Every function needs a name of its own.", param=f"{param}[{index}].name")
        seen.add(tool.name)


def check_audio(audio: p.AudioConfig | UnsetType, param: str, *, strict: bool = False) -> None:
    """Formats, speed, and the numbers of the turn detection. `strict`: PCM as the hosted service takes it only."""
    if not isinstance(audio, p.AudioConfig):
        return
    for name, side in (("input", audio.input), ("output", audio.output)):
        if isinstance(side, p.AudioInput | p.AudioOutput) and isinstance(side.format, p.AudioFormat):
            _check_format(side.format, f"{param}.{name}.format", strict=strict)
    if isinstance(audio.output, p.AudioOutput) and isinstance(audio.output.speed, float | int):
        _check_range(audio.output.speed, 0.25, 1.5, f"{param}.output.speed")
    if isinstance(audio.input, p.AudioInput) and isinstance(audio.input.turn_detection, p.ServerVad):
        _check_vad(audio.input.turn_detection, f"{param}.input.turn_detection")


def _check_format(audio_format: p.AudioFormat, param: str, *, strict: bool) -> None:
    if audio_format.type not in FORMATS:
        raise Refused(
            f"Invalid value: '{audio_format.type}'. Supported are: {', '.join(FORMATS)}.",
            param=f"{param}.type",
        )
    rates = (24_000,) if strict else PCM_RATES_HZ
    if audio_format.type == "audio/pcm" and audio_format.rate not in (UNSET, *rates):
        listed = ", ".join(str(rate) for rate in rates)
        raise Refused(f"Invalid value: the rate of PCM audio is one of {listed}.", param=f"{param}.rate")


def _check_vad(vad: p.ServerVad, param: str) -> None:
    bounds: tuple[tuple[str, float | UnsetType | None, float, float], ...] = (
        ("threshold", vad.threshold, 0.0, 1.0),
        ("prefix_padding_ms", vad.prefix_padding_ms, 0, MAX_PADDING_MS),
        ("silence_duration_ms", vad.silence_duration_ms, 0, MAX_SILENCE_MS),
        ("idle_timeout_ms", vad.idle_timeout_ms, *IDLE_RANGE_MS),
    )
    for name, value, least, most in bounds:
        if isinstance(value, float | int):
            _check_range(value, least, most, f"{param}.{name}")


def _check_range(value: float, least: float, most: float, param: str) -> None:
    if not least <= value <= most:
        raise Refused(f"Must be between {least:g} and {most:g}.", param=param)


def _check_choice(config: p.SessionConfig) -> None:
    choice = config.tool_choice
    if isinstance(choice, p.ToolChoiceMcp):
        raise Refused("MCP tools are not supported by this server.", param="session.tool_choice")
    if isinstance(choice, p.ToolChoiceFunction):
        tools = config.tools if isinstance(config.tools, tuple) else ()
        if not any(isinstance(tool, p.FunctionTool) and tool.name == choice.name for tool in tools):
            raise Refused(f"Tool '{choice.name}' not found in 'tools'.", param="session.tool_choice")


def _completed(config: p.SessionConfig) -> p.SessionConfig:
    """Fill in what a new turn detection or format left unsaid, so that nothing effective is absent."""
    audio = config.audio if isinstance(config.audio, p.AudioConfig) else p.AudioConfig()
    audio_in = audio.input if isinstance(audio.input, p.AudioInput) else p.AudioInput()
    detection = audio_in.turn_detection
    if isinstance(detection, p.ServerVad):
        audio_in = replace(audio_in, turn_detection=_filled(detection, DEFAULT_VAD))
    elif isinstance(detection, p.SemanticVad):
        audio_in = replace(audio_in, turn_detection=_filled(detection, _SEMANTIC_DEFAULT))
    if isinstance(audio_in.format, p.AudioFormat):
        audio_in = replace(audio_in, format=_rated(audio_in.format))
    audio = replace(audio, input=audio_in)
    if isinstance(audio.output, p.AudioOutput) and isinstance(audio.output.format, p.AudioFormat):
        audio = replace(audio, output=replace(audio.output, format=_rated(audio.output.format)))
    return replace(config, audio=audio)


def _filled(detection: p.TurnDetection, defaults: p.TurnDetection) -> p.TurnDetection:
    unsaid = {
        name: getattr(defaults, name)
        for name in detection.__struct_fields__
        if getattr(detection, name) is UNSET
    }
    return replace(detection, **unsaid)


def _rated(audio_format: p.AudioFormat) -> p.AudioFormat:
    """With its rate, which only PCM has."""
    if audio_format.type != "audio/pcm":
        return p.AudioFormat(audio_format.type)
    return p.PCM16_24KHZ if audio_format.rate is UNSET else audio_format


def _voice(config: p.SessionConfig) -> object:
    audio = config.audio
    return (
        audio.output.voice
        if isinstance(audio, p.AudioConfig) and isinstance(audio.output, p.AudioOutput)
        else UNSET
    )


def _other_kind(now: p.SessionConfig, options: ServerOptions) -> p.SessionConfig:
    """The same session as the other kind: a conversation becomes a transcription or the other way round."""
    transcription = now.type == "realtime"
    expires_at = now.expires_at if isinstance(now.expires_at, int) else 0
    session_id = now.id if isinstance(now.id, str) else ""
    return default_settings(options, session_id, expires_at, transcription)
