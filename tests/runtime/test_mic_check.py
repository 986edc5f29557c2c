"""Microphones that are none."""

from __future__ import annotations

import numpy as np

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.runtime.mic_check import OWN_SOUND, ZEROS, MicCheck
from tests.support.sound import noise

STEP = 240


def complaints(near: Int16, far: Int16) -> list[str]:
    check = MicCheck()
    found = [check.watch(near[at : at + STEP], far[at : at + STEP]) for at in range(0, len(near), STEP)]
    return [complaint[0] for complaint in found if complaint]


def test_only_zeros_are_told_once() -> None:
    silence = np.zeros(24_000 * 10, dtype=np.int16)
    assert complaints(silence, silence) == [ZEROS]


def test_the_faintest_noise_is_a_microphone() -> None:
    near = np.zeros(24_000 * 10, dtype=np.int16)
    near[1000] = 1
    assert complaints(near, np.zeros_like(near)) == []


def test_the_speakers_own_signal_is_recognised() -> None:
    far = noise(5.0)
    assert complaints(np.roll(far, 2400) // 2, far) == [OWN_SOUND]


def test_an_echo_through_a_room_and_a_voice_are_not() -> None:
    far = noise(4.0)
    response = np.random.default_rng(2).standard_normal(2400) * 10 ** (-3 * np.arange(2400) / 6000)
    echo = np.convolve(far.astype(float), response)[: len(far)]
    assert complaints((echo * 0.1).astype(np.int16), far) == []
    assert complaints(noise(4.0, seed=9), far) == []
