"""Lines of the log file: nothing in them can order a terminal about, or pass for another line, when they are read."""

from __future__ import annotations

import logging

from realtime_cli.terminal.sanitize import clean

_LONGEST_CHARS = 1_000_000


class LogLines(logging.Formatter):
    """Time, level, place, message; further lines are indented, so that no message can forge an entry."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record as harmless text."""
        return harmless(super().format(record))


def harmless(text: str) -> str:
    """Any text for a log: sanitized, with its further lines indented."""
    return clean(text, line_limit_chars=_LONGEST_CHARS).replace("\n", "\n    ")
