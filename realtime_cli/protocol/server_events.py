"""What a server may say, besides the life of a response (`response_events.py`)."""

from typing import Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from realtime_cli.protocol.event import ServerSaying, Unrecognized
from realtime_cli.protocol.items import Item
from realtime_cli.protocol.response_events import ResponseEvent
from realtime_cli.protocol.session_config import SessionConfig


class SessionCreated(ServerSaying, tag="session.created", frozen=True):
    """The first word of a server."""

    session: SessionConfig


class SessionUpdated(ServerSaying, tag="session.updated", frozen=True):
    """The full effective settings. Does not name the update it answers."""

    session: SessionConfig


class Conversation(Struct, frozen=True, kw_only=True):
    """The default conversation."""

    id: str | UnsetType = UNSET
    object: str = "realtime.conversation"


class ConversationCreated(ServerSaying, tag="conversation.created", frozen=True):
    """Some servers name the conversation after `session.created`."""

    conversation: Conversation


class _WithItem(ServerSaying, frozen=True):
    item: Item
    previous_item_id: str | UnsetType | None = UNSET


class ConversationItemAdded(_WithItem, tag="conversation.item.added", frozen=True):
    """An item is in the conversation; may come twice. Beta's `conversation.item.created` is read as this."""


class ConversationItemDone(_WithItem, tag="conversation.item.done", frozen=True):
    """An item will not change any more. Beta has no such event."""


class ConversationItemCreated(_WithItem, tag="conversation.item.created", frozen=True):
    """Old spelling of `added` that GA still allows: can be said, is never read (reading gives `added`)."""


class ConversationItemRetrieved(ServerSaying, tag="conversation.item.retrieved", frozen=True):
    """An item with its audio bytes."""

    item: Item


class ConversationItemDeleted(ServerSaying, tag="conversation.item.deleted", frozen=True):
    """An item is gone."""

    item_id: str = ""


class ConversationItemTruncated(ServerSaying, tag="conversation.item.truncated", frozen=True):
    """An item's audio ends here now, and its transcript is gone."""

    item_id: str = ""
    content_index: int = 0
    audio_end_ms: int = 0


class ConversationItemInputAudioTranscriptionDelta(
    ServerSaying, tag="conversation.item.input_audio_transcription.delta", frozen=True
):
    """More of the user's words; any time after `committed`."""

    item_id: str = ""
    content_index: int = 0
    delta: str = ""
    logprobs: tuple[dict[str, Any], ...] | UnsetType | None = UNSET


class ConversationItemInputAudioTranscriptionCompleted(
    ServerSaying, tag="conversation.item.input_audio_transcription.completed", frozen=True
):
    """All of the user's words. Some servers repeat it with more: replace, do not append.

    Attributes:
        usage: `{type: "tokens", ...}` or `{type: "duration", seconds}`; billed apart from responses.
    """

    item_id: str = ""
    content_index: int = 0
    transcript: str = ""
    usage: dict[str, Any] | UnsetType | None = UNSET
    logprobs: tuple[dict[str, Any], ...] | UnsetType | None = UNSET
    languages: tuple[dict[str, Any], ...] | UnsetType | None = UNSET


class ErrorDetail(Struct, frozen=True, kw_only=True):
    """What went wrong.

    Attributes:
        type: `invalid_request_error`, `server_error`, ...; some servers put the code here.
        code: Machine-readable, or None.
        param: Dotted path of the parameter, or None.
        event_id: The client event at fault, or None even if there is one.
    """

    type: str = ""
    message: str = ""
    code: str | UnsetType | None = UNSET
    param: str | UnsetType | None = UNSET
    event_id: str | UnsetType | None = UNSET


class ConversationItemInputAudioTranscriptionFailed(
    ServerSaying, tag="conversation.item.input_audio_transcription.failed", frozen=True
):
    """The user's words could not be written down. The conversation goes on."""

    error: ErrorDetail
    item_id: str = ""
    content_index: int = 0


class ConversationItemInputAudioTranscriptionSegment(
    ServerSaying, tag="conversation.item.input_audio_transcription.segment", frozen=True
):
    """One speaker's piece of the input; `start` and `end` in seconds."""

    item_id: str = ""
    content_index: int = 0
    id: str = ""
    text: str = ""
    speaker: str = ""
    start: float = 0.0
    end: float = 0.0


class InputAudioBufferCommitted(ServerSaying, tag="input_audio_buffer.committed", frozen=True):
    """The buffer became the user message `item_id`."""

    item_id: str = ""
    previous_item_id: str | UnsetType | None = UNSET


class InputAudioBufferCleared(ServerSaying, tag="input_audio_buffer.cleared", frozen=True):
    """The buffer is empty."""


class InputAudioBufferSpeechStarted(ServerSaying, tag="input_audio_buffer.speech_started", frozen=True):
    """The user began to speak, `audio_start_ms` into all input so far. `item_id` is the message to come."""

    item_id: str = ""
    audio_start_ms: int = 0


class InputAudioBufferSpeechStopped(ServerSaying, tag="input_audio_buffer.speech_stopped", frozen=True):
    """The user fell silent, `audio_end_ms` into all input so far."""

    item_id: str = ""
    audio_end_ms: int = 0


class InputAudioBufferTimeoutTriggered(ServerSaying, tag="input_audio_buffer.timeout_triggered", frozen=True):
    """Nobody spoke for the idle timeout; the model will."""

    item_id: str = ""
    audio_start_ms: int = 0
    audio_end_ms: int = 0


class InputAudioBufferDtmfEventReceived(
    ServerSaying, tag="input_audio_buffer.dtmf_event_received", frozen=True
):
    """A telephone key, at `received_at` seconds since 1970. SIP only."""

    event: str = ""
    received_at: int = 0


class OutputAudioBufferStarted(ServerSaying, tag="output_audio_buffer.started", frozen=True):
    """The server began to play. WebRTC and SIP only."""

    response_id: str = ""


class OutputAudioBufferStopped(ServerSaying, tag="output_audio_buffer.stopped", frozen=True):
    """The server has played all. WebRTC and SIP only."""

    response_id: str = ""


class OutputAudioBufferCleared(ServerSaying, tag="output_audio_buffer.cleared", frozen=True):
    """The server stopped playing. WebRTC and SIP only."""

    response_id: str = ""


class McpListToolsInProgress(ServerSaying, tag="mcp_list_tools.in_progress", frozen=True):
    """The provider asks an MCP server for its tools."""

    item_id: str = ""


class McpListToolsCompleted(ServerSaying, tag="mcp_list_tools.completed", frozen=True):
    """The tools are known."""

    item_id: str = ""


class McpListToolsFailed(ServerSaying, tag="mcp_list_tools.failed", frozen=True):
    """The tools could not be asked for. No reason to stop talking."""

    item_id: str = ""


class RateLimit(Struct, frozen=True, kw_only=True):
    """One limit: `requests` or `tokens`."""

    name: str = ""
    limit: int | UnsetType = UNSET
    remaining: int | UnsetType = UNSET
    reset_seconds: float | UnsetType = UNSET


class RateLimitsUpdated(ServerSaying, tag="rate_limits.updated", frozen=True):
    """What is left of the limits. Comes at no fixed place."""

    rate_limits: tuple[RateLimit, ...] = ()


class ErrorEvent(ServerSaying, tag="error", frozen=True):
    """Something went wrong; most of the time the session stays open."""

    error: ErrorDetail


KnownServerEvent: TypeAlias = (
    SessionCreated
    | SessionUpdated
    | ConversationCreated
    | ConversationItemAdded
    | ConversationItemDone
    | ConversationItemCreated
    | ConversationItemRetrieved
    | ConversationItemDeleted
    | ConversationItemTruncated
    | ConversationItemInputAudioTranscriptionDelta
    | ConversationItemInputAudioTranscriptionCompleted
    | ConversationItemInputAudioTranscriptionFailed
    | ConversationItemInputAudioTranscriptionSegment
    | InputAudioBufferCommitted
    | InputAudioBufferCleared
    | InputAudioBufferSpeechStarted
    | InputAudioBufferSpeechStopped
    | InputAudioBufferTimeoutTriggered
    | InputAudioBufferDtmfEventReceived
    | OutputAudioBufferStarted
    | OutputAudioBufferStopped
    | OutputAudioBufferCleared
    | McpListToolsInProgress
    | McpListToolsCompleted
    | McpListToolsFailed
    | RateLimitsUpdated
    | ErrorEvent
    | ResponseEvent
)
ServerEvent: TypeAlias = KnownServerEvent | Unrecognized
