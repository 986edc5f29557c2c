"""What a server says, read tolerantly and in every spelling: third parties mix dialects, so both dialects read alike.

Fast path: GA text straight to a struct. Everything else takes the careful path, in this order: old names become
new ones, flat settings nested ones, short content kinds long ones; a null where a value is needed counts as absent;
inside settings, responses and errors a field that cannot be understood is left out. An item or content of an
unknown kind makes the event `Unrecognized`. What is then still wrong is a `RemoteProtocolError`.
"""

import re
from typing import Any, TypeAlias

import msgspec

from realtime_cli.errors import RemoteProtocolError
from realtime_cli.protocol.content_kinds import house_item, house_part
from realtime_cli.protocol.event import Unrecognized
from realtime_cli.protocol.flat_settings import nested
from realtime_cli.protocol.names import GA_NAMES, SERVER_TYPES
from realtime_cli.protocol.refusal import complaint, shown
from realtime_cli.protocol.response_events import (
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ResponseCreated,
    ResponseDone,
)
from realtime_cli.protocol.server_events import (
    ConversationItemCreated,
    KnownServerEvent,
    ServerEvent,
    SessionCreated,
    SessionUpdated,
)
from realtime_cli.protocol.wire import json_value

Plain: TypeAlias = dict[str, Any]

_DECODER: msgspec.json.Decoder[KnownServerEvent] = msgspec.json.Decoder(KnownServerEvent)

# Decoding these succeeds in any dialect, because unknown fields are ignored; but then beta's fields are lost.
_SHAPED = (
    SessionCreated,
    SessionUpdated,
    ResponseCreated,
    ResponseDone,
    ResponseContentPartAdded,
    ResponseContentPartDone,
    ConversationItemCreated,
)
_LEFT_OUT_UNDER = ("session.", "response.", "error.", "rate_limits", "usage", "logprobs", "languages")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_MOST_MENDS = 256
"""More wrong fields than any real server was seen to send; the bound keeps a hostile text cheap."""


def server_event(text: str) -> ServerEvent:
    """The event in a server's text.

    Args:
        text: One WebSocket text frame.

    Raises:
        RemoteProtocolError: Not a JSON object with a type, or a known event that makes no sense.
    """
    try:
        event: KnownServerEvent | None = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        event = None
    if event is not None and not isinstance(event, _SHAPED):
        return event
    try:
        return _read_carefully(text)
    except RecursionError as error:
        raise RemoteProtocolError("The server sent an event that is nested too deeply.") from error


def _read_carefully(text: str) -> ServerEvent:
    try:
        raw = json_value(text)
    except ValueError as error:
        raise RemoteProtocolError(f"The server sent no readable JSON: {shown(str(error))}") from error
    kind = raw.get("type") if isinstance(raw, dict) else None
    if not isinstance(kind, str):
        raise RemoteProtocolError("The server sent JSON that is not an event: no object with a type.")
    struct = SERVER_TYPES.get(GA_NAMES.get(kind, kind))
    if struct is None:
        return Unrecognized(kind, raw)
    try:
        event: ServerEvent | None = _mended(_house_shape(raw, GA_NAMES.get(kind, kind)), struct)
    except msgspec.ValidationError as error:
        what, path = complaint(error)
        message = f"The server sent a {shown(kind)} event that makes no sense: {shown(what)}"
        raise RemoteProtocolError(f"{message} (at {shown(path)})" if path else message) from error
    return Unrecognized(kind, raw) if event is None else event


def _house_shape(raw: Plain, kind: str) -> Plain:
    event = {**raw, "type": kind}
    if isinstance(session := raw.get("session"), dict):
        event["session"] = _house_session(session, raw["type"])
    if isinstance(response := raw.get("response"), dict):
        event["response"] = _house_response(response)
        if raw.get("usage") and not response.get("usage"):
            event["response"]["usage"] = raw["usage"]  # xAI counts beside the response, where it may say `{}`
    if "item" in raw:
        event["item"] = house_item(raw["item"])
    if "part" in raw:
        event["part"] = house_part(raw["part"])
    if kind == "error" and not isinstance(raw.get("error"), dict):
        # Small servers put a bare sentence here, or the fields one level too high.
        bare = {"message": raw["error"]} if isinstance(raw.get("error"), str) else {}
        event["error"] = {key: raw[key] for key in ("message", "code", "param") if key in raw} | bare
    return event


def _house_session(session: Plain, wire_type: str) -> Plain:
    listening = wire_type.startswith("transcription_session.")
    if listening or session.get("object") == "realtime.transcription_session":
        session = {"type": "transcription", **session}
    return nested(session)


def _house_response(response: Plain) -> Plain:
    response = nested(response)
    if isinstance(output := response.get("output"), list):
        response["output"] = [house_item(item) for item in output]
    return response


def _mended(event: Plain, struct: Any) -> Any:
    """The struct, or None if the event holds an item or content of an unknown kind."""
    try:
        return msgspec.convert(event, struct)
    except msgspec.ValidationError:
        event = msgspec.json.decode(msgspec.json.encode(event))  # a copy that may be changed
    for _ in range(_MOST_MENDS):
        try:
            return msgspec.convert(event, struct, strict=False)
        except msgspec.ValidationError as error:
            what, path = complaint(error)
            if what.endswith("got `null`") or path.startswith(_LEFT_OUT_UNDER):
                _leave_out(event, path)
            elif what.startswith("Invalid") and path.endswith((".type", ".role")):
                return None
            else:
                raise
    return msgspec.convert(event, struct, strict=False)


def _leave_out(event: Plain, path: str) -> None:
    """Remove what is at `path`; where that was the only fault left, the next conversion succeeds."""
    steps = [key or int(index) for key, index in _STEP.findall(path)]
    place: Any = event
    for step in steps[:-1]:
        place = place[step]
    del place[steps[-1]]
