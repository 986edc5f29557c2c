"""Devices of other rates, and such that change while they are used: the session goes on, and the sound is right."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from realtime_cli import clock
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import resample
from tests.support.likeness import likeness
from tests.support.rig_client import RigClient, rig_client, sounding
from tests.support.sound import VirtualAudio, virtual_audio, write_wav
from tests.support.voice import voice

pytestmark = pytest.mark.device

BLOCK_MS = 20
_JACK_S = 10.0


def tone(duration_s: float, hz: float = 440.0) -> Int16:
    """int16[n] at 24 kHz."""
    at_s = np.arange(round(duration_s * 24_000)) / 24_000
    return np.asarray(np.rint(np.sin(2 * np.pi * hz * at_s) * 8000), dtype=np.int16)


def pitch_hz(frames: Int16, rate_hz: int) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(len(frames))))
    return float(np.argmax(spectrum)) * rate_hz / len(frames)


def at_24_khz(frames: Int16, rate_hz: int) -> Int16:
    """What was recorded at a device's rate."""
    return np.asarray(resample(frames, rate_hz, 24_000), dtype=np.int16)


def play(client: RigClient, item: str, wav: Path) -> None:
    client.order("play", item=item, wav=str(wav))
    client.order("end", item=item)


@pytest.mark.parametrize(("rate_hz", "form"), [(16_000, 16_000), (44_100, 44_100), (44_100, 24_000)])
def test_a_voice_keeps_pitch_and_length_at_other_rates(
    sound_system: None, tmp_path: Path, rate_hz: int, form: int
) -> None:
    """Both ways of conversion: ours (the stream has the device's rate) and the sound system's."""
    said = voice(0.8)
    wav = write_wav(tmp_path / "voice.wav", said)
    with (
        virtual_audio(rate_hz=rate_hz) as house,
        house.hear() as recording,
        rig_client(house, "--deaf", "--rate", str(form)) as client,
    ):
        play(client, "one", wav)
        client.wait_for("PlayoutEmpty")
        missed_ms = client.quit()["underflows"] * BLOCK_MS
        recording.until_quiet(300)
    assert 0 <= 19_200 - client.played_frames("one") <= missed_ms * 24
    assert likeness(said, at_24_khz(recording.frames, rate_hz)).faults(missed_ms=missed_ms) == []


def test_a_headset_that_switches_to_its_telephone_profile_is_used_at_its_new_rate(
    sound_system: None, tmp_path: Path
) -> None:
    """Bluetooth: microphone and speaker vanish, and are there again with 16 kHz, mono."""
    played, said = voice(0.6), voice(0.8, seed=2)
    with virtual_audio(rate_hz=48_000) as house, rig_client(house, "--rate", "48000") as client:
        client.wait_for("MicHeard")
        play(client, "one", write_wav(tmp_path / "long.wav", tone(20.0)))
        client.wait_for("Played")
        house.unplug("mic")
        house.unplug("speaker")
        for _ in range(2):
            assert "went away" in client.wait_for("DeviceChanged")["problem"]
        house.replug_at("speaker", 16_000)
        house.replug_at("mic", 16_000)
        back = {client.wait_for("DeviceChanged", problem="")["which"] for _ in range(2)}
        assert back == {"speaker", "microphone"}
        client.order("flush", fade_ms=0)
        flushed = client.wait_for("Flushed")
        with house.hear() as recording:
            while client.wait_for("MicHeard")["at_s"] < flushed["at_s"] + 0.3:
                pass  # the device sounds what it still holds
            begin, before = len(recording.so_far()), len(client.heard(tmp_path / "before"))
            play(client, "two", write_wav(tmp_path / "played.wav", played))
            client.wait_for("PlayoutEmpty")
            house.say(write_wav(tmp_path / "said.wav", said)).wait(10)
            recording.until_quiet(300)
        for _ in range(15):
            client.wait_for("MicHeard")
        spoken = client.heard(tmp_path / "heard")
        missed_ms = client.quit()["underflows"] * BLOCK_MS
    assert likeness(played, at_24_khz(recording.frames[begin:], 16_000)).faults(missed_ms=missed_ms) == []
    assert likeness(said, spoken[before:]).faults() == []


def test_another_default_speaker_is_used_in_the_middle_of_an_answer(
    house: VirtualAudio, tmp_path: Path
) -> None:
    house.add_sink("second")
    with rig_client(house, "--deaf") as client, house.hear("second.monitor") as recording:
        play(client, "one", write_wav(tmp_path / "tone.wav", tone(1.5)))
        client.wait_for("Played")
        house.set_default_sink("second")
        client.wait_for("PlayoutEmpty")
        client.order("reopen", which="speaker")
        client.wait_for("DeviceChanged", which="speaker", problem="")
        play(client, "two", write_wav(tmp_path / "two.wav", tone(0.4)))
        client.wait_for("PlayoutEmpty")
        missed_ms = client.quit()["underflows"] * BLOCK_MS
        heard = recording.until_quiet(300)
    unplayed = 36_000 - client.played_frames("one")
    assert 0 <= unplayed <= missed_ms * 24, "nothing is lost, nothing is told twice"
    assert abs(pitch_hz(sounding(heard), 24_000) - 440) < 5


@pytest.fixture
def jack() -> Iterator[dict[str, str]]:
    """The environment of a JACK server without hardware, with a fixed rate and block."""
    if not shutil.which("jackd") or not shutil.which("jack_lsp"):
        pytest.skip("jackd is missing. Enable this test: apt-get install jackd2")
    own = {"JACK_DEFAULT_SERVER": f"test{os.getpid()}", "JACK_NO_START_SERVER": "1"}
    env = {**os.environ, **own}
    command = ["jackd", "--no-realtime", "-d", "dummy", "-r", "48000", "-p", "1024"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline_s = clock.monotonic() + _JACK_S
    try:
        while subprocess.run(["jack_lsp"], env=env, capture_output=True).returncode:
            assert server.poll() is None, "jackd ended"
            assert clock.monotonic() < deadline_s, "jackd does not answer"
            threading.Event().wait(0.05)
        yield own
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)


@pytest.mark.parametrize("latency", ["low", "high"])
def test_a_sound_system_of_one_fixed_rate_and_block_is_served(
    jack: dict[str, str], house: VirtualAudio, tmp_path: Path, latency: str
) -> None:
    """JACK: 48 kHz and nothing else, blocks of 1024 frames that no block of ours divides."""
    options = ("--output", "system", "--input", "system", "--latency", latency)
    with rig_client(house, *options, env=jack) as client:
        assert {told["problem"] for told in client.told if told["fact"] == "DeviceChanged"} == {""}
        assert not [told for told in client.told if told["fact"] == "NewsArrived"], "another device was taken"
        client.wait_for("MicHeard")
        play(client, "one", write_wav(tmp_path / "tone.wav", tone(0.6)))
        client.wait_for("PlayoutEmpty")
        missed_ms = client.quit()["underflows"] * BLOCK_MS
        assert 0 <= 14_400 - client.played_frames("one") <= missed_ms * 24
        assert client.errors == "", "nothing of JACK's on the screen"
