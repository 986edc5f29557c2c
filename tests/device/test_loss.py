"""Devices come and go while sound is streaming, and the session goes on."""

from pathlib import Path

import pytest

from tests.support.rendition import rendition
from tests.support.rig_client import RigClient, rig_client, sounding
from tests.support.sound import Recording, VirtualAudio, noise, virtual_audio, write_wav

pytestmark = pytest.mark.device


def play(client: RigClient, item: str, wav: Path) -> None:
    client.order("play", item=item, wav=str(wav))
    client.order("end", item=item)


def heard_again(client: RigClient, recording: Recording, item: str, wav: Path) -> None:
    """An answer after the trouble is played and heard."""
    play(client, item, wav)
    client.wait_for("PlayoutEmpty")
    assert len(sounding(recording.until_quiet())) > 0.2 * 24_000


def test_a_speaker_that_is_exchanged_while_it_sounds_does_not_interrupt(
    house: VirtualAudio, tmp_path: Path
) -> None:
    wav = write_wav(tmp_path / "noise.wav", noise(1.2))
    with rig_client(house, "--deaf") as client:
        play(client, "one", wav)
        client.wait_for("Played")
        house.unplug("speaker")  # the server moves the stream to the other device, and says nothing
        client.wait_for("PlayoutEmpty")
        house.replug("speaker")
        with house.hear() as recording:
            heard_again(client, recording, "two", wav)
        client.quit()


def test_the_only_speaker_comes_back(sound_system: None, tmp_path: Path) -> None:
    long, short = (
        write_wav(tmp_path / "long.wav", noise(30.0)),
        write_wav(tmp_path / "short.wav", noise(0.4)),
    )
    with virtual_audio(devices="speaker") as house, rig_client(house, "--deaf") as client:
        play(client, "one", long)
        client.wait_for("Played")
        house.unplug("speaker")
        assert "went away" in client.wait_for("DeviceChanged", which="speaker")["problem"]
        client.wait_for("PlayoutEmpty")  # nobody wants to hear the rest of it later
        play(client, "two", short)
        client.wait_for("PlayoutEmpty")  # and nothing hangs
        assert not client.played_frames("two")
        house.replug("speaker")
        client.wait_for("DeviceChanged", which="speaker", problem="")
        with house.hear() as recording:
            heard_again(client, recording, "three", short)
        client.quit()


def test_the_only_microphone_comes_back(sound_system: None, tmp_path: Path) -> None:
    sound = noise(0.4)
    with virtual_audio(devices="mic") as house, rig_client(house, "--dumb") as client:
        client.wait_for("MicHeard")
        house.unplug("mic")
        assert "went away" in client.wait_for("DeviceChanged", which="microphone")["problem"]
        house.replug("mic")
        client.wait_for("DeviceChanged", which="microphone", problem="")
        house.say(write_wav(tmp_path / "noise.wav", sound)).wait(10)
        for _ in range(15):
            client.wait_for("MicHeard")
        assert rendition(sound, client.heard(tmp_path / "heard")).faults() == []
        client.quit()


def test_without_any_device_it_says_so_and_uses_what_is_plugged_in_later(
    sound_system: None, tmp_path: Path
) -> None:
    with virtual_audio(devices="none") as house, rig_client(house) as client:
        problems = {told["which"]: told["problem"] for told in client.told if told["fact"] == "DeviceChanged"}
        assert set(problems) == {"speaker", "microphone"}
        assert all(problems.values())
        house.replug("speaker")
        house.replug("mic")
        back = {client.wait_for("DeviceChanged", problem="")["which"] for _ in range(2)}
        assert back == {"speaker", "microphone"}
        with house.hear() as recording:
            heard_again(client, recording, "one", write_wav(tmp_path / "noise.wav", noise(0.4)))
        client.quit()


def test_a_sound_server_that_was_killed_is_found_again(house: VirtualAudio, tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "noise.wav", noise(0.4))
    with rig_client(house) as client:
        client.wait_for("MicHeard")
        house.crash()
        lost = [client.wait_for("DeviceChanged") for _ in range(2)]
        assert all("went away" in told["problem"] for told in lost)
        house.revive()
        back = {client.wait_for("DeviceChanged", problem="")["which"] for _ in range(2)}
        assert back == {"speaker", "microphone"}
        with house.hear() as recording:
            heard_again(client, recording, "one", wav)
        client.quit()


def test_a_speaker_that_falls_silent_without_a_word_is_noticed(house: VirtualAudio) -> None:
    with rig_client(house, "--deaf") as client:
        house.suspend("speaker")
        problem = client.wait_for("DeviceChanged", which="speaker")["problem"]
        assert problem == "it has delivered no sound for 1 s"
        house.resume("speaker")
        client.wait_for("DeviceChanged", which="speaker", problem="")
        client.quit()


def test_for_an_unknown_device_the_default_serves_and_the_user_is_told(house: VirtualAudio) -> None:
    with rig_client(house, "--deaf", "--output", "teapot") as client:
        texts = [told["text"] for told in client.told if told["fact"] == "NewsArrived"]
        assert texts == ["The speaker 'teapot' is not there: 'default' is used instead."]
        assert [told["problem"] for told in client.told if told["fact"] == "DeviceChanged"] == [""]
        client.quit()
