"""JSON text and values. A lone surrogate, half of a character cut in two, becomes U+FFFD instead of an exception.

Servers that count in UTF-16 cut emoji in two between deltas; UTF-8 cannot carry the halves and msgspec refuses them.
"""

import json
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
        return _ENCODER.encode(_whole(plain(value))).decode()


def json_value(text: str) -> Any:
    """Plain JSON values.

    Raises:
        ValueError: Not readable; the message says why.
        RecursionError: Nested too deeply.
    """
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        if "\\ud" in text.lower():
            return _whole(json.loads(text))
        raise ValueError(str(error)) from error


def plain(value: Any) -> Any:
    """Structs as dicts and lists, bytes as base64, `UNSET` left out."""
    return msgspec.to_builtins(value)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value
