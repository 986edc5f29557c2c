"""The live region as a pure function: state, keys and size in, lines out. No clock, no screen, no files.

Ten times a second mostly the meters move and nothing else: a `Painter` keeps the lines that would come out the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

from realtime_cli.session.state import Call, Entry, Notice, Question, SessionState
from realtime_cli.terminal.contract import NO_KEYS, KeysPicture, PromptLine
from realtime_cli.terminal.entries import begins_turn, entry_lines, note_lines, notice_lines
from realtime_cli.terminal.hints import help_lines, hints_line, prompt_lines
from realtime_cli.terminal.kept import Kept
from realtime_cli.terminal.question_lines import question_lines
from realtime_cli.terminal.status import (
    NO_PEAKS,
    Peaks,
    facts_line,
    session_left,
    shown_delay_ms,
    state_lines,
)
from realtime_cli.terminal.theme import Theme
from realtime_cli.terminal.usage import usage_lines
from realtime_cli.terminal.wrap import crop

_MAX_NOTICES = 3
_MAX_NOTICE_LINES = 6


class Canvas(Struct, frozen=True):
    """Everything besides the state that a picture depends on.

    Attributes:
        width: Cells of the screen; the last one stays free, because a full line makes some terminals wrap early.
        height: Rows of the screen; the region stays below it, because a region as high as the screen scrolls.
        theme: What the terminal can show.
        provider: Name for the status line.
        keys: What the keyboard adds.
        printed: So many entries stand in the scrollback already; more than `settled` after an early stop only.
        epoch_offset_s: Epoch time minus loop time, None when unknown: then the session time left is not shown.
        peaks: Of the meters.
        notes: Answers to commands that wait for what is still being said above them.
        shows_cost: The estimated cost stands in the status line.
    """

    width: int
    height: int
    theme: Theme
    provider: str = ""
    keys: KeysPicture = NO_KEYS
    printed: int = 0
    epoch_offset_s: float | None = None
    peaks: Peaks = NO_PEAKS
    shows_cost: bool = True
    notes: tuple[str, ...] = ()


class Picture(Struct, frozen=True):
    """Lines for Rich, each no wider than the screen. Equal pictures look equal: nothing needs to be drawn."""

    lines: tuple[Text, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield from self.lines

    @property
    def plain(self) -> str:
        """The text without styles, for tests and logs."""
        return "\n".join(line.plain for line in self.lines)


def render(state: SessionState, canvas: Canvas, now_s: float) -> Picture:
    """One picture alone; `Painter.paint` says what is in it."""
    return Painter().paint(state, canvas, now_s)


class Painter:
    """Paints one picture after the other, each exactly as it would be without those before it."""

    def __init__(self) -> None:
        self._still: SessionState | None = None
        self._typed, self._asked = Kept(_typed), Kept(_asked)
        self._hints, self._facts, self._page = Kept(_hints), Kept(_facts), Kept(_page)
        self._notices, self._notes = Kept(_notices), Kept(_notes)
        self._entries: dict[int, Kept[Entry, int, int, Theme, float]] = {}

    def paint(self, state: SessionState, canvas: Canvas, now_s: float) -> Picture:
        """The live region for what is going on now.

        Args:
            state: Only its unsettled entries are looked at, so the length of the conversation costs nothing.
            canvas: Size, theme, keys.
            now_s: Loop time, for running times and countdowns.

        Returns:
            At least one line and never more than `canvas.height - 1`. Where room is short the newest lines of the
            conversation stay, then the hints go first, the session facts second, notices third.
        """
        width, room = max(12, canvas.width - 1), max(1, canvas.height - 1)
        theme, keys, still = canvas.theme, canvas.keys, self._stilled(state)
        epoch_s = None if canvas.epoch_offset_s is None else now_s + canvas.epoch_offset_s
        left = session_left(state, epoch_s)
        first = max(state.settled, canvas.printed)
        alive = state.entries[first:]
        notices = tuple(entry for entry in alive if isinstance(entry, Notice))
        parts = _Parts(
            top=_finished(state_lines(state, theme, width, now_s, canvas.peaks), width),
            typed=self._typed(keys.prompt, theme, width),
            hints=self._hints(still, keys, theme, width),
            facts=self._facts(still, canvas.provider, left, theme, width, canvas.shows_cost),
            notices=self._notices(notices, theme, width),
            asked=self._asked(state.question, theme, width),
            body=self._page(still, keys, theme, width) or self._body(alive, first, canvas, now_s),
        )
        return Picture(tuple(_arranged(parts, room, after_others=first > 0)))

    def _stilled(self, state: SessionState) -> SessionState:
        """One that is equal to the last one is that one: then comparing it costs nothing."""
        still = stilled(state)
        if still != self._still:
            self._still = still
        return self._still or still

    def _body(self, alive: tuple[Entry, ...], first: int, canvas: Canvas, now_s: float) -> list[Text]:
        theme, width = canvas.theme, max(12, canvas.width - 1)
        before, self._entries = self._entries, {}
        lines: list[Text] = []
        for index, entry in enumerate(alive, first):
            if not isinstance(entry, Notice):
                kept = self._entries[index] = before.get(index) or Kept(_entry)
                running = isinstance(entry, Call) and entry.ended_at_s is None
                lines += kept(entry, index, width, theme, now_s if running else 0.0)
        return lines + self._notes(canvas.notes, theme, width)


def stilled(state: SessionState) -> SessionState:
    """The state without what moves while somebody speaks: hints, facts and pages look the same without it."""
    return replace(
        state,
        entries=(),
        settled=0,
        items=(),
        answer_text="",
        asides=(),
        mic_dbfs=0.0,
        speaker_dbfs=0.0,
        speaker_delay_ms=shown_delay_ms(state),
    )


class _Parts(Struct):
    """The lines of a picture by what they are about."""

    top: list[Text]
    typed: list[Text]
    hints: list[Text]
    facts: list[Text]
    notices: list[Text]
    asked: list[Text]
    body: list[Text]


def _arranged(parts: _Parts, room: int, *, after_others: bool) -> list[Text]:
    """What of all lines fits on the screen, in its order."""
    left = room - min(len(parts.top), room)
    typed = parts.typed[-left:] if left else []
    left -= len(typed)
    asked = parts.asked[
        : max(0, left - 1)
    ]  # what a person must read before a key counts goes before all else
    left -= len(asked)
    wanted = min(len(parts.body), 3)  # so many lines of the conversation are worth more than the rest below
    notices = parts.notices[: max(0, left - min(1, wanted))]
    left -= len(notices)
    facts = parts.facts[: max(0, left - wanted)]
    left -= len(facts)
    hints = parts.hints[: max(0, left - wanted)]
    left -= len(hints)
    body = parts.body[-left:] if left > 0 else []
    if (body or after_others) and left - len(body) >= 1 and room >= 10:
        body = [*body, _BLANK]  # a blank line between what is said (here or above) and how things stand
    return [*body, *notices, *asked, *parts.top[:room], *facts, *typed, *hints]


def _typed(prompt: PromptLine | None, theme: Theme, width: int) -> list[Text]:
    return [] if prompt is None else _finished(prompt_lines(prompt, theme, width), width)


def _hints(still: SessionState, keys: KeysPicture, theme: Theme, width: int) -> list[Text]:
    line = hints_line(still, keys, theme, width)
    return _finished([line], width) if line else []


def _facts(
    still: SessionState, provider: str, left: tuple[str, bool], theme: Theme, width: int, shows_cost: bool
) -> list[Text]:
    line = facts_line(still, provider, theme, width, left, shows_cost=shows_cost)
    return _finished([line], width) if line else []


def _asked(question: Question | None, theme: Theme, width: int) -> list[Text]:
    return [] if question is None else _finished(question_lines(question, width, theme), width)


def _page(still: SessionState, keys: KeysPicture, theme: Theme, width: int) -> list[Text]:
    lines: list[Text] = []
    if keys.page == "help":
        lines = [Text(), *help_lines(keys, theme, width)]
    if keys.page == "cost":
        cut = theme.glyphs.ellipsis
        lines = [Text(), *(Text("  ").append(crop(line, width - 2, cut)) for line in usage_lines(still))]
    return _finished(lines, width)


def _entry(entry: Entry, index: int, width: int, theme: Theme, now_s: float) -> list[Text]:
    above = [Text()] if begins_turn(entry, index) else []
    return _finished(above + entry_lines(entry, width, theme, now_s), width)


def _notes(notes: tuple[str, ...], theme: Theme, width: int) -> list[Text]:
    return _finished([line for note in notes for line in note_lines(note, width, theme)], width)


def _notices(notices: tuple[Notice, ...], theme: Theme, width: int) -> list[Text]:
    lines = [line for notice in notices[-_MAX_NOTICES:] for line in notice_lines(notice, width, theme)]
    return _finished(lines[-_MAX_NOTICE_LINES:], width)


def _finished(lines: list[Text], width: int) -> list[Text]:
    for line in lines:
        plain, spans = line.plain, line.spans
        on_blank = bool(spans) and spans[-1].style == "reverse"  # the cursor behind the last word
        if plain[-1:].isspace() and not on_blank:
            line.rstrip()
        if cell_len(plain) > width:
            line.truncate(width)
        line.no_wrap = True
        line.overflow = "ignore"
    return lines


_BLANK: Final = _finished([Text()], 1)[0]
