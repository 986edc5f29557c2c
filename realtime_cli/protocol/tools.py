"""What a session offers the model to call, and how the model may choose."""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType


class _Tool(Struct, frozen=True, kw_only=True, tag_field="type"):
    pass


class FunctionTool(_Tool, tag="function", frozen=True, kw_only=True):
    """A function that the client runs.

    Attributes:
        name: Unique in its session.
        description: When and how to call it, for the model.
        parameters: JSON Schema of the arguments object.
    """

    name: str
    description: str | UnsetType = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET


class McpTool(_Tool, tag="mcp", frozen=True, kw_only=True):
    """A Model Context Protocol server that the provider calls by itself (GA only).

    Attributes:
        server_label: Name in events. One of `server_url`, `connector_id`, `tunnel_id` says where it is.
        authorization: A token: never show it.
        headers: May hold secrets too.
        allowed_tools: Tool names, or a filter `{tool_names, read_only}`.
        require_approval: `always`, `never`, or `{always: filter, never: filter}`.
    """

    server_label: str
    server_url: str | UnsetType = UNSET
    connector_id: str | UnsetType = UNSET
    tunnel_id: str | UnsetType = UNSET
    server_description: str | UnsetType = UNSET
    authorization: str | UnsetType = UNSET
    headers: dict[str, str] | UnsetType | None = UNSET
    allowed_tools: tuple[str, ...] | dict[str, Any] | UnsetType | None = UNSET
    allowed_callers: tuple[str, ...] | UnsetType | None = UNSET
    require_approval: str | dict[str, Any] | UnsetType | None = UNSET
    defer_loading: bool | UnsetType = UNSET

    def __repr__(self) -> str:
        # Everything but the label may hold a secret: `authorization`, `headers`, even the URL.
        return f"McpTool(server_label={self.server_label!r}, ...)"


Tool: TypeAlias = FunctionTool | McpTool


class ToolChoiceFunction(Struct, frozen=True, tag_field="type", tag="function"):
    """The model must call this function."""

    name: str


class ToolChoiceMcp(Struct, frozen=True, tag_field="type", tag="mcp"):
    """The model must call this MCP server."""

    server_label: str
    name: str | UnsetType | None = UNSET


ToolChoice: TypeAlias = Literal["none", "auto", "required"] | ToolChoiceFunction | ToolChoiceMcp
