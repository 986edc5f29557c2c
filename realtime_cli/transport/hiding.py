"""Our own keys taken out of what a server says: some repeat them in errors, and opaque ones have no known shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

HIDDEN = "[hidden]"
_SECRET_NAME = re.compile(r"auth|key|token|secret|cookie|passw", re.IGNORECASE)
_SHORTEST = 8
"""A shorter word is no key, and might be a word of the protocol."""

_LONG = 20
"""A value of any header that is as long as this is taken for a secret: `--header` holds what the user likes."""


class Hider:
    """Replaces the secrets of one connection.

    Args:
        words: Each as it was sent.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        spellings = {spelled for word in words for spelled in _spellings(word)}
        self._words = sorted(spellings, key=len, reverse=True)  # the longer first: one may hold another

    def __call__(self, text: str) -> str:
        """The text without them; a look at each word costs 10 us in 100 kB."""
        for word in self._words:
            if word in text:
                text = text.replace(word, HIDDEN)
        return text


def secret_words(url: str, headers: Mapping[str, str], subprotocols: Iterable[str]) -> list[str]:
    """What must not be repeated: values of headers and of the query, and what follows the dot of a subprotocol."""
    found = [word for name, value in headers.items() for word in value.split() if _is_secret(name, word)]
    found += [value for name, value in parse_qsl(urlsplit(url).query) if _is_secret(name, value)]
    found += [name.partition(".")[2] for name in subprotocols if len(name.partition(".")[2]) >= _SHORTEST]
    return found


def _is_secret(name: str, value: str) -> bool:
    return len(value) >= (_SHORTEST if _SECRET_NAME.search(name) else _LONG)


def _spellings(word: str) -> set[str]:
    """As it is, and as JSON may write it."""
    escaped = json.dumps(word)[1:-1]
    return {word, escaped, escaped.replace("/", "\\/")}
