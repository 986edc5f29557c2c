"""Keys that go up in the Windows console. prompt_toolkit reads the records and keeps only keys that go down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

KEY_EVENT, FOCUS_EVENT = 1, 16
"""Source: INPUT_RECORD, learn.microsoft.com/windows/console/input-record-str."""


class ReleaseWatch:
    """Looks at the console's records on their way to prompt_toolkit's reader.

    Attributes:
        seen: A key was seen going up: this console reports it, so keys can be held.
    """

    def __init__(self) -> None:
        self.seen = False
        self._released: list[str] = []
        self._focus_lost = False

    def attach(self, reader: Any) -> bool:
        """Listen in on a reader of prompt_toolkit's; False when this version has none that we know."""
        read_keys: Callable[[Any, Any], Iterable[Any]] | None = getattr(reader, "_get_keys", None)
        if read_keys is None:
            return False

        def watched(read: Any, records: Any) -> Iterable[Any]:
            self.look(read.value, records)
            return read_keys(read, records)

        reader._get_keys = watched
        return True

    def look(self, count: int, records: Any) -> None:
        """Remember what went up among the first `count` records."""
        for index in range(count):
            record = records[index]
            if record.EventType == KEY_EVENT and not record.Event.KeyEvent.KeyDown:
                self.seen = True
                character = record.Event.KeyEvent.uChar.UnicodeChar
                if character.isprintable():
                    self._released.append(character.lower())
            elif record.EventType == FOCUS_EVENT and not record.Event.FocusEvent.SetFocus:
                self._focus_lost = True

    def take(self) -> tuple[list[str], bool]:
        """Characters whose keys went up, and whether the window lost the focus, since the last time."""
        released, self._released = self._released, []
        lost, self._focus_lost = self._focus_lost, False
        return released, lost
