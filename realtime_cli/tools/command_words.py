"""One line of text as the words of a command, by the rules of the system it runs on."""

from __future__ import annotations

import os
import shlex


def words_of(line: str, *, windows: bool = os.name == "nt") -> list[str]:
    r"""The words, without the quotes around them. On Windows a backslash parts folders (`C:\tools\x.exe`) and only
    double quotes hold words together; elsewhere it is as in a shell.

    Raises:
        ValueError: A quotation is not closed.
    """
    if not windows:
        return shlex.split(line)
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape, lexer.quotes = True, "", "", '"'
    return list(lexer)
