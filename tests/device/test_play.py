"""`send-text --play`: the answer is heard, to its end, on a real sound system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.rendition import rendition
from tests.support.sound import VirtualAudio, read_wav, virtual_audio

pytestmark = pytest.mark.device

COMMAND = (Path(sys.executable).with_name("realtime-cli"), "send-text", "--provider", "local", "--no-stdin")


def ask(house: VirtualAudio, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a home of its own."""
    places = {"REALTIME_CLI_CONFIG_DIR": str(folder), "REALTIME_CLI_DATA_DIR": str(folder)}
    env = {**house.env, **places, "REALTIME_CLI_TTS_ENGINE": "tone"}
    return subprocess.run(
        [*COMMAND, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=50, check=False
    )


def test_the_whole_answer_is_heard_and_written(house: VirtualAudio, tmp_path: Path) -> None:
    with house.hear() as recording:
        done = ask(house, tmp_path, "--play", "--audio-out", "said.wav", "repeat good morning to you")
        recording.until_quiet()
    assert (done.returncode, done.stdout) == (0, "good morning to you\n"), done.stderr
    said, rate_hz = read_wav(tmp_path / "said.wav")
    assert rate_hz == 24_000
    heard = rendition(said[:, 0], recording.frames)
    assert heard.faults() == [], "to the last frame"
    assert heard.quieter_ms == 0, "bit by bit"


def test_without_a_speaker_the_text_is_there_and_the_trouble_is_told(
    sound_system: None, tmp_path: Path
) -> None:
    with virtual_audio(devices="none") as house:
        done = ask(house, tmp_path, "--play", "repeat good morning")
    assert (done.returncode, done.stdout) == (74, "good morning\n")
    assert done.stderr.splitlines()[-1] == (
        "realtime-cli: The answer was not heard: the speaker does not work. `realtime-cli doctor` says why."
    )
    assert "Traceback" not in done.stderr


def test_nothing_is_complained_about_when_all_went_well(house: VirtualAudio, tmp_path: Path) -> None:
    assert "realtime-cli:" not in ask(house, tmp_path, "--play", "repeat hello").stderr
