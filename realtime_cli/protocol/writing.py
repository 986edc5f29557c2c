"""Values to JSON text. Lone surrogates, which UTF-8 cannot carry, become U+FFFD instead of an exception."""

from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder()


def json_text(value: Any) -> str:
    """One line of JSON.

    Args:
        value: A struct of this room, or plain JSON values.
    """
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError:
        return _ENCODER.encode(_printable(plain(value))).decode()


def plain(value: Any) -> Any:
    """Structs as dicts and lists, bytes as base64, `UNSET` left out."""
    return msgspec.to_builtins(value)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value
