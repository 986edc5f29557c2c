"""Keys into facts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from realtime_cli.session.facts import (
    AnswerPressed,
    BreakPressed,
    Fact,
    InterruptPressed,
    MuteToggled,
    PromptTyped,
    QuitPressed,
    TalkKeyPressed,
    TalkKeyReleased,
    TalkKeyTapped,
)
from realtime_cli.terminal.answering import Answering
from realtime_cli.terminal.contract import KeysPicture
from realtime_cli.terminal.job_control import JobControl
from realtime_cli.terminal.key_input import KeyInput
from realtime_cli.terminal.kitty import Action, Stroke
from realtime_cli.terminal.line_editor import PASTE, LineEditor
from realtime_cli.terminal.question import Answerable
from realtime_cli.terminal.strokes import FocusLost

TALK_KEY = " "


class Suspendable(Protocol):
    """A screen that can be given back for a while."""

    def suspend(self) -> None: ...  # noqa: D102
    def resume(self) -> None: ...  # noqa: D102


class Keyboard:
    """Reads keys on the loop and posts what they mean; owns the line being typed.

    Where no line is open, keys are commands: space talk, esc stop, m mute, a answer, t or enter type, ? help, q quit.
    Everywhere: Ctrl+C break, Ctrl+Z suspend, Ctrl+D quit (in a line only when it is empty).
    """

    def __init__(
        self,
        key_input: KeyInput,
        post: Callable[[Fact], None],
        changed: Callable[[], None],
        *,
        screen: Suspendable | None = None,
        typing: bool = False,
        answerable: Answerable = lambda now_s: None,
    ) -> None:
        """A keyboard, not yet read.

        Args:
            key_input: Where strokes come from.
            post: Takes facts.
            changed: Called when `picture` changed.
            screen: Given back while the process is suspended.
            typing: The line is open from the start and again after each message (a session without a microphone).
            answerable: The call on the screen that waits for the user's word.
        """
        self._input = key_input
        self._post = post
        self._changed = changed
        self._screen = screen
        self._typing = typing
        self._jobs = JobControl(self._give_back, self._take_again)
        self._editor = LineEditor()
        self._answering = Answering(post, self._editor, lambda: answerable(asyncio.get_running_loop().time()))
        self._prompt_open = typing
        self._help_open = False
        self._talk_down = False
        self._started = False
        self._ended = False
        self._commands: dict[str, Callable[[], None]] = {
            "escape": self._escape,
            "m": lambda: post(MuteToggled()),
            "a": lambda: post(AnswerPressed()),
            "t": self._open_prompt,
            "c-m": self._open_prompt,
            "c-j": self._open_prompt,
            "q": lambda: post(QuitPressed()),
            "c-d": lambda: post(QuitPressed()),
            "?": self._toggle_help,
        }

    @property
    def picture(self) -> KeysPicture:
        """What the screen shows of the keyboard."""
        return KeysPicture(
            work=self._started and not self._ended,
            can_hold=self._input.can_hold,
            page="help" if self._help_open else "",
            prompt=self._editor.line if self._prompt_open else None,
            edits_call=self._answering.editing,
        )

    def start(self) -> None:
        """Take the keyboard. Needs a running loop."""
        if self._started:
            return
        self._started = True
        self._jobs.start()
        self._input.open(self._key, self._input_changed, self._input_ended)
        self._changed()

    def stop(self) -> None:
        """Give the keyboard back as it was. May be called twice."""
        if self._started:
            self._started = False
            self._jobs.stop()
            self._release_talk_key()
            self._input.close()

    def _give_back(self) -> None:
        self._release_talk_key()
        self._input.close()
        if self._screen is not None:
            self._screen.suspend()

    def _take_again(self) -> None:
        self._input.open(self._key, self._input_changed, self._input_ended)
        if self._screen is not None:
            self._screen.resume()
        self._changed()

    # --- keys -----------------------------------------------------------------------------------------------------

    def _key(self, stroke: Stroke | FocusLost) -> None:
        if isinstance(stroke, FocusLost):
            self._release_talk_key()
        elif stroke.action is Action.RELEASE:
            if stroke.key == TALK_KEY:
                self._release_talk_key()
        elif stroke.key == "c-c":
            self._post(BreakPressed())
        elif stroke.key == "c-z":
            self._jobs.suspend()
        elif self._answering.editing:
            self._edit_call(stroke)
        elif self._prompt_open:
            self._type(stroke)
        elif self._is_command(stroke) and self._answering.takes_key(stroke.key):
            self._after_answer()
        elif stroke.key == TALK_KEY:
            self._talk(stroke)
        elif stroke.key == PASTE:
            self._open_prompt()
            self._type(stroke)
        elif self._is_command(stroke) and stroke.key.lower() in self._commands:
            self._commands[stroke.key.lower()]()

    def _is_command(self, stroke: Stroke) -> bool:
        return not stroke.alt and stroke.action is Action.PRESS

    def _edit_call(self, stroke: Stroke) -> None:
        if stroke.key == "escape" or (stroke.key == "c-m" and not stroke.alt):
            self._answering.finish_editing(run=stroke.key == "c-m")
            if not self._typing:
                self._close_prompt()
        else:
            self._editor.edit(stroke)
        self._changed()

    def _after_answer(self) -> None:
        if self._answering.editing:
            self._open_prompt()
        self._changed()

    def _talk(self, stroke: Stroke) -> None:
        if stroke.action is not Action.PRESS:
            return  # a held key repeats
        if not self._input.can_hold:
            self._post(TalkKeyTapped())
        elif not self._talk_down:
            self._talk_down = True
            self._post(TalkKeyPressed())

    def _release_talk_key(self) -> None:
        if self._talk_down:
            self._talk_down = False
            self._post(TalkKeyReleased())

    def _escape(self) -> None:
        if self._help_open:
            self._toggle_help()
        else:
            self._post(InterruptPressed())

    def _toggle_help(self) -> None:
        self._help_open = not self._help_open
        self._changed()

    # --- the line -------------------------------------------------------------------------------------------------

    def _open_prompt(self) -> None:
        self._prompt_open, self._help_open = True, False
        self._input.type_text(True)
        self._changed()

    def _close_prompt(self) -> None:
        self._prompt_open = False
        self._input.type_text(False)

    def _type(self, stroke: Stroke) -> None:
        if stroke.key == "escape":
            self._close_prompt()
        elif stroke.key == "c-m" and not stroke.alt:
            text = self._editor.take()
            if self._answering.takes_word(text):
                if not (self._answering.editing or self._typing):
                    self._close_prompt()
                self._after_answer()
                return
            if text:
                self._post(PromptTyped(text))
            if not (text and self._typing):
                self._close_prompt()
        elif stroke.key == "c-d" and not self._editor.line.text:
            self._post(QuitPressed())
        else:
            self._editor.edit(stroke)
        self._changed()

    # --- the input ------------------------------------------------------------------------------------------------

    def _input_changed(self) -> None:
        if self._prompt_open:
            self._input.type_text(True)
        self._changed()

    def _input_ended(self) -> None:
        self._ended = True
        self._release_talk_key()
        self._post(QuitPressed())
        self._changed()
