"""A live room between the virtual devices: hears `speaker.monitor`, and plays what a microphone there would hear.

    python -m tests.support.room --echo-db 0 --delay-ms 40 [--near 12:voice.wav ...] [--seconds 60] [--jump 20:140]

Inside the environment of `virtual_audio.sh`; needs parec and pacat. The echo is the convolution with a decaying
random response (RT60 0.25 s) behind a direct sound, with a loudspeaker that may distort, and a delay that may jump.
The way through the sound server adds about 90 ms. It prints "up" when it runs, and the number of slips at its end.
"""

from __future__ import annotations

import argparse
import array
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import termios
import wave
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float64]

BLOCK = 240
RESPONSE_S = 0.2
_F_SETPIPE_SZ = 1031
_BEHIND_S = 0.14  # later than this one block is dropped: a burst would stay as delay for ever


class Room:
    """Block by block: what was played in, what the microphone hears out."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._rate = options.rate
        random = np.random.default_rng(options.seed)
        self._random = random
        self._noise = 10 ** (options.noise_db / 20)
        self._nonlinear = options.nonlinear
        self._gain = 10 ** (options.echo_db / 20)
        length = round(RESPONSE_S * self._rate) // BLOCK * BLOCK
        response = random.standard_normal(length) * 10 ** (
            -3 * np.arange(length) / (options.rt60 * self._rate)
        )
        response[0] = 3.0
        response /= np.sqrt(np.sum(response**2))
        parts = response.reshape(-1, BLOCK)
        self._spectra = np.fft.rfft(np.concatenate((parts, np.zeros_like(parts)), axis=1), axis=1)
        self._past = np.zeros_like(self._spectra)
        self._before: Sound = np.zeros(BLOCK)
        self._line: Sound = np.zeros(round(1.0 * self._rate))  # the delay line
        self._delay = round(options.delay_ms * self._rate / 1000)
        self._jumps = [(round(at * self._rate), round(ms * self._rate / 1000)) for at, ms in options.jump]
        self._near = [
            (round(at * self._rate), _read(path, self._rate, options.near_db)) for at, path in options.near
        ]
        self.position = 0

    def hear(self, played: Sound) -> Sound:
        """One block, 1.0 is full scale."""
        if self._nonlinear:
            played = np.tanh(played * 5) / 5
        self._past = np.roll(self._past, 1, axis=0)
        self._past[0] = np.fft.rfft(np.concatenate((self._before, played)))
        self._before = played
        echo = np.fft.irfft((self._past * self._spectra).sum(axis=0))[BLOCK:] * self._gain
        for at, delay in self._jumps:
            if self.position >= at:
                self._delay = delay
        self._line = np.concatenate((self._line[BLOCK:], echo))
        end = len(self._line) - self._delay
        heard = self._line[end - BLOCK : end] + self._random.standard_normal(BLOCK) * self._noise
        for at, voice in self._near:
            begin = self.position - at
            if -BLOCK < begin < len(voice):
                low, high = max(0, -begin), min(BLOCK, len(voice) - begin)
                heard[low:high] += voice[begin + low : begin + high]
        self.position += BLOCK
        return np.asarray(heard)


def _read(path: Path, rate: int, level_db: float) -> Sound:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (rate, 1), f"{path} must be mono at {rate} Hz"
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    loud = sound[np.abs(sound) > 0.01]
    return np.asarray(sound * 10 ** (level_db / 20) / np.sqrt(np.mean(loud**2)))


def _waiting(pipe: IO[bytes]) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def _at(text: str) -> tuple[float, float]:
    at, _, value = text.partition(":")
    return float(at), float(value)


def _voice_at(text: str) -> tuple[float, Path]:
    at, _, path = text.partition(":")
    return float(at), Path(path)


def _run(room: Room, rate: int, seconds: float) -> int:
    form = ["--raw", f"--rate={rate}", "--channels=1", "--format=s16le", "--client-name=room"]
    rec = subprocess.Popen(
        ["parec", "--device=speaker.monitor", "--latency-msec=10", *form], stdout=subprocess.PIPE, bufsize=0
    )
    play = subprocess.Popen(
        ["pacat", "--device=mic", "--latency-msec=80", *form], stdin=subprocess.PIPE, bufsize=0
    )
    assert rec.stdout
    assert play.stdin
    slips = 0
    try:
        fcntl.fcntl(rec.stdout, _F_SETPIPE_SZ, 8192)
        fcntl.fcntl(play.stdin, _F_SETPIPE_SZ, 4096)
        for _ in range(20):
            rec.stdout.read(960)  # the burst at the start
        print("up", flush=True)
        while room.position < seconds * rate:
            data = b""
            while len(data) < 2 * BLOCK:
                more = rec.stdout.read(2 * BLOCK - len(data))
                if not more:
                    return slips
                data += more
            if _waiting(rec.stdout) > 2 * rate * _BEHIND_S:
                rec.stdout.read(2 * BLOCK)
                slips += 1
            heard = room.hear(np.frombuffer(data, "<i2") / 32768)
            play.stdin.write((np.clip(heard, -1, 1) * 32767).astype("<i2").tobytes())
    finally:
        for process in (rec, play):
            process.terminate()
            process.wait()
    return slips


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=24_000)
    parser.add_argument("--echo-db", type=float, default=-6.0)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--rt60", type=float, default=0.25)
    parser.add_argument("--noise-db", type=float, default=-65.0)
    parser.add_argument("--nonlinear", action="store_true")
    parser.add_argument("--jump", type=_at, action="append", default=[], metavar="SECONDS:DELAY_MS")
    parser.add_argument("--near", type=_voice_at, action="append", default=[], metavar="SECONDS:WAV")
    parser.add_argument("--near-db", type=float, default=-23.0)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)  # a room waits for nobody; its delay jumps if it has to
    try:
        slips = _run(Room(options), options.rate, options.seconds)
    except BrokenPipeError:
        sys.exit("the sound server is gone")
    print("slips", slips, flush=True)


if __name__ == "__main__":
    main()
