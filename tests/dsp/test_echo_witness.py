"""Finding out from the sound alone whether there is an echo."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp import echo
from realtime_cli.dsp.decimator import Decimator
from realtime_cli.dsp.echo_fit import BLOCK_FRAMES, EchoFit
from realtime_cli.dsp.echo_witness import EchoWitness, Verdict
from realtime_cli.dsp.pcm16 import Int16
from tests.dsp.signals import decibels, noise, rms
from tests.dsp.test_echo import RATE_HZ, STEP, babble, room, run, webrtc

S = RATE_HZ


def verdicts(near: Int16, far: Int16) -> list[Verdict]:
    witness = EchoWitness()
    steps = range(0, len(near), STEP)
    return [witness.watch(near[at : at + STEP], far[at : at + STEP]) for at in steps]


def first_s(found: list[Verdict], verdict: Verdict) -> float:
    return found.index(verdict) * STEP / RATE_HZ if verdict in found else float("inf")


@pytest.mark.parametrize("delay_ms", [60, 120, 250])
def test_an_echo_is_found_in_the_first_second(delay_ms: int) -> None:
    far = babble(3, seed=2)
    found = verdicts(room(far, delay_ms) + noise(len(far), 5) // 400, far)
    assert first_s(found, Verdict.ECHO) < 1.0
    assert found[-1] is Verdict.ECHO
    assert Verdict.NONE not in found


def test_a_quiet_microphone_shows_in_a_second_that_there_is_none() -> None:
    far = babble(3, seed=2)
    found = verdicts(noise(len(far), 5) // 400, far)
    assert 0.7 < first_s(found, Verdict.NONE) < 1.1
    assert Verdict.ECHO not in found


def test_an_echo_that_begins_after_a_quiet_microphone_is_found_at_once() -> None:
    far, begins = babble(6, seed=2), 3 * S
    near = noise(len(far), 5) // 400
    near[begins:] = room(far)[begins:]  # the headset was pulled out
    found = verdicts(near, far)
    assert found[begins // STEP - 1] is Verdict.NONE
    assert first_s(found[begins // STEP :], Verdict.ECHO) < 0.3


def test_what_is_skipped_beside_a_quiet_microphone_is_known_when_its_echo_comes() -> None:
    far = Decimator(1, BLOCK_FRAMES * 3)
    blocks = [far.process(block)[0] for block in np.split(babble(4, seed=2)[: 240 * 384], 240)]
    learner, skipper = EchoFit(), EchoFit()
    for at, block in enumerate(blocks):
        echo = blocks[at - 5] if at >= 5 else np.zeros_like(block)
        learnt = learner.watch(echo, block)
        if 150 <= at < 170:
            skipper.skip(block)
        else:
            skipped = skipper.watch(echo, block)
    assert learnt.left_power < 0.05 * learnt.heard_power
    assert skipped.left_power < 0.05 * skipped.heard_power


def test_another_voice_is_no_echo() -> None:
    found = verdicts(babble(4, seed=9), babble(4, seed=2))
    assert first_s(found, Verdict.NONE) < 2.0
    assert Verdict.ECHO not in found


def test_nothing_is_known_while_nothing_sounds() -> None:
    silence = np.zeros(2 * S, dtype=np.int16)
    assert set(verdicts(babble(2, seed=9), silence)) == {Verdict.UNKNOWN}


def test_a_loudspeaker_that_is_turned_on_later_is_found() -> None:
    far = babble(6, seed=2)
    near = room(far)
    near[: 3 * S] = 0
    found = verdicts(near, far)
    assert found[3 * S // STEP] is Verdict.NONE
    assert first_s(found, Verdict.ECHO) < 4.0


def test_a_headset_that_is_plugged_in_later_is_found() -> None:
    far = babble(9, seed=2)
    near = room(far)
    near[3 * S :] = 0
    found = verdicts(near, far)
    assert found[3 * S // STEP] is Verdict.ECHO
    assert 6.0 < first_s(found, Verdict.NONE) < 9.0


@pytest.mark.parametrize("echo_db", [-20, -30])
def test_a_faint_echo_is_found_too(echo_db: int) -> None:
    far = babble(3, seed=2)
    faint = (room(far) * 10 ** ((echo_db + 6) / 20)).astype(np.int16)
    found = verdicts(faint + noise(len(far), 5) // 1500, far)
    assert first_s(found, Verdict.ECHO) < 2.0
    assert Verdict.NONE not in found


def test_the_near_voice_is_there_while_the_speaker_sounds_and_nothing_of_it_afterwards() -> None:
    far = np.concatenate((babble(6, seed=2), np.zeros(2 * S, dtype=np.int16)))
    near = room(far) + noise(len(far), 5) // 400
    witness = EchoWitness()
    pieces = []
    for at in range(0, len(near), 2 * STEP):
        witness.watch(near[at : at + 2 * STEP], far[at : at + 2 * STEP])
        pieces.append(witness.take_voice())
    assert pieces[5] is None, "nothing is known of the room"
    late = pieces[5 * S // (2 * STEP) : 6 * S // (2 * STEP)]
    voices = [piece for piece in late if piece is not None]
    assert len(voices) == len(late)
    assert abs(sum(map(len, voices)) - 8000) <= 128, "8 kHz, without gaps"
    assert pieces[-1] is None


def automatic() -> echo.EchoCanceller:
    canceller = echo.load("auto")
    if canceller is None:
        pytest.skip("livekit is not installed")
    return canceller


def test_with_a_headset_the_voice_passes_within_the_first_answer() -> None:
    far, voice = babble(4, seed=2), babble(4, seed=9)
    near = voice.copy()
    near[:S] = 0
    out = run(automatic(), near, far)
    late = slice(int(1.5 * S), None)
    assert decibels(rms(out[late]) / rms(voice[late])) > -6


def test_what_a_canceller_leaks_while_the_room_is_learned_is_not_sent() -> None:
    far = babble(3, seed=2)
    far[int(1.5 * S) :] = 0
    near = room(far) + babble(3, seed=9) * (np.arange(3 * S) > 2 * S)
    out = run(echo.AutoCanceller(echo.PassThrough, echo.PassThrough), near.astype(np.int16), far)
    learning, after = slice(int(0.6 * S), int(1.5 * S)), slice(int(2.05 * S), None)
    assert not out[learning].any(), "a canceller that does nothing would have sent all of it"
    assert np.array_equal(out[after], near[after].astype(np.int16)), "the user's turn is whole"


def test_on_open_speakers_the_first_answer_does_not_come_back() -> None:
    far = babble(4, seed=2)
    heard = room(far)
    out = run(automatic(), heard, far)
    cancelled = run(webrtc(), heard, far)
    assert np.all(np.abs(out) <= np.abs(cancelled)), "it never left the canceller"
    assert decibels(rms(out[2 * S :]) / rms(heard[2 * S :])) < -20


def test_the_change_between_both_ways_makes_no_click() -> None:
    far = babble(3, seed=2)
    tone = (3000 * np.sin(2 * np.pi * 200 * np.arange(3 * S) / S)).astype(np.int16)
    tone[:S] = 0
    out = run(automatic(), tone, far).astype(int)
    assert np.abs(np.diff(out)).max() < 1500
