"""Level meters on a dBFS scale, drawn in eighths of a cell."""

from __future__ import annotations

from math import ceil

from realtime_cli.terminal.runs import Run
from realtime_cli.terminal.theme import Glyphs

FLOOR_DBFS = -60.0  # a quiet room lies at about -60: below it the bar would only flicker
LOUD_DBFS = -12.0  # good speech peaks below this
HOT_DBFS = -3.0  # from here on clipping is near
FALL_DB_PER_S = 40.0  # speech pauses between words last 0.1 s: the bar sinks through them instead of jumping
HOLD_S = 1.5  # long enough to be read, as on mixing desks


def meter(
    name: str, level_dbfs: float, cells: int, glyphs: Glyphs, peak_dbfs: float | None = None
) -> list[Run]:
    """One meter: name, bar with the held peak, and the peak's number: "mic ▕██▍  ╵  ▏ -31 dB".

    Args:
        name: What is measured, ours.
        level_dbfs: -100..0; shown from -60 on.
        cells: Width of the bar without its ends, at least 1.
        glyphs: For the bar.
        peak_dbfs: The loudest of the last moments; None: the level itself.
    """
    peak_dbfs = level_dbfs if peak_dbfs is None else max(level_dbfs, peak_dbfs)
    drawn = bar(level_dbfs, cells, glyphs)
    mark = _peak_cell(peak_dbfs, cells)
    runs = [(name, "dim"), (f" {glyphs.bar_left}", "dim")]
    if mark is not None and drawn[mark] == " ":
        runs.append((drawn[:mark], _style(level_dbfs)))
        runs.append((glyphs.peak, _style(peak_dbfs)))
        runs.append((drawn[mark + 1 :], ""))
    else:
        runs.append((drawn, _style(level_dbfs)))
    runs.append((glyphs.bar_right, "dim"))
    runs.append((decibels(peak_dbfs), _style(peak_dbfs) if peak_dbfs >= HOT_DBFS else "dim"))
    return runs


def bar(level_dbfs: float, cells: int, glyphs: Glyphs) -> str:
    """The bar alone, exactly `cells` wide; full at 0 dBFS, empty at -60 and below."""
    parts = len(glyphs.bar) - 1
    share = min(1.0, max(0.0, 1.0 - level_dbfs / FLOOR_DBFS))
    steps = round(share * cells * parts)
    full, rest = divmod(steps, parts)
    drawn = glyphs.bar[-1] * full + (glyphs.bar[rest] if rest else "")
    return drawn.ljust(cells)


def decibels(level_dbfs: float) -> str:
    """The number beside the bar, always seven cells, blank below the scale."""
    return f"{level_dbfs:4.0f} dB" if level_dbfs > FLOOR_DBFS else " " * 7


def _peak_cell(peak_dbfs: float, cells: int) -> int | None:
    """The cell in which the peak lies, None below the scale."""
    if peak_dbfs <= FLOOR_DBFS:
        return None
    return min(cells, max(1, ceil((1.0 - peak_dbfs / FLOOR_DBFS) * cells))) - 1


def _style(level_dbfs: float) -> str:
    if level_dbfs >= HOT_DBFS:
        return "red"
    return "yellow" if level_dbfs >= LOUD_DBFS else "green"


class Ballistics:
    """A level as meters show it: up at once, down at 40 dB per second; its peak stays for a moment."""

    def __init__(self) -> None:
        self.peak_dbfs = -100.0
        self._shown_dbfs = -100.0
        self._at_s: float | None = None
        self._peak_at_s = 0.0

    def follow(self, level_dbfs: float, now_s: float) -> float:
        """What to show for a level measured now, -100..0 dBFS; `peak_dbfs` follows."""
        passed_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._shown_dbfs = max(level_dbfs, self._shown_dbfs - FALL_DB_PER_S * passed_s)
        if level_dbfs >= self.peak_dbfs or now_s - self._peak_at_s >= HOLD_S:
            # A peak whose time is over makes room for what is shown now: one step, nothing crawls for no reason.
            self.peak_dbfs, self._peak_at_s = max(level_dbfs, self._shown_dbfs), now_s
        return self._shown_dbfs
