"""Why a client's words cannot be taken, precisely enough to answer the client."""

import re
from typing import Any

import msgspec
from msgspec import UNSET

from realtime_cli.errors import RemoteProtocolError
from realtime_cli.protocol.server_events import ErrorDetail

_COMPLAINT = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`")


class Refusal(RemoteProtocolError):
    """A client event that a server refuses, in the words of the protocol's `error` event.

    Attributes:
        code: `invalid_event` (no JSON object, no type), `invalid_value`, `invalid_type`,
            `missing_required_parameter` or `unknown_parameter`.
        param: Dotted path of the parameter in the client's own dialect, such as `session.audio.input`, or None.
        event_id: The client's id where it could be read, or None.
    """

    def __init__(
        self, code: str, message: str, *, param: str | None = None, event_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.event_id = event_id

    @property
    def detail(self) -> ErrorDetail:
        """What an `error` event should carry."""
        return ErrorDetail(
            type="invalid_request_error",
            message=str(self),
            code=self.code,
            param=self.param,
            event_id=self.event_id,
        )


def missing(param: str) -> Refusal:
    """A parameter that must be there."""
    return Refusal("missing_required_parameter", f"Missing required parameter: '{param}'.", param=param)


def unknown(param: str) -> Refusal:
    """A parameter that does not exist."""
    return Refusal("unknown_parameter", f"Unknown parameter: '{shown(param)}'.", param=shown(param))


def complaint(error: msgspec.ValidationError) -> tuple[str, str]:
    """What msgspec found wrong and where: its sentence, and a path such as `session.tools[0].name`, or ""."""
    match = _COMPLAINT.match(str(error))
    what, path = (match["what"], match["path"] or "") if match else (str(error), "")
    return what, path.removeprefix("key in `").removeprefix("$").removeprefix(".")


def from_validation(error: msgspec.ValidationError) -> Refusal:
    """The refusal that tells a client what msgspec found."""
    what, path = complaint(error)
    if match := _MISSING.fullmatch(what):
        return missing(f"{path}.{match['name']}" if path else match["name"])
    wrong_type = what.startswith("Expected") and ", got " in what
    code = "invalid_type" if wrong_type else "invalid_value"
    return Refusal(code, f"Invalid '{path}': {shown(what)}.", param=path or None)


def unknown_path(said: object, known: object, path: str = "") -> str | None:
    """The first key that was said and not understood, as a dotted path, or None.

    Args:
        said: Plain JSON values as they came.
        known: The same event decoded and turned back: it has every key that was understood.
        path: Where both are.
    """
    if isinstance(said, dict) and isinstance(known, dict):
        for key, value in said.items():
            here = f"{path}.{key}" if path else str(key)
            if key not in known:
                return here
            if found := unknown_path(value, known[key], here):
                return found
    elif isinstance(said, list) and isinstance(known, list | tuple):
        for index, (value, twin) in enumerate(zip(said, known, strict=False)):
            if found := unknown_path(value, twin, f"{path}[{index}]"):
                return found
    return None


def shown(text: str) -> str:
    """A stranger's words for a message of ours: short, and without control characters."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:200])


def event_id_in(raw: dict[str, Any]) -> str | None:
    """The client's own id of an event, if it is one."""
    event_id = raw.get("event_id", UNSET)
    return event_id if isinstance(event_id, str) else None
