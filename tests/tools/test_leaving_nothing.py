"""A short soak: calls of every kind, some given up halfway, leave no thread, file or process behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts in /proc")
@pytest.mark.timeout(120)
def test_rounds_of_calls_leave_nothing_behind() -> None:
    pytest.importorskip("mcp")
    done = subprocess.run(
        [sys.executable, "scripts/soak_functions.py", "--rounds", "3"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
