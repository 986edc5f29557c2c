"""Sequential lines for logs, pipes and screen readers: nothing moves, nothing is drawn twice."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO

from realtime_cli.session.state import Call, Entry, Notice, Phase, SessionState, Spoken
from realtime_cli.terminal.clipboard import copy
from realtime_cli.terminal.contract import NO_KEYS, KeysPicture, OutputClosed
from realtime_cli.terminal.counter import Lines
from realtime_cli.terminal.output import write
from realtime_cli.terminal.question import Asked, question_text
from realtime_cli.terminal.reports import Reports
from realtime_cli.terminal.sanitize import clean, clean_line
from realtime_cli.terminal.theme import Colour, Theme
from realtime_cli.terminal.wording import call_outcome, call_signature, phase_words, role_name

_OUTPUT_LIMIT_CHARS = 2_000
_WHOLE_CHARS = 100_000
_SPOKEN_LIMIT_CHARS = 200_000  # what people said is never cut
_LABEL_COLOURS = {"you": "32", "assistant": "36", "aside": "36", "call": "34"}


class PlainView:
    """The conversation on stdout, one entry after the other as it is finished; states and notices on stderr."""

    has_pages = False

    def __init__(self, out: TextIO, err: TextIO, theme: Theme) -> None:
        """Streams to write to; colours only where they are forced (`FORCE_COLOR`)."""
        self._out = out
        self._err = err
        self._colour = theme.colour is Colour.ALWAYS
        self._whole = theme.whole_calls
        self._printed = 0
        self._phase: Phase | None = None
        self._last: SessionState | None = None
        self._keys: Callable[[], KeysPicture] = lambda: NO_KEYS
        self._saw: Callable[[SessionState], None] = lambda state: None
        self._reports = Reports()
        self._typed: str | None = None
        self.asked = Asked()

    def watch_keys(
        self, keys: Callable[[], KeysPicture], saw: Callable[[SessionState], None] = lambda state: None
    ) -> None:
        """Echo what is typed, on stderr: the terminal itself does not while single keys are read."""
        self._keys, self._saw = keys, saw

    @property
    def state(self) -> SessionState | None:
        """The newest picture of the session."""
        return self._last

    def note(self, lines: Lines) -> None:
        """Lines on stderr, at once."""
        self._break_typed_line()
        write(self._err, "".join(f"{_indented(clean(line))}\n" for line in lines))

    def copy(self, text: str) -> None:
        """By the terminal where stderr is one, and by the desktop's own program."""

        def order_terminal(order: str) -> None:
            write(self._err, order)

        self.note([copy(text, os.environ, order_terminal if self._err.isatty() else None)])

    @property
    def is_read_by_people(self) -> bool:
        """Questions go to stderr; a person reads them there if it is a terminal."""
        return self._err is not None and self._err.isatty()

    def start(self) -> None:
        """Nothing to take."""

    def suspend(self) -> None:
        """What was typed so far stays where it is."""
        self._break_typed_line()

    def resume(self) -> None:
        """The next lines follow the shell's."""

    def update(self, state: SessionState, now_s: float) -> None:
        """Print entries that were settled since the last time, then the state if it is another one.

        Raises:
            OutputClosed: Nobody reads stdout any more.
        """
        self._last = state
        self._saw(state)
        self._print_until(state, state.settled)
        if reported := self._reports.new(state):
            self.note(reported)
        if state.phase is not self._phase:
            self._phase = state.phase
            self._print_phase(state, now_s)
        if state.question is not None and state.question != self.asked.question:
            self._break_typed_line()
            write(self._err, question_text(state.question) + "\n")
        self.asked.show(state.question, now_s)
        self._echo()

    def stop(self) -> None:
        """Print what was still in progress."""
        if self._last is not None:
            try:
                self._print_until(self._last, len(self._last.entries))
                self._break_typed_line()
            except OutputClosed:
                return  # nobody is there to read it

    def _echo(self) -> None:
        """What was added to the line being typed; the whole line anew when it was changed in another place."""
        prompt = self._keys().prompt
        if prompt is None:
            self._break_typed_line()
            return
        if self._typed is not None and prompt.text.startswith(self._typed):
            added = prompt.text[len(self._typed) :]
        else:
            self._break_typed_line()
            added = f"> {prompt.text}"
        self._typed = prompt.text
        if added:
            write(self._err, clean(added).replace("\n", " "))

    def _break_typed_line(self) -> None:
        if self._typed is not None:
            self._typed = None
            write(self._err, "\n")

    def _print_until(self, state: SessionState, end: int) -> None:
        for entry in state.entries[self._printed : end]:
            self._printed += 1
            self._break_typed_line()
            stream = self._err if isinstance(entry, Notice) else self._out
            write(stream, self._painted(plain_lines(entry, whole=self._whole)) + "\n")

    def _print_phase(self, state: SessionState, now_s: float) -> None:
        self._break_typed_line()
        write(self._err, f"[{phase_words(state, now_s)}]\n")

    def _painted(self, text: str) -> str:
        label, colon, rest = text.partition(":")
        colour = _LABEL_COLOURS.get(label) if self._colour else None
        return f"\x1b[{colour}m{label}{colon}\x1b[0m{rest}" if colour else text


def plain_lines(entry: Entry, *, whole: bool = False) -> str:
    """An entry as "who: what", further lines indented, without a final newline. `whole`: calls are not cut."""
    match entry:
        case Spoken():
            return _spoken(entry)
        case Call():
            limit = _WHOLE_CHARS if whole else _OUTPUT_LIMIT_CHARS
            output = clean(entry.output, line_limit_chars=limit).strip()
            result = f" -> {output}" if output else ""
            signature = call_signature(entry, _WHOLE_CHARS if whole else 1_000)
            written = f" (the model wrote: {clean(entry.written)})" if whole and entry.written else ""
            return _indented(f"call: {signature} [{call_outcome(entry, None)}]{written}{result}")
        case Notice():
            advice = f" {clean(entry.advice)}" if entry.advice else ""
            return _indented(f"{entry.severity}: {clean(entry.text)}{advice}")


def _spoken(entry: Spoken) -> str:
    words = clean(entry.text, line_limit_chars=_SPOKEN_LIMIT_CHARS).strip()
    if not words:
        words = (
            "(no words)"
            if not entry.problem
            else "(no transcript)"
            if entry.role == "user"
            else "(no answer)"
        )
    mark = " [interrupted]" if entry.interrupted else ""
    problem = f" [{clean_line(entry.problem)}]" if entry.problem else ""
    return _indented(f"{role_name(entry)}: {words}{mark}{problem}")


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
