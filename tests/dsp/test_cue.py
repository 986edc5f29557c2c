"""Tones of our own."""

import numpy as np
import pytest

from realtime_cli.dsp.cue import NOTES_HZ, cue


@pytest.mark.parametrize("name", sorted(NOTES_HZ))
def test_a_cue_is_short_and_soft(name: str) -> None:
    tone = cue(name)
    assert len(tone) == 2 * 80 * 24
    assert 1000 < np.abs(tone).max() < 4000
    assert abs(int(tone[0])) < 50
    assert abs(int(tone[-1])) < 50
