"""Items with GA's names for content and with beta's short ones, as plain JSON values.

Nothing here raises: what has another shape than expected passes through.
"""

from typing import Any, TypeAlias

Plain: TypeAlias = dict[str, Any]

_INPUT = {"text": "input_text", "audio": "input_audio"}
_OUTPUT = {"text": "output_text", "audio": "output_audio"}
_SHORT = {"output_text": "text", "output_audio": "audio"}
_BETA_ITEMS = frozenset({"message", "function_call", "function_call_output", "item_reference"})
_BETA_KINDS = frozenset({"input_text", "input_audio", *_SHORT})
_BETA_RESPONSE_INPUT = _BETA_KINDS - {"output_audio"}
"""`response.input` takes text alone from an assistant. Source: `ConversationItemWithReference` of the beta types."""


def house_item(item: Any) -> Any:
    """An item with GA's content names: `text` is `output_text` from an assistant and `input_text` from others."""
    if not isinstance(item, dict) or not isinstance(item.get("content"), list):
        return item
    names = _OUTPUT if item.get("role") == "assistant" else _INPUT
    return {**item, "content": [_renamed(part, names) for part in item["content"]]}


def beta_item(item: Plain) -> Plain:
    """An item as beta writes it. Ask `in_beta` first."""
    kept = {key: value for key, value in item.items() if key != "phase"}
    if "content" in kept:
        kept["content"] = [_renamed(part, _SHORT) for part in kept["content"]]
    return kept


def in_beta(item: Plain, *, response_input: bool = False) -> bool:
    """Whether beta has words for this item and all its content: it has none for MCP and images.

    Args:
        item: As GA writes it.
        response_input: It stands in `response.input`.
    """
    kinds = {part["type"] for part in item.get("content", ())}
    return item["type"] in _BETA_ITEMS and kinds <= (_BETA_RESPONSE_INPUT if response_input else _BETA_KINDS)


def house_part(part: Any) -> Any:
    """The part of a `response.content_part` event: these have short names in both dialects."""
    return _renamed(part, _SHORT)


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    return {**part, "type": names[kind]} if isinstance(kind, str) and kind in names else part
