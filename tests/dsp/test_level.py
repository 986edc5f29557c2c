"""Levels in dBFS."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp import level
from tests.dsp.signals import tone


def test_a_full_scale_sine_is_3_db_below_full_scale() -> None:
    sine = tone(1000, 24_000, peak=32767)
    assert level.rms_dbfs(sine) == pytest.approx(-3.01, abs=0.01)
    assert level.peak_dbfs(sine) == pytest.approx(0.0, abs=0.01)


def test_silence_and_nothing_are_at_the_floor() -> None:
    for frames in (np.zeros(480, dtype=np.int16), np.zeros(0, dtype=np.int16)):
        assert level.rms_dbfs(frames) == level.FLOOR_DBFS == -100.0
        assert level.peak_dbfs(frames) == -100.0


def test_the_most_negative_sample_is_full_scale() -> None:
    lowest = np.full(4, -32768, dtype=np.int16)
    assert level.peak_dbfs(lowest) == 0.0
    assert level.rms_dbfs(lowest) == pytest.approx(0.0, abs=1e-4)


def test_one_step_is_above_the_floor() -> None:
    assert level.peak_dbfs(np.array([0, 1], dtype=np.int16)) == pytest.approx(-90.3, abs=0.1)
