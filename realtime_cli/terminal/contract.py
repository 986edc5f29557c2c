"""What the engine room sees of this room: a view that shows the state, and what the keyboard adds to the picture."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from realtime_cli.session.state import SessionState
from realtime_cli.terminal.bindings import DEFAULT_BINDINGS, Bindings

Page: TypeAlias = Literal["", "help", "cost"]


class PromptLine(Struct, frozen=True):
    """The message being typed. `cursor` counts characters of `text`, 0..len(text)."""

    text: str
    cursor: int


class KeysPicture(Struct, frozen=True):
    """What the keyboard adds to the screen.

    Attributes:
        work: Keys are read at all; without them no hints are shown.
        can_hold: The terminal reports key releases, so the talk key is held; elsewhere it is tapped.
        page: What is shown instead of the conversation: the list of keys, or cost and usage; "" for neither.
        prompt: The line being typed, None when no line is open.
        choices: What Tab offers for the last word of the line.
        bindings: Which key does what.
        edits_call: The line holds the arguments of the call that waits for the user's word.
    """

    work: bool = False
    can_hold: bool = False
    page: Page = ""
    prompt: PromptLine | None = None
    choices: tuple[str, ...] = ()
    bindings: Bindings = DEFAULT_BINDINGS
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


@runtime_checkable
class EveryChange(Protocol):
    """A view that wants to be updated after every fact, not ten times a second: no state may escape it."""

    every_change: bool


class OutputClosed(Exception):
    """Nobody reads our output any more. The program ends without a word, as filters do.

    `exit_code` is what a shell shows for SIGPIPE.
    """

    exit_code = 141
