"""Functions that block or compute for seconds leave no gap at the speaker."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16
from tests.support.sound import VirtualAudio

pytestmark = [pytest.mark.device, pytest.mark.timeout(120)]

SECONDS = 5.0
_QUIET = 40  # the tone's amplitude is 6000: it stays below this for a sixth of a millisecond at most


def longest_gap_ms(frames: Int16) -> float:
    """The longest silence inside of the sound."""
    loud = np.flatnonzero(np.abs(frames.astype(np.int32)) > _QUIET)
    return float(np.diff(loud).max(initial=1) - 1) / 24


@pytest.mark.parametrize("functions", ["wait,compute", "compute_apart"])
def test_five_seconds_of_work_are_not_heard(house: VirtualAudio, functions: str) -> None:
    command = [sys.executable, "-m", "tests.support.busy_program", functions, str(SECONDS)]
    with house.hear() as recording:
        program = subprocess.run(command, env=house.env, stdout=subprocess.PIPE, text=True, timeout=90)
        recording.until_quiet(300)
    report = json.loads(program.stdout)
    assert set(report["calls"]) == set(functions.split(","))
    for output, took_s in report["calls"].values():
        assert output in ("waited", "computed")
        assert took_s >= SECONDS
    heard = recording.frames[np.flatnonzero(np.abs(recording.frames) > _QUIET)[0] :]
    assert longest_gap_ms(heard) < 2.0, f"underflows: {report['underflows']}"
    tone = np.flatnonzero(np.abs(heard) > _QUIET)[-1] + 1
    # As everywhere in this lane: what a device still holds when it is closed may be lost.
    assert abs(tone - report["tone_frames"]) <= 24 * 80
