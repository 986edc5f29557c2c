"""A realtime session of `openai-agents`, with nothing changed but the URL, talks with `realtime-cli serve`.

That library wants an older `websockets` than ours, so it lives in an environment of its own, made once and kept in
the temporary folder, and runs as a separate process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from realtime_cli.server.engines.espeak_mouth import EspeakMouth
from tests.server.engines.speech import needs_espeak, needs_pocketsphinx

PACKAGES = ("openai-agents==0.24.0", "websockets<17")
PROGRAM = Path(__file__).parent / "agents_client" / "program.py"
HOME = (
    Path(tempfile.gettempdir()) / f"realtime-cli-{PACKAGES[0].replace('==', '-')}-py{sys.version_info.minor}"
)


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment() -> Path:
    """The Python that has the library."""
    if python_of(HOME).exists():
        return python_of(HOME)
    try:
        socket.create_connection(("pypi.org", 443), timeout=5).close()
    except OSError:
        pytest.skip("openai-agents is not installed yet, and the package index cannot be reached")
    making = Path(tempfile.mkdtemp(prefix="realtime-cli-agents-"))
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv:
        commands = [
            [uv, "venv", "-q", "--clear", "--python", sys.executable, str(making)],
            [uv, "pip", "install", "-q", "--python", str(python_of(making)), *PACKAGES],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", str(making)],
            [str(python_of(making)), "-m", "pip", "install", "-q", *PACKAGES],
        ]
    for command in commands:
        subprocess.run(command, check=True, timeout=150)
    try:
        making.rename(HOME)
    except OSError:  # somebody else was quicker
        shutil.rmtree(making)
    return python_of(HOME)


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """`realtime-cli serve` as a user starts it; yields its URL."""
    command = [sys.executable, "-m", "realtime_cli", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def spoken(text: str) -> bytes:
    """PCM16 at 24 kHz: a little silence, the words, and enough silence to end the turn."""

    async def main() -> bytes:
        pieces = [pcm async for pcm in EspeakMouth().speak(text, voice="marin")]
        return bytes(48 * 300) + b"".join(pieces) + bytes(48 * 1500)

    return asyncio.run(main())


@pytest.mark.engines
@pytest.mark.timeout(240)
@needs_espeak
@needs_pocketsphinx
def test_text_voice_a_function_and_an_interruption_through_openai_agents(tmp_path: Path) -> None:
    python = environment()
    speech = tmp_path / "speech.pcm"
    speech.write_bytes(spoken("what time is it"))
    with serving() as url:
        done = subprocess.run(
            [str(python), str(PROGRAM), url, str(speech)],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "OPENAI_AGENTS_DISABLE_TRACING": "1"},
        )
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["errors"] == []
    assert seen["interrupted"]
    assert seen["audio_bytes"] > 100_000
    assert seen["transcripts"] == ["what time is it"]
    assert {"tool_start", "tool_end", "audio_end", "agent_end", "history_updated"} <= set(seen["kinds"])
    assert {"function_call", "usage", "turn_ended", "transcript_delta"} <= set(seen["raw"])
