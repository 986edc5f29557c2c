"""What typing needs is loaded in a thread, and by the first key if that comes sooner: both at once harm nobody."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys, threading
from realtime_cli.cli.loading import TYPING_MODULES, import_all
from realtime_cli.terminal.line_editor import LineEditor
from realtime_cli.terminal.strokes import StrokeReader

reader, editor = StrokeReader(), LineEditor()
assert "prompt_toolkit" not in sys.modules
problems = []

def loading():
    try:
        import_all(TYPING_MODULES)
    except BaseException as problem:
        problems.append(problem)

threads = [threading.Thread(target=work) for work in (loading, lambda: editor.line)]
sys.setswitchinterval(1e-5)
for thread in threads:
    thread.start()
strokes = list(reader.feed("\\x03"))
for thread in threads:
    thread.join()
assert not problems, problems
print([stroke.key for stroke in strokes])
"""


@pytest.mark.parametrize("attempt", range(6))
def test_a_key_while_its_modules_are_loaded_is_read(attempt: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout, done.stderr) == ("['c-c']\n", "")
