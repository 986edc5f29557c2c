"""`send-text --lines`: each line of a stream is a turn of one conversation, each answer is one line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import BinaryIO, TextIO

from realtime_cli.errors import InputError, ResponseFailed
from realtime_cli.session.facts import Fact, PromptTyped, QuitPressed
from realtime_cli.session.state import (
    Call,
    CallStatus,
    ConnectionState,
    Notice,
    Phase,
    ResponseState,
    SessionState,
    Spoken,
)
from realtime_cli.terminal.contract import OutputClosed
from realtime_cli.terminal.output import write
from realtime_cli.terminal.plain import plain_lines

_BUSY = (CallStatus.WRITING, CallStatus.ASKING, CallStatus.RUNNING)


class Lines:
    """View and keyboard in one: types the next line when the answer to the one before is printed.

    Args:
        source: Lines of UTF-8; it may be a pipe that another program fills slowly.
        out: Gets one line for each.
        err: Gets notices; None keeps them quiet.
        shaped: Makes a prompt of a line (a template).
    """

    def __init__(
        self, source: BinaryIO, out: TextIO, err: TextIO | None, shaped: Callable[[str], str] = str
    ) -> None:
        self._source = source
        self._out = out
        self._err = err
        self._shaped = shaped
        self._post: Callable[[Fact], None] | None = None
        self._awaited = False
        self._begun = False
        self._users = 0
        self._told = 0
        self.failed = 0
        """Answers that failed; their lines are empty, so that the others stay in step."""
        self.problem: InputError | None = None

    def keyboard(self, post: Callable[[Fact], None], changed: Callable[[], None]) -> Lines:
        """As `Plan.keyboard` wants it."""
        self._post = post
        return self

    def start(self) -> None:
        """Called as view and as keyboard: nothing to take. The first line is read when the session stands."""

    def stop(self) -> None:
        """Nothing to give back."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Print a finished answer and read on.

        Raises:
            OutputClosed: Nobody reads the answers any more.
        """
        self._tell(state)
        if state.connection is not ConnectionState.READY or self._post is None:
            return
        if not self._begun:
            self._begun = True
            self._read_on()
            return
        if self._awaited and _is_answered(state, self._users):
            self._awaited = False
            self._print(state)
            self._read_on()

    def _print(self, state: SessionState) -> None:
        failed = state.response_status not in ("", "completed", "incomplete")
        self.failed += failed
        answer = "" if failed else " ".join(state.answer_text.split("\n")).strip()
        write(self._out, answer + "\n")

    def _tell(self, state: SessionState) -> None:
        for entry in state.entries[self._told : state.settled]:
            self._told += 1
            if isinstance(entry, Call | Notice) and self._err is not None:
                write(self._err, plain_lines(entry) + "\n")

    def _read_on(self) -> None:
        # Daemon: a pipe that never says another word does not keep the program from ending.
        threading.Thread(target=self._read_line, name="next line", daemon=True).start()

    def _read_line(self) -> None:
        assert self._post is not None
        try:
            text = self._next_line()
        except UnicodeDecodeError:
            self.problem = InputError("A line of stdin is not UTF-8 text", advice="Convert it first.")
            text = None
        if text is None:
            self._post(QuitPressed())
            return
        self._users += 1
        self._awaited = True
        self._post(PromptTyped(self._shaped(text)))

    def _next_line(self) -> str | None:
        """The next line that says something, None at the end. An empty line has an empty answer."""
        for raw in iter(self._source.readline, b""):
            text = raw.decode("utf-8-sig").strip()
            if text:
                return text
            try:
                write(self._out, "\n")
            except OutputClosed:
                return None
        return None

    @property
    def exit_code(self) -> int:
        """For the shell, when the session itself ended well."""
        return ResponseFailed.exit_code if self.failed else 0


def _is_answered(state: SessionState, users: int) -> bool:
    """The line that was typed has its answer, and nothing goes on any more."""
    said = [entry for entry in state.entries if isinstance(entry, Spoken) and entry.role == "user"]
    if len(said) < users or state.response is not ResponseState.NONE or not state.response_status:
        return False
    last_user = max(index for index, entry in enumerate(state.entries) if entry is said[-1])
    after = state.entries[last_user + 1 :]
    busy = any(isinstance(entry, Call) and entry.status in _BUSY for entry in after)
    ended = any(not isinstance(entry, Call) for entry in after)
    return ended and not busy and state.phase is Phase.LISTENING
