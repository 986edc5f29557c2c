"""A file of short notes, the user's own: one line each, with its date."""

from __future__ import annotations

import os
from pathlib import Path

from realtime_cli import clock
from realtime_cli.errors import ToolError

_NOTE_CHARS = 2_000
_READ_BYTES = 200_000


class Notes:
    """Notes in `file`, which is made with the first one, readable by its owner only."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, text: str) -> str:
        """Keep a note."""
        line = " ".join(text.split())[:_NOTE_CHARS]
        if not line:
            raise ToolError("The note is empty.")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fd = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(fd, "a", encoding="utf-8") as file:
                file.write(f"{clock.wall():%Y-%m-%d %H:%M} {line}\n")
        except OSError as exc:
            raise ToolError(f"The note cannot be written: {exc.strerror}.") from exc
        return "noted"

    def read(self, containing: str = "") -> str:
        """The notes, newest last; only those that contain a text, if one is given."""
        try:
            with self._file.open("rb") as file:
                text = file.read(_READ_BYTES).decode("utf-8", "replace")
        except FileNotFoundError:
            return "There are no notes."
        except OSError as exc:
            raise ToolError(f"The notes cannot be read: {exc.strerror}.") from exc
        lines = [line for line in text.splitlines() if containing.casefold() in line.casefold()]
        return "\n".join(lines) or "There is no such note."
