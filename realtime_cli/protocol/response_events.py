"""What a server may say about a response: its life, its parts, and what flows in them.

Ids and indices default to "" and 0, because some servers leave them out. All `.done`
events also come for an interrupted response.
"""

from typing import TypeAlias

from msgspec import UNSET, UnsetType

from realtime_cli.protocol.event import ServerSaying
from realtime_cli.protocol.items import ContentPart, Item
from realtime_cli.protocol.response import Response


class ResponseCreated(ServerSaying, tag="response.created", frozen=True):
    """A response begins: `in_progress`, no output, usage None. Some servers never send it."""

    response: Response


class ResponseDone(ServerSaying, tag="response.done", frozen=True):
    """A response ended, however it ended."""

    response: Response


class ResponseOutputItemAdded(ServerSaying, tag="response.output_item.added", frozen=True):
    """An item of the answer begins."""

    item: Item
    response_id: str = ""
    output_index: int = 0


class ResponseOutputItemDone(ServerSaying, tag="response.output_item.done", frozen=True):
    """An item of the answer is complete; the place to run a function call from."""

    item: Item
    response_id: str = ""
    output_index: int = 0


class _InContent(ServerSaying, frozen=True):
    response_id: str = ""
    item_id: str = ""
    output_index: int = 0
    content_index: int = 0


class ResponseContentPartAdded(_InContent, tag="response.content_part.added", frozen=True):
    """A content part begins."""

    part: ContentPart = ContentPart()


class ResponseContentPartDone(_InContent, tag="response.content_part.done", frozen=True):
    """A content part is complete."""

    part: ContentPart = ContentPart()


class ResponseOutputTextDelta(_InContent, tag="response.output_text.delta", frozen=True):
    """More written text."""

    delta: str = ""


class ResponseOutputTextDone(_InContent, tag="response.output_text.done", frozen=True):
    """The whole written text."""

    text: str = ""


class ResponseOutputAudioDelta(_InContent, tag="response.output_audio.delta", frozen=True):
    """More sound, faster than real time. Third parties may split in the middle of a sample."""

    delta: bytes = b""


class ResponseOutputAudioDone(_InContent, tag="response.output_audio.done", frozen=True):
    """No more sound in this part."""


class ResponseOutputAudioTranscriptDelta(
    _InContent, tag="response.output_audio_transcript.delta", frozen=True
):
    """More words of the sound, ahead of it."""

    delta: str = ""


class ResponseOutputAudioTranscriptDone(_InContent, tag="response.output_audio_transcript.done", frozen=True):
    """All words of the sound."""

    transcript: str = ""


class ResponseFunctionCallArgumentsDelta(
    ServerSaying, tag="response.function_call_arguments.delta", frozen=True
):
    """More of a call's arguments, as JSON text."""

    response_id: str = ""
    item_id: str = ""
    output_index: int = 0
    call_id: str = ""
    delta: str = ""


class ResponseFunctionCallArgumentsDone(
    ServerSaying, tag="response.function_call_arguments.done", frozen=True
):
    """A call's arguments are complete, or cut off if the response was interrupted.

    Attributes:
        name: Absent in beta and at some GA servers; `response.output_item.done` has it everywhere.
    """

    response_id: str = ""
    item_id: str = ""
    output_index: int = 0
    call_id: str = ""
    arguments: str = ""
    name: str | UnsetType = UNSET


class ResponseMcpCallArgumentsDelta(ServerSaying, tag="response.mcp_call_arguments.delta", frozen=True):
    """More of an MCP call's arguments."""

    response_id: str = ""
    item_id: str = ""
    output_index: int = 0
    delta: str = ""


class ResponseMcpCallArgumentsDone(ServerSaying, tag="response.mcp_call_arguments.done", frozen=True):
    """An MCP call's arguments are complete."""

    response_id: str = ""
    item_id: str = ""
    output_index: int = 0
    arguments: str = ""


class ResponseMcpCallInProgress(ServerSaying, tag="response.mcp_call.in_progress", frozen=True):
    """The provider calls an MCP tool."""

    item_id: str = ""
    output_index: int = 0


class ResponseMcpCallCompleted(ServerSaying, tag="response.mcp_call.completed", frozen=True):
    """An MCP tool answered."""

    item_id: str = ""
    output_index: int = 0


class ResponseMcpCallFailed(ServerSaying, tag="response.mcp_call.failed", frozen=True):
    """An MCP tool did not answer."""

    item_id: str = ""
    output_index: int = 0


ResponseEvent: TypeAlias = (
    ResponseCreated
    | ResponseDone
    | ResponseOutputItemAdded
    | ResponseOutputItemDone
    | ResponseContentPartAdded
    | ResponseContentPartDone
    | ResponseOutputTextDelta
    | ResponseOutputTextDone
    | ResponseOutputAudioDelta
    | ResponseOutputAudioDone
    | ResponseOutputAudioTranscriptDelta
    | ResponseOutputAudioTranscriptDone
    | ResponseFunctionCallArgumentsDelta
    | ResponseFunctionCallArgumentsDone
    | ResponseMcpCallArgumentsDelta
    | ResponseMcpCallArgumentsDone
    | ResponseMcpCallInProgress
    | ResponseMcpCallCompleted
    | ResponseMcpCallFailed
)
