"""Cutting a growing answer into clauses that can be spoken while the rest is still being thought."""

from __future__ import annotations

import re
from typing import Final

MAX_CLAUSE_CHARS: Final = 240
"""A longer stretch without punctuation is cut at a space, so that speech never waits for long."""

_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’)\]]*\s+|\n+\s*")
_CLAUSE_END = re.compile(r"[,;:–—][\"'”’)\]]*\s+")
_MIN_CLAUSE_CHARS = 32  # shorter pieces than this sound chopped when each is spoken on its own


_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}|[-*+•>])\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"[*`~]+|(?<!\w)_+|_+(?!\w)")


def aloud(text: str) -> str:
    """A clause as it is read out: the marks of Markdown are for eyes, and language models do not leave them out."""
    plain = _EMPHASIS.sub("", _LINE_MARK.sub("", _LINK.sub(r"\1", text)))
    return " ".join(plain.split())


class Clauses:
    """Takes text in any pieces and gives back clauses whose sum is the text, nothing lost or made."""

    def __init__(self) -> None:
        self._rest = ""

    @property
    def pending(self) -> str:
        """Text not given out yet."""
        return self._rest

    def push(self, text: str) -> list[str]:
        """Add text; returns the clauses that are complete now. None of them is empty."""
        self._rest += text
        clauses = []
        while (end := self._end()) is not None:
            clauses.append(self._rest[:end])
            self._rest = self._rest[end:]
        return clauses

    def flush(self) -> list[str]:
        """The rest as the last clause, if there is any."""
        rest, self._rest = self._rest, ""
        return [rest] if rest else []

    def _end(self) -> int | None:
        """Where the first complete clause ends, or None. White space at the very end may still grow."""
        for pattern, least in ((_SENTENCE_END, 1), (_CLAUSE_END, _MIN_CLAUSE_CHARS)):
            for match in pattern.finditer(self._rest):
                if match.end() >= least and self._rest[: match.end()].strip():
                    return match.end()
        if len(self._rest) > MAX_CLAUSE_CHARS:
            space = self._rest.rfind(" ", 1, MAX_CLAUSE_CHARS)
            return space + 1 if space > 0 else MAX_CLAUSE_CHARS
        return None
