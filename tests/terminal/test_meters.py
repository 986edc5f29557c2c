"""Meters: full at 0 dBFS, empty at -60, always as wide as asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.terminal.meters import Ballistics, bar, decibels, meter
from realtime_cli.terminal.runs import Run, line_of
from realtime_cli.terminal.theme import ASCII, UNICODE, Glyphs


def drawn(runs: list[Run]) -> str:
    return line_of(runs).plain


@given(st.floats(-200, 20), st.integers(1, 40), st.sampled_from([UNICODE, ASCII]))
def test_a_bar_is_as_wide_as_asked(level_dbfs: float, cells: int, glyphs: Glyphs) -> None:
    assert len(bar(level_dbfs, cells, glyphs)) == cells


@given(st.floats(-100, 0), st.floats(-100, 0))
def test_louder_is_never_shorter(one_dbfs: float, other_dbfs: float) -> None:
    def eighths(level_dbfs: float) -> int:
        return sum(UNICODE.bar.index(cell) for cell in bar(level_dbfs, 20, UNICODE))

    low_dbfs, high_dbfs = sorted((one_dbfs, other_dbfs))
    assert eighths(low_dbfs) <= eighths(high_dbfs)


def test_the_scale_ends_at_0_and_minus_60() -> None:
    assert bar(0.0, 4, UNICODE) == "████"
    assert bar(-30.0, 4, UNICODE) == "██  "
    assert bar(-60.0, 4, UNICODE) == "    "
    assert bar(-26.25, 2, UNICODE) == "█▏"


def test_a_meter_names_shows_and_counts() -> None:
    assert drawn(meter("mic", -31.0, 6, UNICODE)) == "mic ▕██▉   ▏ -31 dB"
    assert drawn(meter("spk", -100.0, 6, ASCII)) == "spk [      ]       "


@pytest.mark.parametrize("level_dbfs", [-100.0, -59.9, -9.4, 0.0])
def test_the_number_keeps_its_width(level_dbfs: float) -> None:
    assert len(decibels(level_dbfs)) == 7


def test_loud_and_hot_have_other_colours() -> None:
    styles = [{style for _, style in meter("mic", level, 6, UNICODE)} for level in (-20.0, -10.0, -2.0)]
    assert ["green" in styles[0], "yellow" in styles[1], "red" in styles[2]] == [True, True, True]


def test_a_held_peak_is_marked_and_counted() -> None:
    assert drawn(meter("mic", -40.0, 6, UNICODE, -12.0)) == "mic ▕██  ╵ ▏ -12 dB"
    assert drawn(meter("mic", -40.0, 6, ASCII, -12.0)) == "mic [==  ' ] -12 dB"
    assert drawn(meter("mic", -100.0, 6, UNICODE, -100.0)) == "mic ▕      ▏       "


def test_a_peak_stays_for_a_moment_and_then_gives_way() -> None:
    needle = Ballistics()
    needle.follow(-10.0, 0.0)
    shown = []
    for tenth in range(1, 20):
        needle.follow(-50.0, tenth / 10)
        shown.append(needle.peak_dbfs)
    assert shown[:14] == [-10.0] * 14
    assert shown[-1] == -50.0
    needle.follow(-5.0, 2.0)
    assert needle.peak_dbfs == -5.0


@given(st.lists(st.floats(-100, 0), min_size=1, max_size=60))
def test_the_peak_is_never_below_what_is_shown(levels_dbfs: list[float]) -> None:
    needle = Ballistics()
    for step, level_dbfs in enumerate(levels_dbfs):
        assert needle.follow(level_dbfs, step / 10) <= needle.peak_dbfs
