"""Between answers the canceller rests, and knows the room as well as before when the next one begins."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp import echo
from realtime_cli.dsp.canceller_rest import CancellerRest, Work
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.webrtc import Polish, WebRtc
from tests.dsp.signals import decibels, noise, rms
from tests.dsp.test_echo import RATE_HZ as S
from tests.dsp.test_echo import babble, room, webrtc

STEP = 480


class Counted:
    """A canceller, and how often it was asked."""

    def __init__(self, canceller: echo.EchoCanceller) -> None:
        self._canceller = canceller
        self.steps = 0

    def process(self, near: Int16, far: Int16) -> Int16:
        self.steps += 1
        return self._canceller.process(near, far)


def silence(seconds: float) -> Int16:
    return np.zeros(int(seconds * S), dtype=np.int16)


def run(canceller: echo.EchoCanceller, near: Int16, far: Int16) -> Int16:
    steps = range(0, len(near), STEP)
    return np.concatenate([canceller.process(near[at : at + STEP], far[at : at + STEP]) for at in steps])


def automatic(cancelling: Counted) -> echo.AutoCanceller:
    webrtc()  # or this is skipped
    rtc = pytest.importorskip("livekit.rtc")
    plain = WebRtc(rtc, Polish(), cancels=False)
    return echo.AutoCanceller(lambda: cancelling, lambda: plain)


@pytest.mark.parametrize("pause_s", [4.0, 9.0])
def test_after_a_pause_the_next_answer_is_cancelled_as_well_as_without_the_rest(pause_s: float) -> None:
    far = np.concatenate((babble(4, seed=2), silence(pause_s), babble(2, seed=3)))
    heard = (room(far) + noise(len(far), 5) // 1500).astype(np.int16)
    cancelling = Counted(webrtc())
    rested = run(automatic(cancelling), heard, far)
    ever_awake = run(webrtc(), heard, far)
    assert cancelling.steps <= (4 + 3.5 + 2) * S / STEP, "it worked in the pause"
    begin = int((4 + pause_s) * S)
    for first_s, last_s in ((0.1, 0.6), (0.6, 2.0)):
        piece = slice(begin + int(first_s * S), begin + int(last_s * S))
        assert rms(rested[piece]) < 1.5 * max(20.0, rms(ever_awake[piece]))
        assert decibels(rms(rested[piece]) / rms(heard[piece])) < -20


def test_the_users_turn_passes_while_it_rests() -> None:
    far = np.concatenate((babble(3, seed=2), silence(7)))
    voice = np.concatenate((silence(7), babble(3, seed=9)))
    out = run(automatic(Counted(webrtc())), (room(far) + voice).astype(np.int16), far)
    late = slice(8 * S, None)
    assert decibels(rms(out[late]) / rms(voice[late])) > -4


def test_falling_asleep_and_waking_make_no_click() -> None:
    far = np.concatenate((silence(5), babble(1, seed=2) // 50))
    tone = (40 * np.sin(2 * np.pi * 200 * np.arange(6 * S) / S)).astype(
        np.int16
    )  # quiet enough to fall asleep
    out = run(automatic(Counted(webrtc())), tone, far).astype(int)
    assert np.abs(np.diff(out[S:])).max() <= 6


def works(rest: CancellerRest, *steps: tuple[Int16, Int16, int], headset: bool = False) -> list[Work]:
    """What is to be done after each row of equal steps."""
    told = []
    for near, far, times in steps:
        for _ in range(times):
            rest.watch(near, far, headset=headset)
        told.append(rest.work)
    return told


WORD, FAINT, BREATH = babble(1, seed=4)[S // 20 : S // 20 + STEP], noise(STEP, 3) // 50, silence(0.02)


def test_it_waits_for_three_seconds_of_silence_and_for_a_moment_between_two_words() -> None:
    assert -60 < rms_dbfs(FAINT) < -50
    assert works(
        CancellerRest(),
        (WORD, WORD, 1),
        (FAINT, BREATH, 150),
        (WORD, BREATH, 100),  # the user is speaking
        (FAINT, BREATH, 1),
        (WORD, BREATH, 1),  # once it rests he may say what he likes
        (FAINT, WORD, 1),  # the first sound wakes it
    ) == [Work.CANCEL, Work.CANCEL, Work.CANCEL, Work.POLISH, Work.POLISH, Work.CANCEL]


def test_in_a_loud_room_it_rests_after_ten_seconds() -> None:
    rest, loud = CancellerRest(), noise(STEP, 3)
    assert works(rest, (loud, BREATH, 500), (loud, BREATH, 1)) == [Work.CANCEL, Work.POLISH]


@pytest.mark.parametrize("headset", [True, False])
def test_a_hush_is_passed_on_and_a_word_is_polished_from_its_first_step(headset: bool) -> None:
    sound = WORD if headset else BREATH
    assert works(
        CancellerRest(),
        (FAINT, BREATH, 200),
        (BREATH, sound, 25),
        (BREATH, sound, 1),
        (WORD, sound, 1),
        (BREATH, sound, 1),
        headset=headset,
    ) == [Work.POLISH, Work.POLISH, Work.NOTHING, Work.POLISH, Work.POLISH]


def test_a_word_out_of_a_hush_is_whole() -> None:
    far = silence(9)
    voice = np.concatenate((silence(6), babble(3, seed=9)))
    canceller = automatic(Counted(webrtc()))
    out = run(canceller, voice, far)
    first = slice(6 * S, int(6.4 * S))
    assert decibels(rms(out[first]) / rms(voice[first])) > -4
