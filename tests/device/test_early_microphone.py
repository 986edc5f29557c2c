"""A microphone that begins before anybody listens: nothing of what was said meanwhile is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime_cli import clock
from tests.support.rendition import rendition
from tests.support.rig_client import rig_client
from tests.support.sound import VirtualAudio, noise, virtual_audio, write_wav

pytestmark = pytest.mark.device


def test_what_was_said_before_the_session_listened_is_heard_whole_and_in_order(
    house: VirtualAudio, tmp_path: Path
) -> None:
    sound = noise(0.5)
    with rig_client(house, "--early", "1.5", "--dumb", started=False) as client:
        house.until_recorded()
        house.say(write_wav(tmp_path / "noise.wav", sound)).wait(10)
        said_s = clock.monotonic()
        assert client.wait_for("Started")["at_s"] > said_s, "all of it was said before anybody listened"
        for _ in range(80):  # 1.6 s
            client.wait_for("MicHeard")
        heard = rendition(sound, client.heard(tmp_path / "heard"))
        client.quit()
    assert heard.faults() == []
    assert heard.quieter_ms == 0, "bit by bit"


def test_an_early_microphone_that_is_not_there_is_told_as_one_that_is_opened_later(
    sound_system: None,
) -> None:
    with (
        virtual_audio(devices="none") as house,
        rig_client(house, "--early", "0.3", "--dumb", started=False) as client,
    ):
        assert client.wait_for("DeviceChanged", which="microphone")["problem"]
        client.wait_for("Started")
        client.quit()


def test_an_early_microphone_that_was_pulled_out_before_anybody_listened_is_told(
    sound_system: None, tmp_path: Path
) -> None:
    with virtual_audio() as house, rig_client(house, "--early", "2", "--dumb", started=False) as client:
        house.until_recorded()
        house.unplug("mic")
        client.wait_for("DeviceChanged", which="microphone")
        house.replug("mic")
        client.wait_for("MicHeard", timeout_s=15)
        client.quit()
