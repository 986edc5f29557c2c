"""`talk --jsonl`: JSON lines on stdout for programs, and nothing else there; questions and typing on stderr."""

from __future__ import annotations

from typing import TextIO

from realtime_cli.session.state import SessionState
from realtime_cli.terminal.jsonl_lines import AsideLine, Line, encode, entry_line, state_line
from realtime_cli.terminal.output import write
from realtime_cli.terminal.plain import PlainView
from realtime_cli.terminal.theme import Theme


class JsonlView(PlainView):
    """One object a line for every finished turn, state change, call and error."""

    every_change = True

    def __init__(self, out: TextIO, err: TextIO, theme: Theme) -> None:
        """`out` gets the lines, `err` what a person at the terminal needs (the line being typed, questions)."""
        super().__init__(out, err, theme)
        self._begun_s: float | None = None
        self._at_s = 0.0
        self._asides: set[str] = set()

    def update(self, state: SessionState, now_s: float) -> None:
        """Write what is new.

        Raises:
            OutputClosed: Nobody reads stdout any more.
        """
        if self._begun_s is None:
            self._begun_s = now_s
        self._at_s = round(now_s - self._begun_s, 3)
        super().update(state, now_s)
        for aside in state.asides:
            if aside.over and aside.aside_id not in self._asides:
                self._asides.add(aside.aside_id)
                self._put(
                    AsideLine(
                        at_s=self._at_s, question=aside.question, text=aside.text, problem=aside.problem
                    )
                )

    def _print_until(self, state: SessionState, end: int) -> None:
        for entry in state.entries[self._printed : end]:
            self._printed += 1
            self._put(entry_line(entry, state, self._at_s))

    def _print_phase(self, state: SessionState, now_s: float) -> None:
        self._put(state_line(state, self._at_s, now_s))

    def _put(self, line: Line) -> None:
        write(self._out, encode(line) + "\n")
