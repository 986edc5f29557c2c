"""Interrupted: silence comes fast, and the account of what was heard is true."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.rendition import rendition
from tests.support.rig_client import rig_client
from tests.support.sound import VirtualAudio, noise, write_wav

pytestmark = pytest.mark.device

BLOCK_MS = 20
FADE_MS = 10


def test_a_flush_is_silence_within_100_ms_and_tells_what_was_heard(
    house: VirtualAudio, tmp_path: Path
) -> None:
    sound = noise(20.0)
    with house.hear() as recording, rig_client(house) as client:
        client.order("play", item="long", wav=str(write_wav(tmp_path / "long.wav", sound)))
        recording.until_sounding()
        while client.played_frames("long") < 24_000:
            client.wait_for("Played")
        client.order("flush", fade_ms=FADE_MS)
        heard_before = np.count_nonzero(recording.so_far())
        flushed = client.wait_for("Flushed")
        heard = recording.until_quiet()
        underflows = client.quit()["underflows"]
    ((item, content_index, handed),) = flushed["pieces"]
    assert (item, content_index) == ("long", 0)
    assert client.played_frames("long") == handed  # the increments, told until the end, say the same
    # Noise is never zero: what is, is a gap. The recorder is some 20 ms behind, so the first figure is too high.
    assert np.count_nonzero(heard) - heard_before < 0.1 * 24_000 + 480
    way = rendition(sound, heard)
    assert way.faults(interrupted=True) == []
    assert way.quieter_ms <= FADE_MS, "bit by bit, but for the fade"
    assert abs(way.end_ms - handed / 24) <= BLOCK_MS * (1 + underflows)


def test_after_a_flush_the_next_answer_is_complete(house: VirtualAudio, tmp_path: Path) -> None:
    first, second = noise(5.0, seed=1), noise(0.5, seed=2)
    with house.hear() as recording, rig_client(house, "--deaf", "--latency", "100") as client:
        client.order("play", item="first", wav=str(write_wav(tmp_path / "1.wav", first)))
        recording.until_sounding()
        client.order("flush", fade_ms=10)
        client.wait_for("PlayoutEmpty")
        client.order("play", item="second", wav=str(write_wav(tmp_path / "2.wav", second)))
        client.order("end", item="second")
        client.wait_for("PlayoutEmpty")
        heard = recording.until_quiet(quiet_ms=250)
        underflows = client.quit()["underflows"]
    assert 0 <= len(second) - client.played_frames("second") <= underflows * BLOCK_MS * 24
    flushed_at = rendition(first, heard).stretches[-1].heard_end
    way = rendition(second, heard[flushed_at:])
    assert way.faults() == []
    assert way.quieter_ms == 0, "bit by bit"


def test_the_end_of_an_answer_is_heard_though_the_session_ends_with_it(
    house: VirtualAudio, tmp_path: Path
) -> None:
    sound = noise(0.6)
    wav = write_wav(tmp_path / "noise.wav", sound)
    with house.hear() as recording, rig_client(house, "--deaf") as client:
        client.order("play", item="one", wav=str(wav))
        client.order("end", item="one")
        client.wait_for("PlayoutEmpty")
        client.quit()
        recording.until_quiet()
    assert rendition(sound, recording.frames).faults() == [], "to the last frame"
