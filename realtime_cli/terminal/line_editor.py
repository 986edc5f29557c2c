"""The line being typed: cursor, words, history, undo, paste. Editing is prompt_toolkit's `Buffer`, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from realtime_cli.terminal.contract import PromptLine
from realtime_cli.terminal.kitty import Stroke

if TYPE_CHECKING:
    from prompt_toolkit.buffer import Buffer

_HISTORY_LINES = 200
PASTE = "<bracketed-paste>"


class LineEditor:
    """One line at a time, with the lines sent before it. A line may hold line breaks (paste, Ctrl+J, Alt+Enter)."""

    def __init__(self) -> None:
        self._history: list[str] = []
        self._place = 0
        self._draft = ""
        self._put_away = ""

    @cached_property
    def _buffer(self) -> Buffer:
        from realtime_cli.terminal.typing_parts import (
            Buffer,
        )  # 90 ms of import: for the first line, not for the start

        return Buffer(multiline=True)

    @cached_property
    def _edits(self) -> dict[str, Callable[[], object]]:
        return self._emacs_keys()

    @property
    def line(self) -> PromptLine:
        """Text and cursor for the screen."""
        return PromptLine(self._buffer.text, self._buffer.cursor_position)

    def take(self) -> str:
        """The finished text without blanks around it; the editor is empty after that. Kept in the history."""
        text = self._buffer.text.strip()
        if text and (not self._history or self._history[-1] != text):
            self._history = [*self._history, text][-_HISTORY_LINES:]
        self._buffer.reset()
        self._place, self._draft = len(self._history), ""
        return text

    def fill(self, text: str) -> None:
        """A text to change; what was being typed is put away until `discard`."""
        self._put_away = self._buffer.text
        self._buffer.reset()
        self._buffer.insert_text(text)

    def discard(self) -> str:
        """The text that was changed; it is not kept in the history, and what was put away is back."""
        text = self._buffer.text
        self._buffer.reset()
        self._buffer.insert_text(self._put_away)
        self._put_away = ""
        return text

    def insert(self, text: str) -> None:
        """Put a text where the cursor is."""
        self._insert(text)

    def replace_before_cursor(self, text: str) -> None:
        """What stands before the cursor becomes `text`; undo brings it back."""
        self._buffer.save_to_undo_stack()
        self._buffer.delete_before_cursor(self._buffer.cursor_position)
        self._buffer.insert_text(text)

    def edit(self, stroke: Stroke) -> None:
        """Apply a key; keys that mean nothing here do nothing."""
        name = f"alt {stroke.key}" if stroke.alt else stroke.key
        if stroke.key == PASTE:
            self._insert(stroke.text.replace("\r\n", "\n").replace("\r", "\n"))
        elif name in self._edits:
            self._edits[name]()
        elif stroke.text and stroke.text.isprintable():
            self._insert(stroke.text)

    def _insert(self, text: str) -> None:
        if not text or text == " ":
            self._buffer.save_to_undo_stack()  # undo goes word by word
        self._buffer.insert_text(text)

    def _emacs_keys(self) -> dict[str, Callable[[], object]]:
        buffer = self._buffer
        back, forward = ("left", "c-b"), ("right", "c-f")
        keys: dict[str, Callable[[], object]] = {
            "c-h": buffer.delete_before_cursor,
            "delete": buffer.delete,
            "c-d": buffer.delete,
            "home": self._to_start,
            "c-a": self._to_start,
            "end": self._to_end,
            "c-e": self._to_end,
            "c-w": lambda: self._erase(-self._word_back()),
            "alt c-h": lambda: self._erase(-self._word_back()),
            "alt d": lambda: self._erase(self._word_forward()),
            "c-u": lambda: self._erase(-buffer.cursor_position),
            "c-k": lambda: self._erase(len(buffer.text) - buffer.cursor_position),
            "c-_": buffer.undo,
            "c-j": lambda: self._insert("\n"),
            "alt c-m": lambda: self._insert("\n"),
            "up": lambda: self._recall(-1),
            "c-p": lambda: self._recall(-1),
            "down": lambda: self._recall(1),
            "c-n": lambda: self._recall(1),
        }
        keys |= dict.fromkeys(back, lambda: self._move(-1)) | dict.fromkeys(forward, lambda: self._move(1))
        keys |= dict.fromkeys(("c-left", "alt left", "alt b"), lambda: self._move(-self._word_back()))
        keys |= dict.fromkeys(("c-right", "alt right", "alt f"), lambda: self._move(self._word_forward()))
        return keys

    def _move(self, characters: int) -> None:
        self._buffer.cursor_position = min(
            len(self._buffer.text), max(0, self._buffer.cursor_position + characters)
        )

    def _to_start(self) -> None:
        self._buffer.cursor_position = 0

    def _to_end(self) -> None:
        self._buffer.cursor_position = len(self._buffer.text)

    def _word_back(self) -> int:
        return -(self._buffer.document.find_previous_word_beginning() or -self._buffer.cursor_position)

    def _word_forward(self) -> int:
        left = len(self._buffer.text) - self._buffer.cursor_position
        return self._buffer.document.find_next_word_ending() or left

    def _erase(self, characters: int) -> None:
        self._buffer.save_to_undo_stack()
        if characters < 0:
            self._buffer.delete_before_cursor(-characters)
        elif characters > 0:
            self._buffer.delete(characters)

    def _recall(self, step: int) -> None:
        place = min(len(self._history), max(0, self._place + step))
        if place == self._place:
            return
        if self._place == len(self._history):
            self._draft = self._buffer.text
        self._place = place
        self._buffer.text = self._draft if place == len(self._history) else self._history[place]
        self._to_end()
