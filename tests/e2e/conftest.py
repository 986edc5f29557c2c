"""Everything real: microphone, speaker, terminal, socket, server, engines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.device.conftest import house, sound_system  # noqa: F401 - the same virtual sound system
from tests.support.tap import Tap, tapped

REQUIRED = os.environ.get("REALTIME_CLI_REQUIRE_DEVICES") == "1"

TOOLS = '''
def get_time(zone: str = "local") -> str:
    """Tells the current time of day.

    Args:
        zone: Name of a time zone.
    """
    return "the time is ten past nine"


def roll_dice() -> str:
    """Rolls two dice."""
    return "the dice show a three and a five"
'''

SETTLED_BLOCKS = 100
"""2 s of the microphone. The echo canceller is loaded beside its first blocks, on a busy machine for a second; when it
takes over, the sound comes 15 ms later, which nobody notices but a recogniser in the middle of a word."""


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder as a user would have it, with a tools file."""
    (tmp_path / "tools.py").write_text(TOOLS)
    return tmp_path


@pytest.fixture(scope="session")
def engines() -> None:
    """Skips, or fails, where the speech engines are missing."""
    from realtime_cli.server.engines.pocketsphinx_ears import is_pocketsphinx_installed

    if is_pocketsphinx_installed() and shutil.which("espeak-ng"):
        return
    reason = "speech engines missing. Enable them: apt install espeak-ng; uv sync --extra local"
    pytest.fail(reason) if REQUIRED else pytest.skip(reason)


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """`realtime-cli serve` in a process of its own; its URL."""
    command = [sys.executable, "-m", "realtime_cli", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("ws://127.0.0.1:"), f"serve said {url!r}"
        yield url
    finally:
        process.terminate()
        assert process.wait(10) == 0
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def wire(engines: None) -> Iterator[Tap]:
    """The local server with its real engines on a socket, and an ear on the wire."""
    with served() as url, tapped(url) as tap:
        yield tap


def until_settled(wire: Tap) -> None:
    """Wait until the microphone sounds as it will from now on."""
    at = -1
    for _ in range(SETTLED_BLOCKS):
        at, _message = wire.wait("input_audio_buffer.append", 10, after=at + 1)
