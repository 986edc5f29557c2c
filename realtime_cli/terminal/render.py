"""The live region as a pure function: state, keys and size in, lines out. No clock, no screen, no files."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from rich.console import Console, ConsoleOptions
from rich.text import Text

from realtime_cli.session.state import Entry, Notice, SessionState
from realtime_cli.terminal.contract import NO_KEYS, KeysPicture
from realtime_cli.terminal.entries import begins_turn, entry_lines, note_lines, notice_lines
from realtime_cli.terminal.hints import help_lines, hints_line, prompt_lines
from realtime_cli.terminal.question_lines import question_lines
from realtime_cli.terminal.status import NO_PEAKS, Peaks, facts_line, state_lines
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
    """The live region for what is going on now.

    Args:
        state: Only its unsettled entries are looked at, so the length of the conversation costs nothing.
        canvas: Size, theme, keys.
        now_s: Loop time, for running times and countdowns.

    Returns:
        At least one line and never more than `canvas.height - 1`. Where room is short the newest lines of the
        conversation stay, then the hints go first, the session facts second, notices third.
    """
    width = max(12, canvas.width - 1)
    room = max(1, canvas.height - 1)
    epoch_s = None if canvas.epoch_offset_s is None else now_s + canvas.epoch_offset_s
    first = max(state.settled, canvas.printed)
    alive = state.entries[first:]

    top = state_lines(state, canvas.theme, width, now_s, canvas.peaks)
    typed = prompt_lines(canvas.keys.prompt, canvas.theme, width) if canvas.keys.prompt is not None else []
    hints = [line for line in (hints_line(state, canvas.keys, canvas.theme, width),) if line]
    facts = [
        line
        for line in (
            facts_line(state, canvas.provider, canvas.theme, width, epoch_s, shows_cost=canvas.shows_cost),
        )
        if line
    ]
    notices = _notices(alive, width, canvas.theme)
    asked = question_lines(state.question, width, canvas.theme) if state.question is not None else []
    body = _page(state, canvas, width) or _body(state, first, canvas, width, now_s)

    left = room - min(len(top), room)
    typed = typed[-left:] if left else []
    left -= len(typed)
    asked = asked[: max(0, left - 1)]  # what a person must read before a key counts goes before all else
    left -= len(asked)
    wanted = min(len(body), 3)  # so many lines of the conversation are worth more than the rest of the bottom
    kept: dict[str, list[Text]] = {}
    for name, lines in (("notices", notices), ("facts", facts), ("hints", hints)):
        share = left - wanted if name != "notices" else left - min(1, wanted)
        kept[name] = lines[:share] if share > 0 else []
        left -= len(kept[name])
    body = body[-left:] if left > 0 else []
    if (body or first) and left - len(body) >= 1 and room >= 10:
        body = [*body, Text()]  # a blank line between what is said (here or above) and how things stand
    lines = [*body, *kept["notices"], *asked, *top[:room], *kept["facts"], *typed, *kept["hints"]]
    return Picture(tuple(_finished(line, width) for line in lines))


def _page(state: SessionState, canvas: Canvas, width: int) -> list[Text]:
    if canvas.keys.page == "help":
        return [Text(), *help_lines(canvas.keys, canvas.theme, width)]
    if canvas.keys.page == "cost":
        cut = canvas.theme.glyphs.ellipsis
        return [Text(), *(Text("  ").append(crop(line, width - 2, cut)) for line in usage_lines(state))]
    return []


def _body(state: SessionState, first: int, canvas: Canvas, width: int, now_s: float) -> list[Text]:
    lines: list[Text] = []
    for index, entry in enumerate(state.entries[first:], first):
        if not isinstance(entry, Notice):
            if begins_turn(entry, index):
                lines.append(Text())
            lines += entry_lines(entry, width, canvas.theme, now_s)
    for note in canvas.notes:
        lines += note_lines(note, width, canvas.theme)
    return lines


def _notices(alive: tuple[Entry, ...], width: int, theme: Theme) -> list[Text]:
    notices = [entry for entry in alive if isinstance(entry, Notice)][-_MAX_NOTICES:]
    lines = [line for notice in notices for line in notice_lines(notice, width, theme)]
    return lines[-_MAX_NOTICE_LINES:]


def _finished(line: Text, width: int) -> Text:
    if not any(
        span.style == "reverse" for span in line.spans[-1:]
    ):  # the cursor behind the last word is a blank
        line.rstrip()
    if line.cell_len > width:
        line.truncate(width)
    line.no_wrap = True
    line.overflow = "ignore"
    return line
