"""Our own keys taken out of what a server says: some repeat them in errors, and opaque ones have no known shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from realtime_cli.key_shapes import HIDDEN

_SECRET_PART = re.compile(r"auth|key|token|secret|cookie|passw|credential|signature", re.IGNORECASE)
_SECRET_WORDS = frozenset({"sig", "jwt", "pass", "pwd"})
"""Too short to be looked for inside other words, such as `design`."""

_PUBLIC_WORDS = frozenset(
    {"model", "deployment", "version", "intent", "agent", "beta", "voice", "language", "format", "protocol"}
)
"""Servers repeat these in their settings, and they can be long: a model's name carries its date."""

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SHORTEST = 8
"""A shorter word is no key, and might be a word of the protocol."""

_LONG = 20
"""A value under an unknown name that is as long as this is taken for a secret: `--header` holds what the user likes."""


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
    """Whether this value must not be seen.

    What looks like a secret is one, whatever else the name says: `model_key`. Otherwise the last word tells what a
    value is, as in `api-version`, `User-Agent` and `transcription_model`; `X-Model-Access` is an access, so unknown.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if _SECRET_PART.search(name) or not _SECRET_WORDS.isdisjoint(words):
        return len(value) >= _SHORTEST
    if len(words) > 1 and words[-1] in ("id", "name"):
        words.pop()
    return len(value) >= _LONG and not (words and words[-1] in _PUBLIC_WORDS)


def _spellings(word: str) -> set[str]:
    """As it is, and as JSON may write it."""
    escaped = json.dumps(word)[1:-1]
    return {word, escaped, escaped.replace("/", "\\/")}
