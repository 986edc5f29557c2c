"""Level meters on a dBFS scale, drawn in eighths of a cell."""

from __future__ import annotations

from rich.text import Text

from realtime_cli.terminal.theme import Glyphs

FLOOR_DBFS = -60.0  # a quiet room lies at about -60: below it the bar would only flicker
LOUD_DBFS = -12.0  # good speech peaks below this
HOT_DBFS = -3.0  # from here on clipping is near


def meter(name: str, level_dbfs: float, cells: int, glyphs: Glyphs) -> Text:
    """One meter: name, bar and number, for example "mic ▕██▍     ▏ -31 dB".

    Args:
        name: What is measured, ours.
        level_dbfs: -100..0; shown from -60 on.
        cells: Width of the bar without its ends, at least 1.
        glyphs: For the bar.
    """
    text = Text()
    text.append(name, "dim")
    text.append(f" {glyphs.bar_left}", "dim")
    text.append(bar(level_dbfs, cells, glyphs), _style(level_dbfs))
    text.append(glyphs.bar_right, "dim")
    text.append(decibels(level_dbfs), "dim")
    return text


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


def _style(level_dbfs: float) -> str:
    if level_dbfs >= HOT_DBFS:
        return "red"
    return "yellow" if level_dbfs >= LOUD_DBFS else "green"
