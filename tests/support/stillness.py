"""Does the machine keep time? Tests in real time are judged only where it does.

A shared machine may stand still for 50 ms and more: then a speaker misses blocks, whatever the program does. What was
heard is judged so that this does not count (`rendition.py`, `likeness.py`); times cannot be, nor what a recogniser
makes of a torn
word. A process of its own notices, that only sleeps (`sleeper.py`); a failure beside such a moment is told as
`MachineStoodStill`, and the test is run again, twice at most (`RERUN`). A failure without one is a failure at once.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

RERUN = pytest.mark.flaky(reruns=2, only_rerun=["MachineStoodStill"])

STILL_MS = 12
"""Later than this is no ordinary waking: speakers hold 20 to 30 ms, of which the program needs half."""


class MachineStoodStill(AssertionError):
    """What failed was in real time, and time stood still meanwhile."""


@contextmanager
def judged_in_real_time() -> Iterator[None]:
    """Tells a failure of the block as `MachineStoodStill` where that was so."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("sleeper.py"))]
    pipe = subprocess.PIPE
    error: AssertionError | None = None
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as witness:
        try:
            yield
        except AssertionError as caught:
            error = caught
        finally:
            longest_ms = int(witness.communicate(timeout=10)[0])
    if error is not None and longest_ms > STILL_MS:
        raise MachineStoodStill(f"for {longest_ms} ms, and: {error}") from error
    if error is not None:
        raise error
