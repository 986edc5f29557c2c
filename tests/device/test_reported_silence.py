"""What a speaker reports is what it took, frame by frame: the echo canceller and recordings count on it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support.sound import VirtualAudio

pytestmark = pytest.mark.device

_PROGRAM = """
import asyncio, json, sys
import numpy as np
from realtime_cli.devices.buffering import Buffering
from realtime_cli.devices.portaudio import Shape
from realtime_cli.devices.speaker import PortAudioSpeaker

async def main():
    rate_hz, block_ms = int(sys.argv[1]), int(sys.argv[2])
    loop, told = asyncio.get_running_loop(), []
    def report(block):
        told.append((loop.time(), len(block.frames), sum(frames for _, frames in block.pieces), block.underflowed))
    speaker = PortAudioSpeaker(buffering=Buffering(block_ms, 0.1), shape=Shape(rate_hz, 1))
    await speaker.open(report, print)
    await asyncio.sleep(1.0)
    for _ in range(3):
        speaker.write(("item", 0), np.ones(2_401, dtype=np.int16))
        speaker.end(("item", 0))
        await asyncio.sleep(0.5)
    await speaker.close()
    steady = [row for row in told if row[0] > told[0][0] + 0.4]  # at first the device fills its buffer
    (first_s, _, _, _), (last_s, _, _, _) = steady[0], steady[-1]
    print(json.dumps({
        "passed_s": last_s - first_s,
        "frames": sum(frames for _, frames, _, _ in steady[1:]),
        "longest": max(frames for _, frames, _, _ in told),
        "played": sum(played for _, _, played, _ in told),
        "underflows": sum(underflowed for _, _, _, underflowed in told),
    }))

asyncio.run(main())
"""


@pytest.mark.parametrize(("rate_hz", "block_ms"), [(24_000, 10), (22_050, 10), (48_000, 8), (44_100, 20)])
def test_silence_and_sound_add_up_to_the_time_that_passed(
    house: VirtualAudio, rate_hz: int, block_ms: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(rate_hz), str(block_ms)],
        env=house.env,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["played"] == 3 * 2_401
    assert told["longest"] <= rate_hz * 0.03, "a canceller needs to know soon"
    lost_s = told["underflows"] * block_ms / 1000
    assert abs(told["frames"] / rate_hz - told["passed_s"]) < 0.06 + lost_s
