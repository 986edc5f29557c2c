"""`devices --test` with real devices: a room, headphones, a loopback, nothing at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sound import VirtualAudio, virtual_audio

pytestmark = pytest.mark.device


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
    assert code == 1


def test_without_any_device_it_says_so(sound_system: None, tmp_path: Path) -> None:
    with virtual_audio(devices="none") as house:
        house.crash()
        code, _, problem = command(house, tmp_path, "--test")
    assert code != 0
    assert "Traceback" not in problem


def test_a_device_is_remembered_by_its_name(house: VirtualAudio, tmp_path: Path) -> None:
    code, said, problem = command(house, tmp_path, "--use-output", "0")
    assert (code, said) == (0, "output_device: pulse\n"), problem
    assert 'output_device = "pulse"' in (tmp_path / "config.toml").read_text()
    code, _, problem = command(house, tmp_path, "--use-input", "teapot")
    assert code != 0
    assert "teapot" in problem
