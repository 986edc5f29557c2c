"""What a function prints while it runs in one of our threads: harmless, on stderr, never in the middle of an answer.

stdout belongs to answers and to the screen. Whatever is written there (or to stderr) inside of a call is taken aside:
control characters become "?", because what a function prints may come from anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_in_call: ContextVar[bool] = ContextVar("in_call", default=False)


class _Routed:
    """Stands before a stream: writes of calls go aside, all else goes on as ever."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if not _in_call.get():
            return int(self._stream.write(text) or 0)
        target = sys.stderr
        while isinstance(target, _Routed):
            target = target._stream
        if target is not None:
            target.write("".join(c if c.isprintable() or c in "\n\t" else "?" for c in text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def printing_aside() -> Iterator[None]:
    """Within this block (of this thread) nothing is printed where it does harm."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, _Routed):
            setattr(sys, name, _Routed(stream))
    token = _in_call.set(True)
    try:
        yield
    finally:
        _in_call.reset(token)
