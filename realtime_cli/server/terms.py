"""On what terms one response is made: the session's settings with the wishes of one `response.create` over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from realtime_cli import protocol as p
from realtime_cli.server.engines.contract import ToolOffer
from realtime_cli.server.refused import Refused
from realtime_cli.server.session_settings import check_audio, check_modalities, check_token_limit, check_tools

MAX_METADATA_PAIRS, MAX_METADATA_KEY_CHARS, MAX_METADATA_VALUE_CHARS = 16, 64, 512


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything decided about one response before it starts.

    Attributes:
        voice: As the client wrote it: a name or `{id}`.
        tool_choice: In the brain's words: "auto", "none", "required" or a function's name.
        max_output_tokens: A number or "inf".
        in_conversation: False for out-of-band.
        input: The context given by the client instead of the conversation; None where it gave none.
    """

    modality: Literal["audio", "text"]
    instructions: str
    voice: str | p.VoiceId
    speed: float
    format: p.AudioFormat
    tools: tuple[p.FunctionTool, ...]
    tool_choice: str
    max_output_tokens: int | Literal["inf"]
    in_conversation: bool = True
    metadata: dict[str, str] | None = None
    input: tuple[p.InputItem, ...] | None = None

    @property
    def voice_name(self) -> str:
        """The voice as one word."""
        return self.voice if isinstance(self.voice, str) else self.voice.id

    @property
    def offers(self) -> tuple[ToolOffer, ...]:
        """The tools as a brain reads them."""
        return offers(self.tools)


def offers(tools: tuple[p.Tool, ...]) -> tuple[ToolOffer, ...]:
    """Function tools as a brain reads them."""
    return tuple(
        ToolOffer(
            tool.name,
            tool.description if isinstance(tool.description, str) else "",
            tool.parameters if isinstance(tool.parameters, dict) else {},
        )
        for tool in tools
        if isinstance(tool, p.FunctionTool)
    )


def terms(session: p.SessionConfig, wish: p.ResponseConfig | UnsetType, *, strict: bool = False) -> Terms:
    """Decide the terms.

    Args:
        session: Effective settings: nothing in it is absent.
        wish: The client's `response`, or `UNSET` for a plain one.
        strict: PCM as the hosted service takes it only.

    Raises:
        Refused: A wish breaks a rule; `param` starts with `response.`.
    """
    wish = p.ResponseConfig() if wish is UNSET else wish
    check_modalities(wish.output_modalities, "response.output_modalities")
    check_token_limit(wish.max_output_tokens, "response.max_output_tokens")
    check_tools(wish.tools, "response.tools")
    check_audio(wish.audio, "response.audio", strict=strict)
    _check_metadata(wish.metadata)
    if isinstance(wish.prompt, dict):
        raise Refused("Stored prompts are not supported by this server.", param="response.prompt")
    output = _output(session.audio)
    wished = _output(wish.audio)
    tools = _first(wish.tools, session.tools, ())
    choice = _first(wish.tool_choice, session.tool_choice, "auto")
    return Terms(
        modality=_first(wish.output_modalities, session.output_modalities, ("audio",))[0],
        instructions=_first(wish.instructions, session.instructions, ""),
        voice=_first(wished.voice, output.voice, "marin"),
        speed=_first(wished.speed, output.speed, 1.0),
        format=_first(wished.format, output.format, p.PCM16_24KHZ),
        tools=tuple(tool for tool in tools if isinstance(tool, p.FunctionTool)),
        tool_choice=_choice(choice, tools),
        max_output_tokens=_first(wish.max_output_tokens, session.max_output_tokens, "inf"),
        in_conversation=wish.conversation != "none",
        metadata=wish.metadata if isinstance(wish.metadata, dict) else None,
        input=wish.input if isinstance(wish.input, tuple) else None,
    )


def _output(audio: p.AudioConfig | UnsetType) -> p.AudioOutput:
    if isinstance(audio, p.AudioConfig) and isinstance(audio.output, p.AudioOutput):
        return audio.output
    return p.AudioOutput()


def _first(*values: object) -> Any:
    return next(value for value in values if value is not UNSET)


def _choice(choice: p.ToolChoice, tools: tuple[p.Tool, ...]) -> str:
    if isinstance(choice, str):
        return choice
    if isinstance(choice, p.ToolChoiceMcp):
        raise Refused("MCP tools are not supported by this server.", param="response.tool_choice")
    if not any(isinstance(tool, p.FunctionTool) and tool.name == choice.name for tool in tools):
        raise Refused(f"Tool '{choice.name}' not found in 'tools'.", param="response.tool_choice")
    return choice.name


def _check_metadata(metadata: dict[str, str] | UnsetType | None) -> None:
    if not isinstance(metadata, dict):
        return
    if len(metadata) > MAX_METADATA_PAIRS:
        raise Refused(f"Metadata has at most {MAX_METADATA_PAIRS} pairs.", param="response.metadata")
    for key, value in metadata.items():
        if len(key) > MAX_METADATA_KEY_CHARS or len(value) > MAX_METADATA_VALUE_CHARS:
            raise Refused(
                f"Metadata keys have at most {MAX_METADATA_KEY_CHARS} characters, "
                f"values {MAX_METADATA_VALUE_CHARS}.",
                param="response.metadata",
            )
