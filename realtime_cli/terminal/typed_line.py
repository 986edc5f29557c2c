"""The line being typed: open or not, what is in it, what Tab offers."""

from __future__ import annotations

from realtime_cli.session.state import SessionState
from realtime_cli.terminal.contract import PromptLine
from realtime_cli.terminal.kitty import Stroke
from realtime_cli.terminal.line_editor import LineEditor
from realtime_cli.terminal.slash import complete

TAB = "c-i"


class TypedLine:
    """A line editor that opens and closes, with completion of commands.

    Args:
        is_open: From the start.
    """

    def __init__(self, *, is_open: bool) -> None:
        self.editor = LineEditor()
        self.is_open = is_open
        self.choices: tuple[str, ...] = ()

    @property
    def shown(self) -> PromptLine | None:
        """For the screen."""
        return self.editor.line if self.is_open else None

    def open(self, text: str = "") -> None:
        """Open it; with a text, that takes the place of a draft, which goes to the history."""
        if text:
            self.editor.take()
            self.editor.insert(text)
        self.is_open, self.choices = True, ()

    def close(self) -> None:
        """Close it; a draft stays for the next time."""
        self.is_open, self.choices = False, ()

    def take(self) -> str:
        """The finished text; the line is empty after that."""
        self.choices = ()
        return self.editor.take()

    def edit(self, stroke: Stroke, state: SessionState | None) -> None:
        """Apply a key. Tab completes a command, an item's id or a file's name."""
        if stroke.key != TAB or stroke.alt:
            self.choices = ()
            self.editor.edit(stroke)
            return
        line = self.editor.line
        before = line.text[: line.cursor]
        completed, self.choices = complete(before, state)
        if completed != before:
            self.editor.replace_before_cursor(completed)
