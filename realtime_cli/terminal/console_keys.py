"""Keys of the Windows console, by prompt_toolkit; keys that go up by our own look at its records."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from prompt_toolkit.input import create_input
from prompt_toolkit.keys import Keys

from realtime_cli.terminal.console_releases import ReleaseWatch
from realtime_cli.terminal.kitty import Action, Stroke
from realtime_cli.terminal.strokes import FocusLost


class ConsoleKeys:
    """The console of this process."""

    def __init__(self) -> None:
        self._input = create_input()
        self._releases = ReleaseWatch()
        self._releases.attach(getattr(self._input, "console_input_reader", None))
        self._house: ExitStack | None = None

    @property
    def can_hold(self) -> bool:
        """A key was seen going up: at the latest the Enter key that started us."""
        return self._releases.seen

    def open(
        self,
        on_key: Callable[[Stroke | FocusLost], None],
        on_change: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        """Raw mode; keys are read on the running loop."""
        if self._house is not None:
            return
        self._on_key, self._on_change, self._on_end = on_key, on_change, on_end
        self._house = ExitStack()
        self._house.enter_context(self._input.raw_mode())
        self._house.enter_context(self._input.attach(self._readable))

    def type_text(self, typing: bool) -> None:
        """Text always comes as text here."""

    def close(self) -> None:
        """Give the console back."""
        if self._house is not None:
            house, self._house = self._house, None
            house.close()

    def _readable(self) -> None:
        could_hold = self.can_hold
        for press in self._input.read_keys():
            key = press.key.value if isinstance(press.key, Keys) else press.key
            if self._house is not None and press.key not in (Keys.Ignore, Keys.WindowsMouseEvent):
                self._on_key(
                    Stroke(key, press.data if len(key) == 1 or press.key == Keys.BracketedPaste else "")
                )
        released, focus_lost = self._releases.take()
        for character in released:
            if self._house is not None:
                self._on_key(Stroke(character, "", Action.RELEASE))
        if focus_lost and self._house is not None:
            self._on_key(FocusLost())
        if self.can_hold != could_hold:
            self._on_change()
        if self._input.closed:
            self._on_end()
