"""For scripts: the answer on stdout as it grows, everything else on stderr."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from realtime_cli.session.state import Call, Notice, Question, SessionState
from realtime_cli.terminal.contract import OutputClosed
from realtime_cli.terminal.output import write
from realtime_cli.terminal.plain import plain_lines
from realtime_cli.terminal.sanitize import clean


class AnswerView:
    """Writes `answer_text` as it comes and one newline at the end.

    Into a pipe or a file the text goes unchanged, because a script wants what the model said; a terminal gets it
    through the sanitizer, with line breaks and tabs. Only unpaired surrogates, which no encoding can write, become
    "?" everywhere.
    """

    def __init__(self, out: TextIO | None, err: TextIO | None, *, whole_calls: bool = False) -> None:
        """`out` None writes no answer at all (`--json` prints its own object at the end); `err` None no notices."""
        self._whole_calls = whole_calls
        self._out = out
        self._err = err
        self._is_terminal = out is not None and out.isatty()
        self._response_id = ""
        self._written = ""
        self._ends_with_newline = True
        self._reported = 0
        self._last: SessionState | None = None
        self._ask: Callable[[Question | None], None] | None = None

    def ask_with(self, ask: Callable[[Question | None], None]) -> None:
        """From now on questions about calls go there."""
        self._ask = ask

    def start(self) -> None:
        """Nothing to take."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Write what is new.

        Raises:
            OutputClosed: Nobody reads stdout any more.
        """
        self._last = state
        if state.response_id != self._response_id:
            self._response_id = state.response_id
            self._begin_anew()
        if not state.answer_text.startswith(self._written) and not self._written.startswith(
            state.answer_text
        ):
            self._begin_anew()  # the server took back what it had said; both stand there, on lines of their own
        self._write(state.answer_text[len(self._written) :])
        self._written = max(self._written, state.answer_text, key=len)
        self._report(state, state.settled)
        if self._ask is not None:
            self._ask(state.question)

    def stop(self) -> None:
        """Write the final newline, and what else was not said yet."""
        try:
            self._end_line()
            if self._last is not None:
                self._report(self._last, len(self._last.entries))
        except OutputClosed:
            return  # nobody is there to read it

    def _begin_anew(self) -> None:
        self._end_line()
        self._written = ""

    def _end_line(self) -> None:
        if self._out is not None and not self._ends_with_newline:
            self._ends_with_newline = True
            write(self._out, "\n")

    def _write(self, text: str) -> None:
        if not text or self._out is None:
            return
        shown = clean(text, keep_tabs=True, line_limit_chars=len(text)) if self._is_terminal else text
        write(self._out, shown)
        self._ends_with_newline = text.endswith("\n")

    def _report(self, state: SessionState, end: int) -> None:
        """Calls and notices, once they do not change any more."""
        for entry in state.entries[self._reported : end]:
            self._reported += 1
            if isinstance(entry, Call | Notice) and self._err is not None:
                write(self._err, plain_lines(entry, whole=self._whole_calls) + "\n")
