"""Echo cancelling in a small synthetic room."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from realtime_cli.dsp import echo
from realtime_cli.dsp.gate import HalfDuplexGate
from realtime_cli.dsp.pcm16 import Int16
from tests.dsp.signals import decibels, noise, rms

RATE_HZ, STEP = 24_000, 240
SILENCE = np.zeros(STEP, dtype=np.int16)


def babble(seconds: int, seed: int) -> Int16:
    """Noise in syllables, which a canceller takes for speech."""
    sound = noise(seconds * RATE_HZ, seed).astype(float)
    at = np.arange(len(sound)) / RATE_HZ
    smooth = np.convolve(sound, np.ones(8) / 8, mode="same")
    return np.asarray(smooth * 4 * np.clip(np.sin(2 * np.pi * 4 * at), 0, 1), dtype=np.int16)


def room(far: Int16, delay_ms: int = 90) -> Int16:
    response = np.random.default_rng(5).standard_normal(2400) * 10 ** (-3 * np.arange(2400) / 6000)
    wet = np.convolve(far.astype(float), response)[: len(far)]
    wet *= 0.5 * rms(far) / np.sqrt(np.mean(wet**2))
    return np.concatenate((np.zeros(delay_ms * 24), wet))[: len(far)].astype(np.int16)


def run(canceller: echo.EchoCanceller, near: Int16, far: Int16) -> Int16:
    steps = range(0, len(near), STEP)
    return np.concatenate([canceller.process(near[at : at + STEP], far[at : at + STEP]) for at in steps])


def webrtc() -> echo.EchoCanceller:
    canceller = echo.load("webrtc")
    if canceller is None:
        pytest.skip("livekit is not installed")
    return canceller


def test_the_echo_goes() -> None:
    far = babble(6, seed=2)
    heard = room(far)
    left = run(webrtc(), heard, far)
    late = slice(3 * RATE_HZ, None)
    assert decibels(rms(left[late]) / rms(heard[late])) < -20


def test_a_voice_in_a_quiet_room_stays() -> None:
    voice = babble(4, seed=3)
    out = run(webrtc(), voice, np.zeros_like(voice))
    late = slice(RATE_HZ, None)
    assert decibels(rms(out[late]) / rms(voice[late])) > -4


def test_the_inputs_are_left_alone() -> None:
    near, far = noise(STEP, 1), noise(STEP, 2)
    near.setflags(write=False)
    far.setflags(write=False)
    out = webrtc().process(near, far)
    assert out.dtype == np.int16
    assert len(out) == STEP
    assert np.array_equal(near, noise(STEP, 1))


@pytest.mark.parametrize("kind", ["webrtc", "off"])
@pytest.mark.parametrize(("near", "far"), [(239, 240), (240, 480), (360, 360), (0, 0)])
def test_other_lengths_are_refused(kind: echo.EchoKind, near: int, far: int) -> None:
    canceller = webrtc() if kind == "webrtc" else echo.load(kind)
    assert canceller is not None
    with pytest.raises(ValueError, match="a step is a multiple of 240 frames"):
        canceller.process(noise(near), noise(far))


def test_two_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="240, 2"):
        webrtc().process(noise(2 * STEP).reshape(STEP, 2), SILENCE)


def test_two_cancellers_do_not_share_a_room() -> None:
    far = babble(2, seed=4)
    near = room(far)
    first, second = webrtc(), webrtc()
    run(first, near, far)
    assert np.array_equal(run(second, near, far), run(webrtc(), near, far))


def test_off_changes_nothing() -> None:
    canceller = echo.load("off")
    near = noise(STEP)
    assert isinstance(canceller, echo.PassThrough)
    assert canceller.process(near, SILENCE) is near


def test_half_duplex_is_the_gate() -> None:
    assert isinstance(echo.load("half-duplex"), HalfDuplexGate)


def test_without_the_package_there_is_no_canceller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    assert echo.load("webrtc") is None
    assert echo.load("off") is not None
