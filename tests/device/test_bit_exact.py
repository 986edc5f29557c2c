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
STEADY = ("--latency", "100")


def both_ways(house: VirtualAudio, wav: Path, *options: str) -> tuple[Int16, Int16]:
    """The same sound played by the rig, and said into its microphone: what the speaker and the session heard."""
    with house.hear() as recording, rig_client(house, *STEADY, *options) as client:
        saying = house.say(wav)
        client.order("play", item="one", wav=str(wav))
        client.order("end", item="one")
        client.wait_for("PlayoutEmpty")
        recording.until_quiet()
        saying.wait(10)
        for _ in range(15):
            client.wait_for("MicHeard")
        heard = client.heard(wav.with_name(f"heard-{house.name}"))
        assert client.quit()["underflows"] == 0
        assert client.played_frames("one") == len(read_wav(wav)[0])
    return recording.frames, heard


def test_at_24_khz_every_bit_is_played_and_heard(house: VirtualAudio, tmp_path: Path) -> None:
    sound = noise(1.0)
    played, heard = both_ways(house, write_wav(tmp_path / "noise.wav", sound))
    assert np.array_equal(sounding(played), sound)
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
    spoken = read_wav(speech("one two three"))[0][:, 0]
    with virtual_audio(48_000) as house:
        played, heard = both_ways(house, write_wav(tmp_path / "spoken.wav", spoken), *options)
    assert correlation(spoken, resample(played, 48_000, 24_000))[0] > 0.99
    assert correlation(spoken, heard)[0] > 0.99


def test_a_44_1_khz_sound_system_is_heard_and_plays_true(sound_system: None, tmp_path: Path) -> None:
    spoken = read_wav(speech("one two three"))[0][:, 0]
    with virtual_audio(44_100) as house:
        played, heard = both_ways(
            house, write_wav(tmp_path / "spoken.wav", spoken), "--rate", "44100", *STEADY
        )
    assert correlation(spoken, resample(played, 44_100, 24_000))[0] > 0.99
    assert correlation(spoken, heard)[0] > 0.99


@pytest.mark.parametrize("refused", [("--rate", "1000000"), ("--channels", "99")], ids=["rate", "channels"])
def test_a_device_that_refuses_our_form_is_opened_in_its_own(
    house: VirtualAudio, tmp_path: Path, refused: tuple[str, str]
) -> None:
    spoken = read_wav(speech("one two three"))[0][:, 0]
    played, heard = both_ways(house, write_wav(tmp_path / "spoken.wav", spoken), *refused)
    assert correlation(spoken, played)[0] > 0.99
    assert correlation(spoken, heard)[0] > 0.99


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
