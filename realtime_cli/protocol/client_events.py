"""What a client may say: ten events, and an eleventh that belongs to WebRTC."""

from typing import TypeAlias

from msgspec import UNSET, UnsetType

from realtime_cli.protocol.event import ClientSaying
from realtime_cli.protocol.items import Item
from realtime_cli.protocol.response import ResponseConfig
from realtime_cli.protocol.session_config import SessionConfig


class SessionUpdate(ClientSaying, tag="session.update", frozen=True):
    """Change what is present in `session`. Answered by `session.updated`, or refused as a whole."""

    session: SessionConfig


class InputAudioBufferAppend(ClientSaying, tag="input_audio_buffer.append", frozen=True):
    """More sound, at most 15 MiB, in the session's input format. Never answered."""

    audio: bytes


class InputAudioBufferCommit(ClientSaying, tag="input_audio_buffer.commit", frozen=True):
    """The buffer becomes a user message. Refused below 100 ms."""


class InputAudioBufferClear(ClientSaying, tag="input_audio_buffer.clear", frozen=True):
    """Forget the buffer."""


class ConversationItemCreate(ClientSaying, tag="conversation.item.create", frozen=True):
    """Put an item into the conversation.

    Attributes:
        previous_item_id: The item before it; "root" for the front, absent for the end.
    """

    item: Item
    previous_item_id: str | UnsetType | None = UNSET


class ConversationItemRetrieve(ClientSaying, tag="conversation.item.retrieve", frozen=True):
    """Ask for an item with its audio."""

    item_id: str


class ConversationItemDelete(ClientSaying, tag="conversation.item.delete", frozen=True):
    """Forget an item."""

    item_id: str


class ConversationItemTruncate(ClientSaying, tag="conversation.item.truncate", frozen=True):
    """Tell the server how much of an assistant's audio was heard; the rest and its transcript go.

    Attributes:
        content_index: 0 in practice.
        audio_end_ms: Heard milliseconds, inclusive; more than there are is an error.
    """

    item_id: str
    content_index: int
    audio_end_ms: int


class ResponseCreate(ClientSaying, tag="response.create", frozen=True):
    """Ask for an answer. One at a time in the default conversation."""

    response: ResponseConfig | UnsetType = UNSET


class ResponseCancel(ClientSaying, tag="response.cancel", frozen=True):
    """Stop an answer: the one named, or the running one."""

    response_id: str | UnsetType = UNSET


class OutputAudioBufferClear(ClientSaying, tag="output_audio_buffer.clear", frozen=True):
    """Stop what a WebRTC or SIP server is playing. Never sent over a WebSocket."""


ClientEvent: TypeAlias = (
    SessionUpdate
    | InputAudioBufferAppend
    | InputAudioBufferCommit
    | InputAudioBufferClear
    | ConversationItemCreate
    | ConversationItemRetrieve
    | ConversationItemDelete
    | ConversationItemTruncate
    | ResponseCreate
    | ResponseCancel
    | OutputAudioBufferClear
)
