"""What the filter foretells, whether it is believed, and what is left of the microphone then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp.echo_fit import BLOCK_FRAMES, EchoFit
from realtime_cli.dsp.echo_trust import Reliance, Trust
from realtime_cli.dsp.near_voice import NearVoice
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import resample
from tests.dsp.signals import decibels, noise, rms
from tests.dsp.test_echo import babble, room

S = 8_000


def slow(sound: Int16) -> Int16:
    """At 8 kHz, as the filter wants it."""
    return resample(sound, 24_000, S)


FAR = slow(babble(12, seed=2))
VOICE = slow(babble(12, seed=9)) // 2
ECHO = slow(room(babble(12, seed=2)))


class Listener:
    """Filter, trust and near voice in a row, as `EchoWitness` has them."""

    def __init__(self) -> None:
        self.fit, self.trust, self.near_voice = EchoFit(), Trust(), NearVoice()
        self.foretold_db: list[float] = []
        self.reliance: list[Reliance] = []

    def hear(self, near: Int16, far: Int16) -> Int16:
        pieces = []
        for at in range(0, len(near) - BLOCK_FRAMES + 1, BLOCK_FRAMES):
            block = slice(at, at + BLOCK_FRAMES)
            fit = self.fit.watch(near[block], far[block])
            if self.trust.watch(fit, self.fit.foretold_db):
                self.fit.forget()
            pieces.append(self.near_voice.process(fit))
            self.foretold_db.append(self.fit.foretold_db)
            self.reliance.append(self.trust.reliance)
        return np.concatenate(pieces)

    def at(self, second: float) -> Reliance:
        return self.reliance[int(second * S / BLOCK_FRAMES)]


def test_an_echo_is_foretold_and_a_voice_is_not() -> None:
    echo, voice = Listener(), Listener()
    echo.hear(ECHO, FAR)
    voice.hear(VOICE, FAR)
    assert echo.foretold_db[-1] > 15
    assert max(voice.foretold_db[10:]) < 0


@settings(max_examples=10, deadline=None)
@given(delay_ms=st.integers(0, 500), gain=st.floats(0.05, 2.0), seed=st.integers(0, 99))
def test_any_delay_up_to_half_a_second_is_learned(delay_ms: int, gain: float, seed: int) -> None:
    far = noise(4 * S, seed=seed, rms=2000.0)
    delay = delay_ms * 8
    near = np.concatenate((np.zeros(delay), far * gain))[: len(far)].astype(np.int16)
    listener = Listener()
    listener.hear(near, far)
    assert listener.foretold_db[2 * S // BLOCK_FRAMES] > 3
    assert listener.foretold_db[-1] > 8


def test_a_voice_beside_the_echo_comes_through_whole_while_the_echo_goes() -> None:
    talking = np.where(np.arange(len(ECHO)) > 8 * S, VOICE, 0).astype(np.int16)
    listener = Listener()
    out = listener.hear(ECHO + talking, FAR)
    quiet, loud = slice(6 * S, 8 * S), slice(9 * S, 11 * S)
    assert decibels(rms(out[quiet]) / rms(ECHO[quiet])) < -30
    assert -3 < decibels(rms(out[loud]) / rms(VOICE[loud])) < 1
    delayed = out[BLOCK_FRAMES:][loud].astype(float), VOICE[loud].astype(float)
    assert np.corrcoef(*delayed)[0, 1] > 0.9
    assert set(listener.reliance[8 * S // BLOCK_FRAMES :]) == {Reliance.NEAR_VOICE}, (
        "a voice is no reason to doubt"
    )


def test_the_filter_is_not_believed_before_it_has_learned() -> None:
    listener = Listener()
    listener.hear(ECHO, FAR)
    assert listener.at(0.1) is Reliance.CANCELLER
    assert listener.at(0.6) is Reliance.NOTHING, "what it foretells is the echo, as far as it knows"
    assert listener.at(4.0) is Reliance.NEAR_VOICE


@pytest.mark.parametrize("jump_ms", [-40, 30, 100])
def test_after_a_jump_of_the_delay_nothing_is_believed_until_it_is_learned_anew(jump_ms: int) -> None:
    jumped = np.roll(ECHO, jump_ms * 8)
    near = np.concatenate((ECHO[: 5 * S], jumped[5 * S :]))
    listener = Listener()
    listener.hear(near, FAR)
    assert listener.at(4.9) is Reliance.NEAR_VOICE
    assert listener.at(5.4) is Reliance.NOTHING
    assert listener.at(11.5) is Reliance.NEAR_VOICE


@pytest.mark.parametrize("gain", [0.4, 2.5])
def test_a_turn_of_the_volume_is_no_voice(gain: float) -> None:
    near = np.concatenate((ECHO[: 5 * S], np.clip(ECHO[5 * S :] * gain, -32768, 32767).astype(np.int16)))
    listener = Listener()
    listener.hear(near, FAR)
    assert listener.at(5.2) is Reliance.NOTHING
    assert listener.at(8.0) is Reliance.NEAR_VOICE


def test_a_filter_that_never_learns_has_no_say() -> None:
    at = np.arange(len(FAR)) * (1 + 400e-6)  # clocks 400 ppm apart
    near = np.interp(at, np.arange(len(ECHO)), ECHO).astype(np.int16)
    listener = Listener()
    listener.hear(near, FAR)
    assert set(listener.reliance[-100:]) == {Reliance.CANCELLER}


def test_what_comes_out_is_as_long_as_what_went_in_and_never_wraps() -> None:
    loud = np.where(np.arange(4 * BLOCK_FRAMES) % 64 < 32, 32767, -32768).astype(np.int16)
    listener = Listener()
    out = listener.hear(loud, np.zeros_like(loud))
    assert out.dtype == np.int16
    assert len(out) == len(loud)
    middle = slice(2 * BLOCK_FRAMES, 3 * BLOCK_FRAMES)
    assert np.array_equal(np.sign(out[middle]), np.sign(loud[middle].astype(int)))
