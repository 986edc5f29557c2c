"""Each exit code of the documented table is produced once, with its one line on stderr and nothing on stdout."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer

KEY = "sk-planted-0123456789abcdef"


def urls(strange: StrangeServer) -> dict[str, str]:
    return {
        name: strange.at(name) for name in ("ok", "slow", "failed", "fatal", "close", "401", "429", "503")
    }


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("realtime-cli --version", 0, ""),
        ("realtime-cli send-text --url $ok hello", 0, ""),
        ("realtime-cli send-text --bogus", 2, "No such option"),
        ("realtime-cli send-text --url $ok -i @nothing.txt hello", 66, "nothing.txt"),
        ("realtime-cli send-text --url ws://127.0.0.1:1/v1 hello", 69, "127.0.0.1"),
        ("realtime-cli send-text --url $ok --log-file /nowhere/x.log hello", 73, "/nowhere/x.log"),
        ("realtime-cli send-text --url $limited --retry 0 hello", 75, "429"),
        ("realtime-cli send-text --url $close hello", 76, "go away"),
        ("realtime-cli send-text --url $refused hello", 77, "401"),
        ("realtime-cli send-text --provider openai hello", 77, "OPENAI_API_KEY"),
        ("REALTIME_CLI_VAD=x realtime-cli send-text hello", 78, "REALTIME_CLI_VAD in the environment"),
        ("realtime-cli send-text --provider nobody hello", 78, "There is no provider"),
        ("realtime-cli send-text --url $failed hello", 79, "This cannot be answered"),
        ("realtime-cli send-text --url $slow --timeout 0.5 hello", 124, "within 0.5 s"),
    ],
)
def test_a_class_of_failure_has_its_code(
    shell: Shell, strange: StrangeServer, line: str, code: int, words: str
) -> None:
    names = urls(strange)
    shell.env |= {**names, "refused": names["401"], "limited": names["429"], "REALTIME_CLI_API_KEY": KEY}
    done = shell.run(line)
    assert done.code == code, done.err
    assert words in done.err
    assert KEY not in done.out + done.err
    assert "Traceback" not in done.err
    if code not in (0, 2):
        assert done.out == ""
        said = [text for text in done.err.splitlines() if text.startswith("realtime-cli: ")]
        assert len(said) == 1
        assert said[0].endswith(".")


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_it_as_shells_expect(
    shell: Shell, strange: StrangeServer, name: str, code: int
) -> None:
    process = subprocess.Popen(
        ["realtime-cli", "send-text", "--url", strange.at("slow"), f"wait for {name}"],
        env=shell.env,
        cwd=shell.folder,
        executable=str(next(p for p in _candidates(shell) if os.path.exists(p))),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while f"wait for {name}" not in strange.prompts:
        assert process.poll() is None
    process.send_signal(signal.Signals[name])
    _, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert b"Traceback" not in err


def _candidates(shell: Shell) -> list[str]:
    return [os.path.join(folder, "realtime-cli") for folder in shell.env["PATH"].split(":")]


def test_timeout_of_coreutils_works_as_for_any_program(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(f"timeout -s INT 3 realtime-cli send-text --url {strange.at('slow')} hello")
    assert done.code in (124, 130)
    assert "Traceback" not in done.err


def test_no_sound_library_is_code_74(shell: Shell) -> None:
    # An own folder that hides PortAudio's Python package, as on a machine where the library is missing.
    hidden = shell.folder / "sounddevice.py"
    hidden.write_text("raise OSError('PortAudio library not found')\n")
    shell.env["PYTHONPATH"] = str(shell.folder)
    done = shell.run("realtime-cli devices")
    assert done.code == 74
    assert "libportaudio2" in done.err
