"""Conversation items and their content parts, in GA spelling.

Tags are the wire's `type`. Beta's short content names (`text`, `audio`) are translated when they are read.
Source: the item types of `openai.types.realtime` and, for `phase`, what live 2.x models add.
"""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
ImageDetail: TypeAlias = Literal["auto", "low", "high"]


class _Part(Struct, frozen=True, tag_field="type"):
    pass


class InputText(_Part, tag="input_text", frozen=True):
    """Text said by the user or the system."""

    text: str


class InputAudio(_Part, tag="input_audio", frozen=True):
    """Sound said by the user.

    Attributes:
        audio: Samples in the session's input format; absent in everything a server sends but `retrieved`.
        transcript: None until transcription has finished.
    """

    audio: bytes | UnsetType = UNSET
    transcript: str | UnsetType | None = UNSET


class InputImage(_Part, tag="input_image", frozen=True):
    """A picture, PNG or JPEG, as a `data:` URI."""

    image_url: str
    detail: ImageDetail | UnsetType = UNSET


class OutputText(_Part, tag="output_text", frozen=True):
    """Text said by the model."""

    text: str = ""


class OutputAudio(_Part, tag="output_audio", frozen=True):
    """Sound said by the model.

    Attributes:
        audio: Samples in the session's output format; only in `retrieved`.
        transcript: The words of it; gone after a truncation.
    """

    audio: bytes | UnsetType = UNSET
    transcript: str | UnsetType | None = UNSET


Content: TypeAlias = InputText | InputAudio | InputImage | OutputText | OutputAudio


class _Item(Struct, frozen=True, kw_only=True, tag_field="type"):
    id: str | UnsetType = UNSET


class _ConversationItem(_Item, frozen=True, kw_only=True):
    object: str = "realtime.item"
    status: str | UnsetType = UNSET


class MessageItem(_ConversationItem, tag="message", frozen=True, kw_only=True):
    """Somebody said something.

    Attributes:
        id: Chosen by the client, or by the server where it is absent.
        role: `tool` is only ever read (some servers echo it).
        content: The parts in order; empty while an answer begins.
        status: `in_progress`, `completed` or `incomplete`; without effect on input.
        phase: `commentary` or `final_answer` from 2.x models.
    """

    role: Role
    content: tuple[Content, ...] = ()
    phase: str | UnsetType | None = UNSET


class FunctionCallItem(_ConversationItem, tag="function_call", frozen=True, kw_only=True):
    """The model wants a function run.

    Attributes:
        call_id: Ties the output to the call; at most 32 characters.
        name: The function's name.
        arguments: A JSON object as text; may be cut off when the response was interrupted.
    """

    call_id: str = ""
    name: str = ""
    arguments: str = ""


class FunctionCallOutputItem(_ConversationItem, tag="function_call_output", frozen=True, kw_only=True):
    """What a function returned.

    Attributes:
        call_id: The call it answers.
        output: Any text, JSON by custom.
    """

    call_id: str = ""
    output: str = ""


class McpToolDescription(Struct, frozen=True, kw_only=True):
    """One tool of an MCP server."""

    name: str
    input_schema: Any = None
    description: str | UnsetType | None = UNSET
    annotations: Any = UNSET


class McpListToolsItem(_Item, tag="mcp_list_tools", frozen=True, kw_only=True):
    """The tools that an MCP server offers."""

    server_label: str = ""
    tools: tuple[McpToolDescription, ...] = ()


class McpCallItem(_Item, tag="mcp_call", frozen=True, kw_only=True):
    """A tool call made by the provider itself.

    Attributes:
        error: `{type, message, code?}` or None.
        output: None while it runs and where it failed.
    """

    server_label: str = ""
    name: str = ""
    arguments: str = ""
    approval_request_id: str | UnsetType | None = UNSET
    error: dict[str, Any] | UnsetType | None = UNSET
    output: str | UnsetType | None = UNSET


class McpApprovalRequestItem(_Item, tag="mcp_approval_request", frozen=True, kw_only=True):
    """The provider asks the user before it calls a tool."""

    server_label: str = ""
    name: str = ""
    arguments: str = ""


class McpApprovalResponseItem(_Item, tag="mcp_approval_response", frozen=True, kw_only=True):
    """The user's answer to an approval request. The client must choose an `id`."""

    approval_request_id: str
    approve: bool
    reason: str | UnsetType | None = UNSET


class ItemReference(_Item, tag="item_reference", frozen=True, kw_only=True):
    """An existing item named by its id; only inside the `input` of a response."""


Item: TypeAlias = (
    MessageItem
    | FunctionCallItem
    | FunctionCallOutputItem
    | McpListToolsItem
    | McpCallItem
    | McpApprovalRequestItem
    | McpApprovalResponseItem
)
InputItem: TypeAlias = Item | ItemReference


class ContentPart(Struct, frozen=True, kw_only=True):
    """A part of an answer as `response.content_part.*` names it: short kinds in both dialects.

    Attributes:
        type: `text` or `audio`.
    """

    type: str = "text"
    text: str | UnsetType = UNSET
    transcript: str | UnsetType | None = UNSET
    audio: bytes | UnsetType = UNSET
