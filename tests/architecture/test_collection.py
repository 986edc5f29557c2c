"""The tests can be collected where there are no pseudo terminals, as on Windows: what needs one is left out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HIDING = """
import sys

NAMES = ("fcntl", "termios", "resource", "grp", "pwd")

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
for name in NAMES:
    sys.modules.pop(name, None)
"""


@pytest.mark.timeout(180)
def test_without_terminals_every_other_test_is_found(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HIDING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--co", "-q", "-p", "no:cacheprovider", "--snapshot-warn-unused"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    found = done.stdout.splitlines()
    assert any(line.startswith("tests/session/") for line in found)
    assert not any(line.startswith("tests/e2e/test_conversation") for line in found)
