"""What the engine room sees of this room: a view that shows the state, and what the keyboard adds to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from realtime_cli.session.state import SessionState


@dataclass(frozen=True, slots=True)
class PromptLine:
    """The message being typed. `cursor` counts characters of `text`, 0..len(text)."""

    text: str
    cursor: int


@dataclass(frozen=True, slots=True)
class KeysPicture:
    """What the keyboard adds to the screen.

    Attributes:
        work: Keys are read at all; without them no hints are shown.
        can_hold: The terminal reports key releases, so the talk key is held; elsewhere it is tapped.
        help_open: The list of keys is shown.
        prompt: The line being typed, None when no line is open.
        edits_call: The line holds the arguments of the call that waits for the user's word.
    """

    work: bool = False
    can_hold: bool = False
    help_open: bool = False
    prompt: PromptLine | None = None
    edits_call: bool = False


NO_KEYS = KeysPicture()


class View(Protocol):
    """Shows a session. Implemented by `LiveView`, `PlainView` and `AnswerView`; all calls come from the loop."""

    def start(self) -> None:
        """Take the screen. Nothing is drawn before the first `update`."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Show `state`; cheap when nothing changed.

        Args:
            state: The picture of the session.
            now_s: Loop time, for running times only.

        Raises:
            OutputClosed: Nobody reads our output any more (a closed pipe, a terminal that hung up).
        """

    def stop(self) -> None:
        """Show what is not shown yet and give the screen back as it was. May be called twice, never raises."""


class OutputClosed(Exception):
    """Nobody reads our output any more. The program ends without a word, as filters do.

    `exit_code` is what a shell shows for SIGPIPE.
    """

    exit_code = 141
