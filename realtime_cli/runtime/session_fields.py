"""Fields of a session and wishes for one answer, from settings and options as people write them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from realtime_cli.config.settings import Settings
from realtime_cli.errors import ConfigError
from realtime_cli.protocol import (
    AudioConfig,
    AudioInput,
    AudioOutput,
    McpTool,
    NoiseReduction,
    Reasoning,
    ResponseConfig,
    RetentionRatio,
    ServerVad,
    SessionConfig,
    ToolChoice,
    ToolChoiceFunction,
    Transcription,
)
from realtime_cli.providers.provider import Target
from realtime_cli.session.request_facts import ItemPut

_WINDOWS = (("gpt-realtime-2", 128_000), ("gpt-realtime", 32_000), ("gpt-4o", 128_000))
"""Beginning of a model's name -> what it can hold. Source: the models' pages, November 2026."""


class Asked(Struct, frozen=True):
    """What one call of `send-text` asks for besides its prompt."""

    opening: tuple[ItemPut, ...] = ()
    streamed: tuple[bytes, ...] = ()
    response: ResponseConfig | None = None


def with_fields(settings: Settings, config: SessionConfig) -> SessionConfig:
    """The session with every optional field the settings name.

    Raises:
        ConfigError: A value cannot be understood.
    """
    top: dict[str, Any] = {
        "max_output_tokens": settings.max_tokens,
        "tool_choice": tool_choice(settings.tool_choice),
        "reasoning": Reasoning(effort=settings.reasoning_effort) if settings.reasoning_effort else None,
        "parallel_tool_calls": settings.parallel_tool_calls,
        "truncation": truncation(settings.truncation),
        "tracing": "auto" if settings.tracing else None,
        "include": settings.include or None,
    }
    config = replace(config, **{name: value for name, value in top.items() if value is not None})
    if settings.hosted_mcp:
        own = config.tools or ()
        config = replace(
            config,
            tools=(*own, *(mcp_tool(text, settings.hosted_mcp_approval) for text in settings.hosted_mcp)),
        )
    if config.audio:
        config = replace(config, audio=_with_sound_fields(settings, config.audio))
    return config


def with_sound(settings: Settings, config: SessionConfig) -> SessionConfig:
    """The session with the optional fields of a session that only listens: those of its sound."""
    if settings.include:
        config = replace(config, include=settings.include)
    return replace(config, audio=_with_sound_fields(settings, config.audio)) if config.audio else config


def limits_of(settings: Settings, target: Target | None = None) -> dict[str, Any]:
    """Fields of a wish about retries, context and hosted tools."""
    model = target.model if target is not None else settings.model or ""
    window = settings.context_window
    if window is None and target is not None:
        window = target.provider.context_window_tokens
    if not window:
        window = next((size for name, size in _WINDOWS if model.startswith(name)), 0)
    fields: dict[str, Any] = {
        "context_window_tokens": window,
        "context_policy": settings.context_policy,
        "hosted_approval": {"ask": None, "always": True, "never": False}[settings.hosted_mcp_approval],
    }
    if settings.retry is not None:
        fields |= {"tries": settings.retry, "max_retries": settings.retry, "patient": settings.retry > 0}
    return fields


def tool_choice(text: str | None) -> ToolChoice | None:
    """`auto`, `none`, `required`, or the name of the function that must be called."""
    if text is None or text in ("auto", "none", "required"):
        return text  # type: ignore[return-value]
    return ToolChoiceFunction(text)


def truncation(text: str | None) -> Any:
    """`auto`, `disabled`, or the share of the context to keep, such as 0.8.

    Raises:
        ConfigError: None of these.
    """
    if text is None or text in ("auto", "disabled"):
        return text
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1.0
    if not 0 < ratio <= 1:
        raise ConfigError(f"truncation: {text!r} is neither auto nor disabled nor a share such as 0.8")
    return RetentionRatio(retention_ratio=ratio)


def mcp_tool(text: str, approval: str) -> McpTool:
    """`LABEL=URL`: an MCP server that the provider calls by itself.

    Raises:
        ConfigError: Not of this form.
    """
    label, equals, url = text.partition("=")
    if not equals or not label or "://" not in url:
        raise ConfigError(
            "hosted_mcp: expected LABEL=URL", advice="Example: --hosted-mcp docs=https://example.org/mcp"
        )
    # Whether to ask is decided here, so that the answer may differ from call to call.
    return McpTool(
        server_label=label, server_url=url, require_approval="never" if approval == "always" else "always"
    )


def metadata(pairs: list[str] | None) -> dict[str, str]:
    """`k=v` pairs, at most 16, keys up to 64 and values up to 512 characters.

    Raises:
        ConfigError: Not of this form, or too many.
    """
    found: dict[str, str] = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key or len(key) > 64 or len(value) > 512:
            raise ConfigError(
                f"--metadata {pair[:60]!r}: expected KEY=VALUE, at most 64 and 512 characters",
                advice="Example: --metadata topic=billing",
            )
        found[key] = value
    if len(found) > 16:
        raise ConfigError("--metadata: at most 16 pairs")
    return found


def _with_sound_fields(settings: Settings, audio: AudioConfig) -> AudioConfig:
    audio_in, audio_out = audio.input or AudioInput(), audio.output
    if settings.noise_reduction is not None:
        kind = settings.noise_reduction
        audio_in = replace(audio_in, noise_reduction=None if kind == "off" else NoiseReduction(type=kind))
    said: dict[str, Any] = {
        "language": settings.language,
        "prompt": settings.transcription_prompt,
        "keywords": settings.keywords or None,
        "delay": settings.transcription_delay,
    }
    said = {name: value for name, value in said.items() if value is not None}
    if said:
        audio_in = replace(audio_in, transcription=replace(audio_in.transcription or Transcription(), **said))
    if settings.idle_timeout_ms is not None and isinstance(audio_in.turn_detection, ServerVad):
        detection = replace(audio_in.turn_detection, idle_timeout_ms=settings.idle_timeout_ms)
        audio_in = replace(audio_in, turn_detection=detection)
    if settings.speed is not None:
        audio_out = replace(audio_out or AudioOutput(), speed=settings.speed)
    return replace(audio, input=audio_in, output=audio_out)
