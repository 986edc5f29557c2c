"""`devices --test` with real devices: a room, headphones, a loopback, nothing at all."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from realtime_cli.dsp.echo import load
from tests.e2e.test_echo import room
from tests.support.console import console
from tests.support.rendition import rendition
from tests.support.sound import VirtualAudio, read_wav, speech, virtual_audio

pytestmark = [pytest.mark.device, pytest.mark.timeout(120)]


def command(
    house: VirtualAudio, folder: Path, *options: str, env: dict[str, str] | None = None
) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "realtime_cli", "devices", *options],
        env={**house.env, "REALTIME_CLI_CONFIG_DIR": str(folder), **(env or {})},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=40,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_loopback_and_a_microphone_of_zeros_are_named_in_plain_words(
    house: VirtualAudio, tmp_path: Path
) -> None:
    code, said, _ = command(house, tmp_path, "--test", env={"PULSE_SOURCE": "speaker.monitor"})
    assert "the microphone is the speaker's own signal" in said
    assert "only zeros" in said
    assert "Nothing was heard" in said
    assert "And back" not in said
    assert code == 1


def test_in_a_room_it_tells_the_way_of_the_sound_and_whether_cancelling_works(
    house: VirtualAudio, tmp_path: Path
) -> None:
    if load("webrtc") is None:
        pytest.skip("the echo canceller is not installed")
    # On a loaded machine a speaker with little latency misses blocks, and each costs the canceller its place.
    arguments = ["devices", "--test", "--audio-latency", "100"]
    with room(house, "--echo-db", "-10"), console(arguments, house.env, tmp_path) as terminal:
        terminal.wait_for("Say something", 30)
        house.say(speech("one two three")).wait()
        assert terminal.wait_end(20) == 0
        said = terminal.look()
        metered = terminal.was_seen("#####")
    way = re.search(r"The speaker holds (\d+) ms of sound\. Round trip through the room (\d+) ms\.", said)
    assert way, said
    holds_ms, there_and_back_ms = map(int, way.groups())
    assert 100 <= holds_ms < 250
    assert 60 <= there_and_back_ms < 500
    less = re.search(r": (\d+) dB less\. Echo cancelling works in this room", said)
    assert less, said
    assert int(less[1]) >= 20
    assert re.search(r"(Good|Loud and clear) \(peak", said)
    assert metered, "a meter moves while one speaks"
    assert "ALSA" not in said
    assert "Expression" not in said


def test_as_json_the_findings_are_one_object_and_the_voice_comes_back_without_a_gap(
    house: VirtualAudio, tmp_path: Path
) -> None:
    wav = speech("one two three")
    with (
        house.hear() as recording,
        subprocess.Popen(
            [sys.executable, "-m", "realtime_cli", "devices", "--test", "--json", "--audio-latency", "100"],
            env={**house.env, "REALTIME_CLI_CONFIG_DIR": str(tmp_path)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program,
    ):
        assert program.stdout
        assert program.stderr
        instructions = iter(program.stderr)
        assert any("Say something" in line for line in instructions)
        house.say(wav).wait()
        assert any("And back:" in line for line in instructions)
        begin = len(recording.so_far())
        told = json.loads(program.stdout.read())
        recording.until_quiet()
    assert program.returncode == 0
    assert told["usable"] is True
    assert told["round_trip_ms"] is None, "headphones: nothing comes back"
    assert told["echo_heard"] is False
    assert told["erle_db"] is None
    assert told["voice_peak_dbfs"] > -20
    assert told["speaker_ms"] >= 100
    came_back = rendition(read_wav(wav)[0][:, 0], recording.frames[begin:])
    assert came_back.faults() == []
    assert came_back.quieter_ms == 0, "bit by bit"


def test_without_any_device_it_says_so(sound_system: None, tmp_path: Path) -> None:
    with virtual_audio(devices="none") as house:
        house.crash()
        code, _, problem = command(house, tmp_path, "--test")
    assert code == 74
    assert problem.startswith("realtime-cli: no speaker was found. Plug one in")
    assert len(problem.splitlines()) == 1


def test_a_device_is_remembered_by_its_name(house: VirtualAudio, tmp_path: Path) -> None:
    code, said, problem = command(house, tmp_path, "--use-output", "0")
    assert (code, said) == (0, "output_device: pulse\n"), problem
    assert 'output_device = "pulse"' in (tmp_path / "config.toml").read_text()
    code, _, problem = command(house, tmp_path, "--use-input", "teapot")
    assert code != 0
    assert "teapot" in problem
