"""The response: what a client asks for, what a server reports, and what it cost in tokens."""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from realtime_cli.protocol.items import InputItem, Item
from realtime_cli.protocol.session_config import AudioConfig, Modality, Reasoning, TokenLimit
from realtime_cli.protocol.tools import Tool, ToolChoice

ConversationChoice: TypeAlias = Literal["auto", "none"]


class _Part(Struct, frozen=True, kw_only=True):
    pass


class ResponseConfig(_Part, frozen=True, kw_only=True):
    """Wishes for one response; what is absent comes from the session.

    Attributes:
        instructions: Replace the session's for this response.
        audio: Only `output.format` and `output.voice` count.
        conversation: `none` keeps the response out of the conversation ("out of band").
        metadata: At most 16 pairs, keys up to 64 and values up to 512 characters; echoed in created and done.
        input: The whole context instead of the conversation; `()` means no context.
    """

    output_modalities: tuple[Modality, ...] | UnsetType = UNSET
    instructions: str | UnsetType = UNSET
    audio: AudioConfig | UnsetType = UNSET
    tools: tuple[Tool, ...] | UnsetType = UNSET
    tool_choice: ToolChoice | UnsetType = UNSET
    max_output_tokens: TokenLimit | UnsetType = UNSET
    conversation: ConversationChoice | UnsetType = UNSET
    metadata: dict[str, str] | UnsetType | None = UNSET
    input: tuple[InputItem, ...] | UnsetType = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
    prompt: dict[str, Any] | UnsetType | None = UNSET


class CachedTokenDetails(_Part, frozen=True, kw_only=True):
    """Cached input tokens by kind; a part of the input tokens, not beside them."""

    text_tokens: int = 0
    audio_tokens: int = 0
    image_tokens: int = 0


class InputTokenDetails(_Part, frozen=True, kw_only=True):
    """Input tokens by kind."""

    text_tokens: int = 0
    audio_tokens: int = 0
    image_tokens: int = 0
    cached_tokens: int = 0
    cached_tokens_details: CachedTokenDetails | UnsetType = UNSET


class OutputTokenDetails(_Part, frozen=True, kw_only=True):
    """Output tokens by kind."""

    text_tokens: int = 0
    audio_tokens: int = 0


class Usage(_Part, frozen=True, kw_only=True):
    """Tokens of one response. Details are absent where a server does not give them."""

    total_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    input_token_details: InputTokenDetails | UnsetType = UNSET
    output_token_details: OutputTokenDetails | UnsetType = UNSET


class ResponseError(_Part, frozen=True, kw_only=True):
    """Why a response failed. Quota and rate limits often come only here, without an `error` event."""

    type: str | UnsetType | None = UNSET
    code: str | UnsetType | None = UNSET
    message: str | UnsetType | None = UNSET


class StatusDetails(_Part, frozen=True, kw_only=True):
    """More about the end of a response.

    Attributes:
        type: Repeats the status.
        reason: `turn_detected`, `client_cancelled`, `max_output_tokens` or `content_filter`.
        error: Only with status `failed`.
    """

    type: str | UnsetType | None = UNSET
    reason: str | UnsetType | None = UNSET
    error: ResponseError | UnsetType | None = UNSET


class Response(_Part, frozen=True, kw_only=True):
    """A response as a server reports it in `response.created` and `response.done`.

    Attributes:
        status: `in_progress`, `completed`, `cancelled`, `failed` or `incomplete`.
        output: Items without audio bytes.
        conversation_id: None out of band.
        usage: None until it is done.
    """

    id: str = ""
    object: str = "realtime.response"
    status: str | UnsetType = UNSET
    status_details: StatusDetails | UnsetType | None = UNSET
    output: tuple[Item, ...] = ()
    conversation_id: str | UnsetType | None = UNSET
    output_modalities: tuple[Modality, ...] | UnsetType = UNSET
    audio: AudioConfig | UnsetType = UNSET
    max_output_tokens: TokenLimit | UnsetType | None = UNSET
    metadata: dict[str, str] | UnsetType | None = UNSET
    usage: Usage | UnsetType | None = UNSET
