"""What is piped in, read by rules that never hang a script."""

from __future__ import annotations

import os
import select
import sys
from typing import IO

from realtime_cli.errors import InputError

READY_WITHIN_S = 0.2
"""How long a pipe may take to show its first byte when a prompt is already there: `git diff` needs about 0.05 s."""


def joined_prompt(prompt: str | None, *, forced: bool, refused: bool) -> str | None:
    """The prompt: the argument, what is piped in, or both (the piped text first).

    Args:
        prompt: The argument; "-" means: only what is piped in.
        forced: `--stdin`: wait for the end of the pipe whatever happens.
        refused: `--no-stdin`: never look at it.

    Returns:
        The prompt, or None when there is nothing at all.

    Raises:
        InputError: The piped bytes are not text.
    """
    argument = None if prompt == "-" else prompt
    wanted = forced or prompt == "-" or (argument is None and not sys.stdin.isatty())
    if refused or sys.stdin is None:
        piped = ""
    elif wanted or (not sys.stdin.isatty() and _is_ready(sys.stdin)):
        piped = _text(sys.stdin.buffer)
    else:
        piped = ""
    parts = [part for part in (piped.strip("\n"), argument) if part and part.strip()]
    return "\n\n".join(parts) or None


def _is_ready(stream: IO[str]) -> bool:
    """Whether a read would return at once: there are bytes, or the writer has closed."""
    if os.name == "nt":  # select cannot ask a pipe there; --stdin says it
        return False
    try:
        return bool(select.select([stream], [], [], READY_WITHIN_S)[0])
    except (OSError, ValueError):
        return False


def _text(stream: IO[bytes]) -> str:
    try:
        return stream.read().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError(
            "What is piped in is not UTF-8 text",
            advice="Convert it first, or use --no-stdin to leave it alone.",
        ) from exc
