"""Sound arrives as it was sent: bit by bit at 24 kHz, closely where a resampler is in the way."""

from pathlib import Path

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import resample
from tests.support.rig_client import rig_client, sounding
from tests.support.sound import (
    VirtualAudio,
    correlation,
    noise,
    place_of,
    read_wav,
    speech,
    virtual_audio,
    write_wav,
)

pytestmark = pytest.mark.device

# On a loaded machine blocks with 40 ms of latency may come too late; these tests are about what arrives.
STEADY = ("--latency", "0.1")


def play_and_record(house: VirtualAudio, wav: Path, *options: str) -> Int16:
    with house.hear() as recording, rig_client(house, "--deaf", *STEADY, *options) as client:
        client.order("play", item="one", wav=str(wav))
        client.order("end", item="one")
        client.wait_for("PlayoutEmpty")
        recording.until_quiet()
        assert client.quit()["underflows"] == 0
        assert client.played_frames("one") == len(read_wav(wav)[0])
    return recording.frames


def say_and_listen(house: VirtualAudio, wav: Path, heard: Path, *options: str) -> Int16:
    with rig_client(house, "--dumb", *STEADY, *options) as client:
        house.say(wav).wait(10)
        for _ in range(15):
            client.wait_for("MicHeard")
        frames = client.heard(heard)
        client.quit()
    return frames


def test_a_24_khz_speaker_plays_every_bit(house: VirtualAudio, tmp_path: Path) -> None:
    sound = noise(1.0)
    heard = play_and_record(house, write_wav(tmp_path / "noise.wav", sound))
    assert np.array_equal(sounding(heard), sound)


def test_a_24_khz_microphone_hears_every_bit(house: VirtualAudio, tmp_path: Path) -> None:
    sound = noise(1.0)
    heard = say_and_listen(house, write_wav(tmp_path / "noise.wav", sound), tmp_path / "heard")
    assert np.array_equal(sounding(heard), sound)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="24 kHz, the server resamples"),
        pytest.param(("--rate", "44100", "--channels", "2"), id="44.1 kHz stereo, both resample"),
        pytest.param(("--rate", "48000"), id="48 kHz, we resample"),
    ],
)
def test_a_48_khz_sound_system_is_heard_and_plays_true(
    sound_system: None, tmp_path: Path, options: tuple[str, ...]
) -> None:
    wav = speech("one two three")
    spoken = read_wav(wav)[0][:, 0]
    with virtual_audio(48_000) as house:
        played = resample(play_and_record(house, wav, *options), 48_000, 24_000)
        heard = say_and_listen(house, wav, tmp_path / "heard", *options)
    assert correlation(spoken, played)[0] > 0.99
    assert correlation(spoken, heard)[0] > 0.99


def test_a_device_that_refuses_our_rate_is_opened_at_its_own(house: VirtualAudio) -> None:
    wav = speech("one two three")
    heard = play_and_record(house, wav, "--rate", "1000000")
    assert correlation(read_wav(wav)[0][:, 0], heard)[0] > 0.99


def test_a_device_that_refuses_our_channels_is_opened_with_two(house: VirtualAudio) -> None:
    wav = speech("one two three")
    heard = play_and_record(house, wav, "--channels", "99")
    assert correlation(read_wav(wav)[0][:, 0], heard)[0] > 0.99


def test_a_microphone_that_listens_to_the_speaker_hears_what_is_played(
    house: VirtualAudio, tmp_path: Path
) -> None:
    sound = noise(0.6)
    with rig_client(house, *STEADY, env={"PULSE_SOURCE": "speaker.monitor"}) as client:
        client.order("play", item="one", wav=str(write_wav(tmp_path / "noise.wav", sound)))
        client.order("end", item="one")
        client.wait_for("PlayoutEmpty")
        for _ in range(20):
            client.wait_for("MicHeard")
        heard = client.heard(tmp_path / "heard")
        client.quit()
    assert place_of(sound, heard) > 0
    assert np.array_equal(sounding(heard), sound)
