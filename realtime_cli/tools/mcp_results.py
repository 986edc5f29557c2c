"""What an MCP server answered, as the model reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from realtime_cli.errors import ToolError
from realtime_cli.tools.tool import Result

if TYPE_CHECKING:
    from mcp.types import CallToolResult

_IMAGES = 4
_IMAGE_CHARS = 5_000_000  # a message of the Realtime API holds at most about 15 MB
_IMAGE_TYPES = ("image/png", "image/jpeg")


def result_of(said: CallToolResult) -> Result:
    """Texts joined, structured content as JSON where there is no text, images beside it, the rest described.

    Raises:
        ToolError: The server says that the call failed.
    """
    parts: list[str] = []
    images: list[str] = []
    for block in said.content:
        part, image = _block(block)
        if image and len(images) < _IMAGES:
            images.append(image)
        elif image:
            part = "[one more image]"
        if part:
            parts.append(part)
    if said.structured_content is not None and not parts:
        parts.append(json.dumps(said.structured_content, ensure_ascii=False))
    text = "\n".join(parts)
    if said.is_error:
        raise ToolError(text or "The MCP server reports an error without a word.")
    return Result(text or ("see the image" if images else "done"), tuple(images))


def _block(block: Any) -> tuple[str, str]:
    """Text and image of one content block."""
    match block.type:
        case "text":
            return block.text, ""
        case "image":
            url = f"data:{block.mime_type};base64,{block.data}"
            if block.mime_type not in _IMAGE_TYPES or len(url) > _IMAGE_CHARS:
                return (
                    f"[an image of type {block.mime_type}, {len(block.data) * 3 // 4} bytes, not shown]",
                    "",
                )
            return "", url
        case "audio":
            return f"[sound of type {block.mime_type}, not played]", ""
        case "resource_link":
            return f"[{block.name}: {block.uri}]", ""
        case "resource":
            text = getattr(block.resource, "text", None)
            return (text, "") if isinstance(text, str) else (f"[data at {block.resource.uri}]", "")
        case _:
            return f"[content of type {block.type}]", ""
