"""Settings as they may be shown: what could be a secret in them is stars, so that a listing can be pasted anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

STARS: Final = "***"

_PASSWORD: Final = re.compile(r"(://[^/?#\s:@]*:)[^/?#\s@]+@")
_IN_QUERY: Final = re.compile(r"(?i)([?&][\w.-]*(?:key|token|secret|password|signature|sig)=)[^&#\s]+")
_TABLES: Final = {"mcp_servers": ("headers", "env"), "shell_tools": ("env",)}
"""Tables by name, and which of their entries' own tables hold values that nobody should see."""


def masked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values with stars in the place of headers' values, of variables for programs, and of passwords and keys
    in addresses."""
    return {name: _masked(name, value) for name, value in settings.items()}


def _masked(name: str, value: Any) -> Any:
    if name == "header" and isinstance(value, list | tuple):
        return [f"{str(text).partition('=')[0]}={STARS}" for text in value]
    if name in _TABLES and isinstance(value, Mapping):
        return {label: _entry(entry, _TABLES[name]) for label, entry in value.items()}
    return _plain(value)


def _entry(entry: Any, hidden: tuple[str, ...]) -> Any:
    if not isinstance(entry, Mapping):
        return _plain(entry)
    return {
        name: dict.fromkeys(value, STARS) if name in hidden and isinstance(value, Mapping) else _plain(value)
        for name, value in entry.items()
    }


def _plain(value: Any) -> Any:
    """Any value with its addresses masked."""
    if isinstance(value, str):
        return _IN_QUERY.sub(rf"\1{STARS}", _PASSWORD.sub(rf"\1{STARS}@", value))
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
