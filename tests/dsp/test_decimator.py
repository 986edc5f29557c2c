"""From 24 to 8 kHz, several streams in one go."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp.decimator import Decimator
from realtime_cli.dsp.pcm16 import Int16
from tests.dsp.signals import decibels, noise, rms, tone

FRAMES = 384


def slower(*sounds: Int16) -> Int16:
    decimator = Decimator(len(sounds), FRAMES)
    steps = range(0, len(sounds[0]) - FRAMES + 1, FRAMES)
    return np.concatenate([decimator.process(*(s[at : at + FRAMES] for s in sounds)) for at in steps], axis=1)


@pytest.mark.parametrize("hz", [100, 1000, 3000])
def test_a_tone_of_speech_keeps_its_level_and_its_shape(hz: int) -> None:
    sound = tone(hz, 24_000)
    (out,) = slower(sound)
    at_s = (3 * np.arange(len(out)) - 46) / 24_000  # the middle of the filter
    wanted = np.sin(2 * np.pi * hz * at_s)
    assert abs(decibels(rms(out[100:]) / rms(sound))) < 0.5
    assert np.corrcoef(wanted[100:], out[100:].astype(float))[0, 1] > 0.999


@pytest.mark.parametrize("hz", [5200, 7000, 11_000])
def test_what_the_slower_rate_cannot_hold_is_gone(hz: int) -> None:
    (out,) = slower(tone(hz, 24_000))
    assert decibels(rms(out[100:]) / 5656) < -50


def test_blocks_leave_no_seams_and_streams_do_not_mix() -> None:
    first, second = noise(10 * FRAMES, 1), noise(10 * FRAMES, 2)
    both = slower(first, second)
    assert np.array_equal(both, np.stack((slower(first)[0], slower(second)[0])))
    whole = Decimator(1, 10 * FRAMES).process(first)[0]
    assert np.abs(whole.astype(int) - both[0]).max() <= 1


def test_a_block_that_does_not_divide_is_refused() -> None:
    with pytest.raises(ValueError, match="385 frames"):
        Decimator(2, 385)
