"""A real device dozes while no answer is in sight, and nothing of the next one is missing."""

from pathlib import Path

import pytest

from tests.support.rendition import rendition
from tests.support.rig_client import rig_client
from tests.support.sound import noise, virtual_audio, write_wav

pytestmark = pytest.mark.device


@pytest.mark.parametrize("roused_before", [True, False], ids=["expected", "unexpected"])
def test_the_answer_after_a_doze_is_whole(sound_system: None, tmp_path: Path, roused_before: bool) -> None:
    sound = noise(0.8)
    wav = write_wav(tmp_path / "noise.wav", sound)
    with virtual_audio(24_000) as house, rig_client(house, "--latency", "100") as client:
        for item in ("one", "two"):
            client.order("doze")
            for _ in range(60):  # 1.2 s: longer than a device may be dumb
                client.wait_for("MicHeard")
            with house.hear() as recording:
                if roused_before:
                    client.order("rouse")
                client.order("play", item=item, wav=str(wav))
                client.order("end", item=item)
                client.wait_for("PlayoutEmpty")
                assert rendition(sound, recording.until_quiet()).faults() == []
        client.quit()
    assert not any(told.get("problem") for told in client.told)
    assert client.played_frames("two") == len(sound)


def test_a_speaker_that_is_gone_when_it_is_roused_is_told_as_lost(sound_system: None, tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "noise.wav", noise(0.4))
    with virtual_audio(devices="speaker") as house, rig_client(house, "--deaf") as client:
        client.order("doze")
        client.order("play", item="before", wav=str(wav))
        client.order("end", item="before")
        client.wait_for("PlayoutEmpty")
        client.order("doze")
        house.unplug("speaker")
        client.order("play", item="gone", wav=str(wav))
        client.wait_for("DeviceChanged", which="speaker")
        house.replug("speaker")
        client.wait_for("DeviceChanged", which="speaker", problem="")
        with house.hear() as recording:
            client.order("play", item="after", wav=str(wav))
            client.order("end", item="after")
            client.wait_for("PlayoutEmpty")
            assert recording.until_quiet().any()
        client.quit()
