"""Re-cutting blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp.framer import Framer
from tests.dsp.signals import ramp


@given(st.integers(1, 50), st.lists(st.integers(0, 120), max_size=20))
@settings(deadline=None)
def test_no_frame_is_lost_or_made(frames: int, sizes: list[int]) -> None:
    framer = Framer(frames)
    stream = ramp(sum(sizes))
    out, at = [], 0
    for size in sizes:
        blocks = framer.push(stream[at : at + size])
        at += size
        assert all(len(block) == frames for block in blocks)
        assert framer.pending == at % frames
        out += blocks
    rest = framer.flush()
    assert len(rest) < frames
    assert framer.pending == 0
    assert np.array_equal(np.concatenate([*out, rest]), stream)


def test_what_is_held_back_does_not_follow_the_devices_buffer() -> None:
    framer, buffer = Framer(4), ramp(3)
    framer.push(buffer)
    buffer[:] = 0
    assert framer.flush().tolist() == ramp(3).tolist()


def test_a_block_of_no_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 frame"):
        Framer(0)
