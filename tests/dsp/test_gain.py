"""Gains that glide, and fades."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp import gain
from tests.dsp.signals import noise, ramp


def test_gain_one_leaves_every_bit() -> None:
    block = noise(480)
    same = block.copy()
    gain.GainGlide().apply(same, 1.0)
    assert np.array_equal(same, block)


def test_a_new_gain_is_reached_at_the_end_of_one_block_without_a_step() -> None:
    glide = gain.GainGlide()
    block = np.full(480, 10_000, dtype=np.int16)
    glide.apply(block, 0.5)
    assert block[0] > 9_980
    assert block[-1] == pytest.approx(5_000, abs=1)
    assert np.abs(np.diff(block)).max() <= 12
    steady = np.full(480, 10_000, dtype=np.int16)
    glide.apply(steady, 0.5)
    assert np.all(np.abs(steady - 5_000) <= 1)


def test_loud_is_clipped_not_wrapped() -> None:
    glide = gain.GainGlide()
    glide.apply(np.zeros(10, dtype=np.int16), 4.0)
    block = np.array([30_000, -30_000], dtype=np.int16)
    glide.apply(block, 4.0)
    assert block.tolist() == [32767, -32768]


def test_a_fade_begins_near_full_and_ends_in_silence() -> None:
    falling = gain.fall(240)
    assert falling[0] > 0.999
    assert falling[-1] == 0.0
    assert np.all(np.diff(falling) <= 0)
    assert len(gain.fall(0)) == 0


@pytest.mark.parametrize("frames", [0, 1, 50, 120, 500])
def test_softened_edges_touch_only_the_edge(frames: int) -> None:
    loud = np.full(frames, 10_000, dtype=np.int16)
    rising, ending = loud.copy(), loud.copy()
    gain.soften_start(rising, 120)
    gain.soften_end(ending, 120)
    assert rising.tolist() == ending[::-1].tolist()
    assert np.all(ending[: max(0, frames - 120)] == 10_000)
    if frames:
        assert ending[-1] == 0


def test_softening_works_on_a_part_of_a_block() -> None:
    block = ramp(480)
    gain.soften_end(block[:100], 50)
    assert np.array_equal(block[100:], ramp(480)[100:])
    assert block[99] == 0
