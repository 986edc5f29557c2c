"""What the user asked for becomes a rig; wrong files are told before anything starts."""

import asyncio
from pathlib import Path

import pytest

from realtime_cli.devices.microphone import PortAudioMicrophone
from realtime_cli.devices.simulated import SimulatedMicrophone, SimulatedSpeaker
from realtime_cli.devices.speaker import PortAudioSpeaker
from realtime_cli.errors import InputError, RecordingError
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.runtime.rig_plan import RigPlan
from tests.support.sound import noise, write_wav


def test_files_take_the_place_of_devices(tmp_path: Path) -> None:
    files = RigPlan(input_file=tmp_path / "in.wav", output_file=tmp_path / "out.wav")
    assert isinstance(files.microphone(), SimulatedMicrophone)
    assert isinstance(files.speaker(), SimulatedSpeaker)
    devices = RigPlan(input_device="usb", output_device=3)
    assert isinstance(devices.microphone(), PortAudioMicrophone)
    assert isinstance(devices.speaker(), PortAudioSpeaker)
    assert (devices.microphone().name, devices.speaker().name) == ("usb", "3")


def test_a_rig_is_made_of_it() -> None:
    async def main() -> None:
        assert isinstance(RigPlan().make(print), AudioRig)

    asyncio.run(main())


def test_wrong_files_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        RigPlan(input_file=tmp_path / "none.wav").check()
    with pytest.raises(RecordingError, match="No such file") as caught:
        RigPlan(output_file=tmp_path / "no" / "out.wav").check()
    assert caught.value.advice


def test_good_files_are_left_as_they_are(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "in.wav", noise(0.1))
    before = path.read_bytes()
    RigPlan(input_file=path, output_file=path).check()
    assert path.read_bytes() == before
    RigPlan().check()
