"""Descriptor 2 is kept off the screen, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.pty_child import ROOT, Terminal

pytestmark = pytest.mark.pty

NOISY = """
import os, subprocess, sys
from pathlib import Path
from realtime_cli.terminal.quiet import QuietStderr
quiet = QuietStderr(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
before = sys.stderr
quiet.start(); quiet.start()
os.write(2, b"from C\\n")
subprocess.run(["sh", "-c", "echo from a child >&2"], check=True)
print("from python", file=sys.stderr)
quiet.stop(); quiet.stop()
assert sys.stderr is before
os.write(2, b"C again\\n")
print("python again", file=sys.stderr)
"""


def test_the_log_file_gets_what_libraries_and_children_print(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with Terminal("-c", NOISY, str(log)) as terminal:
        assert terminal.end() == 0
        assert terminal.screen.shown == ["from python", "C again", "python again"]
    assert log.read_text().splitlines() == ["from C", "from a child"]
    assert log.stat().st_mode & 0o777 == 0o600


def test_without_a_log_file_it_is_thrown_away() -> None:
    with Terminal("-c", NOISY) as terminal:
        assert terminal.end() == 0
        assert "from C" not in terminal.screen.text


def test_a_stderr_that_was_sent_elsewhere_is_left_alone() -> None:
    done = subprocess.run([sys.executable, "-c", NOISY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.split() == [
        "from",
        "C",
        "from",
        "a",
        "child",
        "from",
        "python",
        "C",
        "again",
        "python",
        "again",
    ]
