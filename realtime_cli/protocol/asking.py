"""What a client says, read strictly: real servers refuse the whole event for one unknown key."""

from collections.abc import Callable, Set
from typing import Any, TypeAlias, cast

import msgspec

from realtime_cli.protocol.client_events import ClientEvent
from realtime_cli.protocol.content_kinds import house_item
from realtime_cli.protocol.event import type_of
from realtime_cli.protocol.items import InputItem, ItemReference, MessageItem
from realtime_cli.protocol.names import CLIENT_TYPES
from realtime_cli.protocol.refusal import (
    Refusal,
    event_id_in,
    from_validation,
    missing,
    shown,
    unknown,
    unknown_path,
)
from realtime_cli.protocol.wire import json_value, plain

Plain: TypeAlias = dict[str, Any]

_ITEM_MUST_SAY = {"function_call": ("name", "arguments"), "function_call_output": ("call_id", "output")}
"""Fields that reading a server's items tolerates to be missing, but a client has to give."""


def client_event(
    text: str,
    types: Set[str],
    house_shape: Callable[[Plain], Plain],
    own_param: Callable[[str], str] = str,
) -> ClientEvent:
    """The event in a client's text.

    Args:
        text: One WebSocket text frame.
        types: The wire types that this dialect has.
        house_shape: Rewrites an event of this dialect into GA's shape; may refuse.
        own_param: GA's dotted path of a parameter -> this dialect's.

    Raises:
        Refusal: With code, parameter and the client's event id.
    """
    raw = _object(text)
    try:
        if raw["type"] not in types:
            message = f"Invalid value: '{shown(raw['type'])}' is not a type of event."
            raise Refusal("invalid_value", message, param="type")
        return _judged(house_shape(raw))
    except Refusal as refusal:
        house_param = refusal.param or ""
        param = own_param(house_param)
        message = str(refusal).replace(house_param, param)
        raise Refusal(
            refusal.code, message, param=param or None, event_id=event_id_in(raw)
        ) from refusal.__cause__
    except RecursionError as error:
        raise Refusal(
            "invalid_event", "The event is nested too deeply.", event_id=event_id_in(raw)
        ) from error


def _object(text: str) -> Plain:
    try:
        raw = json_value(text)
    except (ValueError, RecursionError) as error:
        raise Refusal("invalid_event", f"The event is not readable JSON: {shown(str(error))}") from error
    if not isinstance(raw, dict):
        raise Refusal("invalid_event", "An event is a JSON object.")
    if not isinstance(raw.get("type"), str):
        raise Refusal("invalid_event", "An event needs a 'type'.", event_id=event_id_in(raw))
    return raw


def _judged(event: Plain) -> ClientEvent:
    try:
        known = msgspec.convert(event, CLIENT_TYPES[event["type"]])
    except msgspec.ValidationError as error:
        raise from_validation(error) from error
    if param := unknown_path(event, plain(known)):
        raise unknown(param)
    _judge_item(event.get("item"), "item")
    response = event.get("response", {})
    for index, item in enumerate(response.get("input", ())):
        _judge_item(item, f"response.input[{index}]")
    return cast(ClientEvent, known)


def read_item(raw: Plain) -> InputItem:
    """One item as a client may put it in, in GA's or beta's spelling, by the item table of the guide.

    Raises:
        Refusal: A field is wrong, unknown or missing, or the content is not for that role.
    """
    said = house_item(raw)
    try:
        item: InputItem = msgspec.convert(said, InputItem)
    except msgspec.ValidationError as error:
        raise from_validation(error) from error
    if param := unknown_path(said, plain(item)):
        raise unknown(param)
    if isinstance(item, ItemReference):
        if not isinstance(item.id, str) or not item.id:
            raise missing("id")
        return item
    _judge_item(said, "item")
    if isinstance(item, MessageItem):
        for index, part in enumerate(item.content):
            if type_of(part) not in ROLE_CONTENT[item.role]:
                message = (
                    f"A message of the {item.role} takes {' or '.join(sorted(ROLE_CONTENT[item.role]))}."
                )
                raise Refusal("invalid_value", message, param=f"item.content[{index}].type")
    return item


ROLE_CONTENT: dict[str, frozenset[str]] = {
    "system": frozenset({"input_text"}),
    "user": frozenset({"input_text", "input_audio", "input_image"}),
    "assistant": frozenset({"output_text"}),
    "tool": frozenset(),
}
"""Role of a message -> the content a client may give it. Source: the guide's table of conversation items."""


def _judge_item(item: Plain | None, path: str) -> None:
    if item is None:
        return
    for name in _ITEM_MUST_SAY.get(item["type"], ()):
        if name not in item:
            raise missing(f"{path}.{name}")
    if item.get("role") == "tool":
        raise Refusal("invalid_value", f"Invalid '{path}.role'.", param=f"{path}.role")
