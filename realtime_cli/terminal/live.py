"""The live view: what is going on now in a small region at the bottom, everything finished above it for good."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
from collections.abc import Callable
from typing import NoReturn

from msgspec.structs import replace
from rich.console import Console
from rich.live import Live
from rich.text import Text

from realtime_cli.session.state import SessionState
from realtime_cli.terminal.clipboard import copy
from realtime_cli.terminal.contract import NO_KEYS, KeysPicture, OutputClosed
from realtime_cli.terminal.counter import Lines
from realtime_cli.terminal.entries import begins_turn, entry_lines, note_lines
from realtime_cli.terminal.meters import Ballistics
from realtime_cli.terminal.notes import Notes
from realtime_cli.terminal.output import silence
from realtime_cli.terminal.question import Asked
from realtime_cli.terminal.quiet import QuietStderr
from realtime_cli.terminal.reflow import erasing
from realtime_cli.terminal.region import NOTHING, Region, change
from realtime_cli.terminal.render import Canvas, Painter, Picture
from realtime_cli.terminal.reports import Reports
from realtime_cli.terminal.screen_size import ScreenSize
from realtime_cli.terminal.status import Peaks
from realtime_cli.terminal.theme import Theme


class ScreenConsole(Console):
    """Rich's console, except that a closed output is an error of ours instead of the end of the process."""

    def on_broken_pipe(self) -> NoReturn:
        """Called by Rich while `BrokenPipeError` is handled."""
        raise OutputClosed from None


class LiveView:
    """An inline Rich region; the scrollback stays the user's.

    Only what changed is drawn: an equal picture at an equal size writes no byte. Runs on the loop, without threads.
    """

    has_pages = True

    def __init__(
        self,
        console: Console,
        theme: Theme,
        *,
        provider: str = "",
        epoch_offset_s: float | None = None,
        quiet: QuietStderr | None = None,
        shows_cost: bool = True,
    ) -> None:
        """A view on a console that is a terminal.

        Args:
            console: Where to draw.
            theme: What it can show.
            provider: Its name, for the status line.
            epoch_offset_s: Epoch time minus loop time; None hides the session time left.
            shows_cost: The estimated cost stands in the status line.
            quiet: Keeps what libraries print on fd 2 off the screen while it is ours.
        """
        self._console = console
        self._theme = theme
        self._provider = provider
        self._epoch_offset_s = epoch_offset_s
        self._quiet = quiet
        self._shows_cost = shows_cost
        self._keys: Callable[[], KeysPicture] = lambda: NO_KEYS
        self._saw: Callable[[SessionState], None] = lambda state: None
        self._live: Live | None = None
        self._region = Region()
        self._painter = Painter()
        self._mic, self._speaker = Ballistics(), Ballistics()
        self._drawn = NOTHING
        self._screen_size = ScreenSize(console)
        self._size = (0, 0)
        self._printed = 0
        self._last: tuple[SessionState, float] | None = None
        self.asked = Asked()
        self._watches_size = False
        self._notes = Notes()
        self._reports = Reports()

    def watch_keys(
        self, keys: Callable[[], KeysPicture], saw: Callable[[SessionState], None] = lambda state: None
    ) -> None:
        """Show what the keyboard adds to the picture, asked for at each update; `saw` is told what is shown."""
        self._keys, self._saw = keys, saw

    @property
    def state(self) -> SessionState | None:
        """The newest picture of the session."""
        return self._last[0] if self._last is not None else None

    def note(self, lines: Lines) -> None:
        """Show these lines with the next picture, and print them in their place."""
        state = self.state
        self._notes.add(lines, len(state.entries) if state is not None else 0)

    def copy(self, text: str) -> None:
        """By the terminal, and by the desktop's own program."""
        self.note([copy(text, os.environ, lambda order: self._guarded(self._write, order))])

    def start(self) -> None:
        """Hide the cursor and take the bottom of the screen; also after `suspend`."""
        if self._live is not None:
            return
        if self._quiet is not None:
            self._quiet.start()
        self._drawn, self._size = NOTHING, self._screen_size.now()
        self._region.picture = NOTHING
        self._live = Live(
            self._region,
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        self._guarded(self._live.start)
        self._watch_size(True)
        atexit.register(self.stop)

    def update(self, state: SessionState, now_s: float) -> None:
        """Print newly settled entries above the region and draw the region where it changed.

        Raises:
            OutputClosed: The terminal went away.
        """
        self._last = (state, now_s)
        self._saw(state)
        self.note(self._reports.new(state))
        if self._live is None:
            return
        size = self._screen_size.now()
        if size != self._size:
            self._guarded(self._erase_at_new_size, size[0])
            self._size = size
            self._drawn = NOTHING
        settled = self._settled_lines(state, state.settled)
        picture = self._painter.paint(self._calmed(state, now_s), self._canvas(), now_s)
        if not settled and picture == self._drawn:
            self.asked.show(state.question, now_s)
            return
        self._region.picture = picture
        self._guarded(self._show, settled)
        self._drawn = picture
        self.asked.show(state.question, now_s)

    def stop(self) -> None:
        """Print what was still in progress, remove the region, show the cursor."""
        atexit.unregister(self.stop)
        try:
            if self._live is not None:
                if self._last is not None:
                    state, _ = self._last
                    left = self._settled_lines(state, len(state.entries))
                    left += self._noted_lines(self._notes.rest())
                    self._region.picture = NOTHING
                    self._guarded(self._show, left)
                self._leave()
        except OutputClosed:
            return  # nobody is there to see it
        finally:
            if self._quiet is not None:
                self._quiet.stop()

    def suspend(self) -> None:
        """Give the screen back for a while (Ctrl+Z): the region goes, what is finished stays.

        fd 2 stays quiet: the sound system complains about the pause before we could make it quiet again.
        """
        if self._live is not None:
            self._leave()

    def resume(self) -> None:
        """Take the screen again and draw the last picture."""
        self.start()
        self.redraw()

    def redraw(self) -> None:
        """Draw the last picture at the present size; what stands there from an older size is erased."""
        if self._last is not None:
            self.update(*self._last)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _calmed(self, state: SessionState, now_s: float) -> SessionState:
        return replace(
            state,
            mic_dbfs=self._mic.follow(state.mic_dbfs, now_s),
            speaker_dbfs=self._speaker.follow(state.speaker_dbfs, now_s),
        )

    def _canvas(self) -> Canvas:
        width, height = self._size
        return Canvas(
            width=width,
            height=height,
            theme=self._theme,
            provider=self._provider,
            keys=self._keys(),
            printed=self._printed,
            epoch_offset_s=self._epoch_offset_s,
            shows_cost=self._shows_cost,
            notes=self._notes.waiting,
            peaks=Peaks(self._mic.peak_dbfs, self._speaker.peak_dbfs),
        )

    def _settled_lines(self, state: SessionState, end: int) -> list[Text]:
        width = max(12, self._size[0] - 1)
        lines: list[Text] = []
        for index, entry in enumerate(state.entries[self._printed : end], self._printed):
            lines += self._noted_lines(self._notes.due(index))
            if begins_turn(entry, index):
                lines.append(Text())
            lines += entry_lines(entry, width, self._theme)
        self._printed = max(self._printed, end)
        return lines + self._noted_lines(self._notes.due(self._printed))

    def _noted_lines(self, notes: Lines) -> list[Text]:
        width = max(12, self._size[0] - 1)
        return [line for note in notes for line in note_lines(note, width, self._theme)]

    def _write(self, order: str) -> None:
        self._console.file.write(order)
        self._console.file.flush()

    def _show(self, settled: list[Text]) -> None:
        """One write to the terminal: lines changed; or region erased, finished lines, region drawn."""
        assert self._live is not None
        drawn = self._drawn is not NOTHING and not settled
        orders = change(self._drawn.lines, self._region.picture.lines, self._console) if drawn else None
        if settled:
            self._console.print(Picture(tuple(settled)), crop=False)
        elif orders is None:
            self._live.refresh()
        else:
            self._write(orders)

    def _leave(self) -> None:
        assert self._live is not None
        live, self._live = self._live, None
        self._watch_size(False)
        self._region.picture = NOTHING
        self._guarded(live.stop)

    def _guarded(self, draw: Callable[..., None], *arguments: object) -> None:
        try:
            draw(*arguments)
        except (OSError, OutputClosed) as exc:  # the terminal hung up
            silence(self._console.file)
            self._live = None  # Rich's region is in an unknown state now, and nobody will see another one
            self._watch_size(False)
            raise OutputClosed from exc

    def _erase_at_new_size(self, width: int) -> None:
        self._console.control(erasing(self._drawn.lines, width, reflows=self._theme.reflows))

    def _watch_size(self, wanted: bool) -> None:
        """Redraw at once when the size changes; without it the next update notices."""
        if wanted == self._watches_size or not hasattr(signal, "SIGWINCH"):
            return
        try:
            loop = asyncio.get_running_loop()
            if wanted:
                loop.add_signal_handler(signal.SIGWINCH, self._resized)
            else:
                loop.remove_signal_handler(signal.SIGWINCH)
        except (RuntimeError, ValueError):
            return  # no loop, or not the main thread
        self._watches_size = wanted

    def _resized(self) -> None:
        try:
            if self._screen_size.now() != self._size:
                self.redraw()
        except OutputClosed:
            return  # the next update says so
