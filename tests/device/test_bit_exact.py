"""Sound arrives as it was sent: bit by bit at 24 kHz, closely where a resampler is in the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.resample import resample
from tests.support.likeness import likeness
from tests.support.rendition import rendition
from tests.support.rig_client import rig_client
from tests.support.sound import VirtualAudio, noise, read_wav, speech, virtual_audio, write_wav

pytestmark = pytest.mark.device

# On a loaded machine blocks with 40 ms of latency may come too late; these tests are about what arrives.
STEADY = ("--latency", "100")
BLOCK_MS = 20


@dataclass(frozen=True)
class BothWays:
    """The same sound played by the rig, and said into its microphone.

    Attributes:
        played, heard: int16[n], what the speaker and the session heard; 24 kHz.
        missed_ms, dropped_ms: Blocks that the devices said they missed, at the speaker and at the microphone.
    """

    played: Int16
    heard: Int16
    missed_ms: int
    dropped_ms: int


def both_ways(house: VirtualAudio, wav: Path, *options: str) -> BothWays:
    """Play it, and say it."""
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
        last = client.quit()
        missed_ms, dropped_ms = last["underflows"] * BLOCK_MS, last["overflows"] * BLOCK_MS
        unplayed = len(read_wav(wav)[0]) - client.played_frames("one")
        assert 0 <= unplayed <= missed_ms * 24, "what was played is told to the frame, but for missed blocks"
    played = recording.frames
    if house.rate_hz != 24_000:
        played = np.asarray(resample(played, house.rate_hz, 24_000), dtype=np.int16)
    return BothWays(played, heard, missed_ms, dropped_ms)


def test_at_24_khz_every_bit_is_played_and_heard(house: VirtualAudio, tmp_path: Path) -> None:
    sound = noise(1.0)
    both = both_ways(house, write_wav(tmp_path / "noise.wav", sound))
    for way in (rendition(sound, both.played), rendition(sound, both.heard)):
        assert way.faults() == []
        assert way.quieter_ms == 0, "bit by bit"


@pytest.mark.parametrize(
    ("rate_hz", "options"),
    [
        pytest.param(48_000, (), id="24 kHz, the server resamples"),
        pytest.param(48_000, ("--rate", "44100", "--channels", "2"), id="44.1 kHz stereo, both resample"),
        pytest.param(48_000, ("--rate", "48000"), id="48 kHz, we resample"),
        pytest.param(44_100, ("--rate", "44100"), id="44.1 kHz, we resample"),
        pytest.param(24_000, ("--rate", "1000000"), id="our rate is refused"),
        pytest.param(24_000, ("--channels", "99"), id="our channels are refused"),
    ],
)
def test_a_device_of_another_form_is_heard_and_plays_true(
    sound_system: None, tmp_path: Path, rate_hz: int, options: tuple[str, ...]
) -> None:
    spoken = read_wav(speech("one two three"))[0][:, 0]
    with virtual_audio(rate_hz) as house:
        both = both_ways(house, write_wav(tmp_path / "spoken.wav", spoken), *options)
    assert likeness(spoken, both.played).faults(missed_ms=both.missed_ms) == []
    assert likeness(spoken, both.heard).faults(missed_ms=both.dropped_ms) == []


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
        heard = rendition(sound, client.heard(tmp_path / "heard"))
        client.quit()
    assert heard.faults() == []
    assert heard.quieter_ms == 0, "bit by bit"
