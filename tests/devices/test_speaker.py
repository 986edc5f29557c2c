"""Time stamps of a device are believed only where they can be true; without devices there is a clear error."""

import asyncio
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_cli.devices import portaudio
from realtime_cli.devices.speaker import PortAudioSpeaker, sane_delay_s
from realtime_cli.errors import AudioLibraryMissing

ROOT = Path(__file__).parents[2]
SILENT_MACHINE = {"PULSE_SERVER": "unix:/nowhere", "PIPEWIRE_REMOTE": "/nowhere", "JACK_NO_START_SERVER": "1"}


@pytest.mark.parametrize("promised_s", [0.0, -0.1, -12.5, 3.0, 86_400.0, math.nan, math.inf, -math.inf])
def test_a_delay_that_cannot_be_is_replaced(promised_s: float) -> None:
    assert sane_delay_s(promised_s, 0.06) == 0.06


@pytest.mark.parametrize("promised_s", [0.003, 0.06, 0.4])
def test_a_delay_that_can_be_is_believed(promised_s: float) -> None:
    assert sane_delay_s(promised_s, 0.06) == promised_s


def test_before_it_is_opened_a_speaker_takes_sound_and_has_the_name_the_user_gave() -> None:
    speaker = PortAudioSpeaker("usb")
    assert speaker.name == "usb"
    assert speaker.queued_frames == 0
    assert speaker.flush(10) == ()
    asyncio.run(speaker.close())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="hides devices in ALSA's way")
@pytest.mark.parametrize("kind", ["microphone", "speaker"])
def test_a_machine_without_devices_is_told_in_one_line(tmp_path: Path, kind: str) -> None:
    try:
        portaudio.library()
    except AudioLibraryMissing:
        pytest.skip("no PortAudio on this machine")
    empty = tmp_path / "asound.conf"
    empty.write_text("")
    program = (
        "import asyncio; from realtime_cli.errors import NoSuchDevice;"
        f"from realtime_cli.devices.{kind} import PortAudio{kind.capitalize()} as Device\n"
        "try: asyncio.run(Device().open(print, print))\n"
        "except NoSuchDevice as error: print(error, '|', error.advice)"
    )
    environment = {**os.environ, **SILENT_MACHINE, "ALSA_CONFIG_PATH": str(empty)}
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith(f"no {kind} was found |")
