"""How a tool says something long after its call: to whoever listens, which is the session."""

from __future__ import annotations

from collections.abc import Callable


class Announcer:
    """Called with a sentence; before anybody listens it is lost."""

    def __init__(self) -> None:
        self._listener: Callable[[str], None] | None = None

    def listen(self, listener: Callable[[str], None]) -> None:
        """From now on every sentence goes there."""
        self._listener = listener

    def __call__(self, text: str) -> None:
        """Say it."""
        if self._listener is not None:
            self._listener(text)
