"""Keys into facts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

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
from realtime_cli.session.state import SessionState
from realtime_cli.terminal.answering import Answering
from realtime_cli.terminal.bindings import DEFAULT_BINDINGS, Bindings, KeyAction
from realtime_cli.terminal.contract import KeysPicture, Page
from realtime_cli.terminal.counter import NO_BOARD, Board
from realtime_cli.terminal.hints import help_text
from realtime_cli.terminal.job_control import JobControl
from realtime_cli.terminal.key_actions import KeyActions
from realtime_cli.terminal.key_input import KeyInput
from realtime_cli.terminal.kitty import Action, Stroke
from realtime_cli.terminal.line_editor import PASTE
from realtime_cli.terminal.question import Answerable
from realtime_cli.terminal.slash import is_command, message
from realtime_cli.terminal.strokes import FocusLost
from realtime_cli.terminal.typed_line import TypedLine
from realtime_cli.terminal.usage import usage_lines


class Keyboard:
    """Reads keys on the loop and posts what they mean; owns the line being typed.

    Where no line is open, keys are commands (`bindings`). Everywhere: Ctrl+C break, Ctrl+Z suspend, Ctrl+D quit (in a
    line only when it is empty).
    """

    def __init__(
        self,
        key_input: KeyInput,
        post: Callable[[Fact], None],
        changed: Callable[[], None],
        *,
        typing: bool = False,
        answerable: Answerable = lambda now_s: None,
        board: Board = NO_BOARD,
        bindings: Bindings = DEFAULT_BINDINGS,
    ) -> None:
        """A keyboard, not yet read.

        Args:
            key_input: Where strokes come from.
            post: Takes facts.
            changed: Called when `picture` changed.
            typing: The line is open from the start and again after each message (a session without a microphone).
            answerable: The call on the screen that waits for the user's word.
            board: The screen; given back while the process is suspended.
            bindings: Which key does what.
        """
        self._input = key_input
        self._post = post
        self._changed = changed
        self._typing = typing
        self._board = board
        self._bindings = bindings
        self._jobs = JobControl(self._give_back, self._take_again)
        self._line = TypedLine(is_open=typing)
        editor = self._line.editor
        self._answering = Answering(post, editor, lambda: answerable(asyncio.get_running_loop().time()))
        self._actions = KeyActions(post, board, self._open_line)
        self._page: Page = ""
        self._talk_key = ""  # the one that is held down
        self._mic_missed = False
        self._started = False
        self._ended = False

    @property
    def picture(self) -> KeysPicture:
        """What the screen shows of the keyboard."""
        return KeysPicture(
            work=self._started and not self._ended,
            can_hold=self._input.can_hold,
            page=self._page,
            prompt=self._line.shown,
            edits_call=self._answering.editing,
            choices=self._line.choices,
            bindings=self._bindings,
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

    def saw(self, state: SessionState) -> None:
        """The screen shows this now. Where the microphone turned out to be missing, a line opens by itself."""
        missing = bool(state.mic_problem) and not state.mic_works
        if missing and not self._mic_missed and not self._typing and not self._ended:
            self._mic_missed = self._typing = True
            if not self._line.is_open:
                self._open_line()
        elif self._mic_missed and state.mic_works:
            self._mic_missed = self._typing = False
            if self._line.is_open and not self._line.editor.line.text:
                self._close_line()

    def _give_back(self) -> None:
        self._release_talk_key()
        self._input.close()
        self._board.suspend()

    def _take_again(self) -> None:
        self._input.open(self._key, self._input_changed, self._input_ended)
        self._board.resume()
        self._changed()

    # --- keys -----------------------------------------------------------------------------------------------------

    def _key(self, stroke: Stroke | FocusLost) -> None:
        if isinstance(stroke, FocusLost):
            self._release_talk_key()
        elif stroke.action is Action.RELEASE:
            if stroke.key == self._talk_key:
                self._release_talk_key()
        elif stroke.key == "c-c":
            self._post(BreakPressed())
        elif stroke.key == "c-z":
            self._jobs.suspend()
        elif self._answering.editing:
            self._edit_call(stroke)
        elif self._line.is_open:
            self._type(stroke)
        elif stroke.key == PASTE:
            self._open_line()
            self._type(stroke)
        elif not stroke.alt:
            self._press(stroke)

    def _press(self, stroke: Stroke) -> None:
        pressed = stroke.action is Action.PRESS
        if pressed and self._answering.takes_key(stroke.key):
            self._after_answer()
            return
        action = self._bindings.action(stroke.key)
        if action is KeyAction.TALK:
            self._talk(stroke)
        elif action is not None and pressed and not self._actions.do(action):
            self._act(action, stroke.key)

    def _act(self, action: KeyAction, key: str) -> None:
        match action:
            case KeyAction.STOP:
                self._escape()
            case KeyAction.MUTE:
                self._post(MuteToggled())
            case KeyAction.ANSWER:
                self._post(AnswerPressed())
            case KeyAction.TYPE:
                self._open_line(key if key == "/" else "")
            case KeyAction.HELP:
                self._turn_to("help")
            case KeyAction.COST:
                self._turn_to("cost")
            case KeyAction.QUIT:
                self._post(QuitPressed())
            case _:
                return  # the session's own actions, done already

    def _talk(self, stroke: Stroke) -> None:
        if stroke.action is not Action.PRESS:
            return  # a held key repeats
        if not self._input.can_hold:
            self._post(TalkKeyTapped())
        elif not self._talk_key:
            self._talk_key = stroke.key
            self._post(TalkKeyPressed())

    def _release_talk_key(self) -> None:
        if self._talk_key:
            self._talk_key = ""
            self._post(TalkKeyReleased())

    def _escape(self) -> None:
        if self._page:
            self._turn_to(self._page)
        else:
            self._post(InterruptPressed())

    def _turn_to(self, page: Page) -> None:
        """Show a page, or put it away; a screen that only goes forward gets it as notes."""
        if not self._board.has_pages:
            state = self._board.state
            lines = (
                help_text(self.picture) if page == "help" else usage_lines(state) if state is not None else []
            )
            self._board.note(lines)
        else:
            self._page = "" if self._page == page else page
        self._changed()

    # --- the call that waits for a word ---------------------------------------------------------------------------

    def _edit_call(self, stroke: Stroke) -> None:
        if stroke.key == "escape" or (stroke.key == "c-m" and not stroke.alt):
            self._answering.finish_editing(run=stroke.key == "c-m")
            if not self._typing:
                self._close_line()
        else:
            self._line.edit(stroke, None)
        self._changed()

    def _after_answer(self) -> None:
        if self._answering.editing:
            self._open_line()
        self._changed()

    # --- the line -------------------------------------------------------------------------------------------------

    def _open_line(self, text: str = "") -> None:
        self._page = ""
        self._line.open(text)
        self._input.type_text(True)
        self._changed()

    def _close_line(self) -> None:
        self._line.close()
        self._input.type_text(False)

    def _type(self, stroke: Stroke) -> None:
        if stroke.key == "escape":
            self._close_line()
        elif stroke.key == "c-m" and not stroke.alt:
            self._enter()
        elif stroke.key == "c-d" and not self._line.editor.line.text:
            self._post(QuitPressed())
        else:
            self._line.edit(stroke, self._board.state)
        self._changed()

    def _enter(self) -> None:
        text = self._line.take()
        if self._answering.takes_word(text):
            if not (self._answering.editing or self._typing):
                self._close_line()
            self._after_answer()
            return
        if not (text and self._typing):
            self._close_line()
        if is_command(text):
            self._actions.command(text)
        elif text:
            self._post(PromptTyped(message(text)))

    # --- the input ------------------------------------------------------------------------------------------------

    def _input_changed(self) -> None:
        if self._line.is_open:
            self._input.type_text(True)
        self._changed()

    def _input_ended(self) -> None:
        self._ended = True
        self._release_talk_key()
        self._post(QuitPressed())
        self._changed()
