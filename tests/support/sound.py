"""A private PulseAudio with a virtual microphone and speaker, and speech to play into it.

    with virtual_audio(rate_hz=24_000) as house:
        with house.hear() as recording:
            subprocess.run([...], env=house.env)
        heard = recording.frames            # int16[n]: what the speaker really played

PortAudio reads its environment when it is imported, so the program under test runs in a process of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from realtime_cli import clock
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16

APT_LINE = (
    "apt-get install -y --no-install-recommends "
    "pulseaudio pulseaudio-utils libasound2-plugins libportaudio2 espeak-ng sox jackd2"
)
SCRIPT = Path(__file__).with_name("virtual_audio.sh")

_numbers = itertools.count(1)


def missing_programs() -> list[str]:
    """What the device lane needs and this machine has not."""
    return [
        name for name in ("pulseaudio", "pactl", "paplay", "parec", "espeak-ng") if not shutil.which(name)
    ]


class Recording:
    """What a virtual device's monitor carried, from `with` to its end.

    Attributes:
        frames: int16[n] mono at the server's rate, when it is over; `so_far()` before.
    """

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.frames: Int16 = np.zeros(0, dtype=np.int16)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self._process = subprocess.Popen(command, stdout=self._file, env=env)

    def so_far(self) -> Int16:
        """int16[n] recorded until now, some 20 ms behind."""
        size = os.fstat(self._file.fileno()).st_size
        return np.frombuffer(os.pread(self._file.fileno(), size - size % 2, 0), dtype="<i2").astype(np.int16)

    def until_quiet(self, quiet_ms: int = 150, timeout_s: float = 10.0) -> Int16:
        """Wait until something was heard and nothing is any more; int16[n] recorded until then."""
        deadline_s = clock.monotonic() + timeout_s
        while clock.monotonic() < deadline_s:
            frames = self.so_far()
            tail = frames[-24 * quiet_ms :]
            if frames.any() and not tail.any():
                return frames
            _nap(0.02)
        raise AssertionError("it never became quiet" if self.so_far().any() else "nothing was heard")

    def until_sounding(self, timeout_s: float = 10.0) -> Int16:
        """Wait until something was heard; int16[n] recorded until then."""
        deadline_s = clock.monotonic() + timeout_s
        while not (frames := self.so_far()).any():
            assert clock.monotonic() < deadline_s, "nothing was heard"
            _nap(0.005)
        return frames

    def stop(self) -> None:
        """End the recording; `frames` holds it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        self._process.wait(10)
        self.frames = self.so_far()
        self._file.close()


def _nap(seconds: float) -> None:
    threading.Event().wait(seconds)


class VirtualAudio:
    """One running server. `env` is the environment for programs that shall use it."""

    def __init__(self, name: str, env: dict[str, str], rate_hz: int) -> None:
        self.name = name
        self.env = env
        self.rate_hz = rate_hz

    def do(self, verb: str, *arguments: str) -> None:
        """Any verb of `virtual_audio.sh`."""
        settings = {**os.environ, "VA_RATE": str(self.rate_hz)}
        subprocess.run(
            [SCRIPT, verb, *arguments, self.name], check=True, env=settings, stdout=subprocess.DEVNULL
        )

    def say(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to play a WAV file into the microphone; `wait()` for its end."""
        return subprocess.Popen(["paplay", "--device=mic", "--latency-msec=100", str(wav)], env=self.env)

    @contextlib.contextmanager
    def hear(self, source: str = "speaker.monitor") -> Iterator[Recording]:
        """Record what the speaker plays."""
        command = ["parec", f"--device={source}", "--latency-msec=20", f"--rate={self.rate_hz}"]
        recording = Recording([*command, "--channels=1", "--format=s16le", "--raw"], self.env)
        try:
            yield recording
        finally:
            recording.stop()

    def until_recorded(self, timeout_s: float = 10.0) -> None:
        """Wait until a program has a microphone open."""
        deadline_s = clock.monotonic() + timeout_s
        query = ["pactl", "list", "short", "source-outputs"]
        while not subprocess.run(query, check=True, env=self.env, capture_output=True).stdout:
            assert clock.monotonic() < deadline_s, "nobody opens a microphone"
            _nap(0.02)

    def unplug(self, which: str) -> None:
        """Pull out "speaker" or "mic" while it is used."""
        self.do("unplug", which)

    def replug(self, which: str) -> None:
        """Put it back."""
        self.do("replug", which)

    def replug_at(self, which: str, rate_hz: int) -> None:
        """Put it back with another rate, as a Bluetooth headset does that becomes a telephone; it holds from now on."""
        settings = {**os.environ, "VA_NEW_RATE": str(rate_hz)}
        subprocess.run(
            [SCRIPT, "replug", which, self.name], check=True, env=settings, stdout=subprocess.DEVNULL
        )
        self.rate_hz = rate_hz

    def add_sink(self, name: str) -> None:
        """One more speaker; `stop` takes it away with the server."""
        self._control(
            "load-module", "module-null-sink", f"sink_name={name}", f"rate={self.rate_hz}", "channels=1"
        )

    def set_default_sink(self, name: str) -> None:
        """What the desktop's sound menu does: another default, and what plays moves there."""
        self._control("set-default-sink", name)

    def _control(self, *arguments: str) -> None:
        subprocess.run(["pactl", *arguments], check=True, env=self.env, stdout=subprocess.DEVNULL)

    def suspend(self, which: str) -> None:
        """Let "speaker" or "mic" fall silent, without a word to its clients."""
        self.do("suspend", which)

    def resume(self, which: str) -> None:
        self.do("resume", which)

    def crash(self) -> None:
        """Kill the server."""
        self.do("crash")

    def revive(self) -> None:
        """Start it again at the same place, with both devices."""
        self.do("start")


@contextlib.contextmanager
def virtual_audio(rate_hz: int = SAMPLE_RATE_HZ, devices: str = "both") -> Iterator[VirtualAudio]:
    """A server of its own, stopped at the end.

    Args:
        rate_hz: The rate of both devices; at 24 kHz our client is bit exact.
        devices: "both", "speaker", "mic" or "none".
    """
    name = f"test{os.getpid()}-{next(_numbers)}"
    settings = {**os.environ, "VA_RATE": str(rate_hz), "VA_DEVICES": devices}
    try:
        started = subprocess.run(
            [SCRIPT, "start", name], check=True, capture_output=True, text=True, env=settings, timeout=30
        )
        yield VirtualAudio(name, _environment(started.stdout), rate_hz)
    finally:
        subprocess.run([SCRIPT, "stop", name], check=True, stdout=subprocess.DEVNULL, timeout=30)


def _environment(exports: str) -> dict[str, str]:
    """This process's environment, changed by lines of `export A='b'` and `unset A B`."""
    env = dict(os.environ)
    for line in exports.splitlines():
        verb, *words = shlex.split(line)
        for word in words:
            name, _, value = word.partition("=")
            if verb == "export":
                env[name] = value
            else:
                env.pop(name, None)
    return env


def write_wav(path: Path, frames: Int16, rate_hz: int = SAMPLE_RATE_HZ) -> Path:
    """int16[n] or int16[n, channels] as a 16 bit WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if frames.ndim == 1 else frames.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(frames.astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> tuple[Int16, int]:
    """A 16 bit WAV file as int16[n, channels] and its rate."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2
        data = file.readframes(file.getnframes())
        return np.frombuffer(data, dtype="<i2").astype(np.int16).reshape(
            -1, file.getnchannels()
        ), file.getframerate()


def speech(text: str, voice: str = "en-us", rate_hz: int = SAMPLE_RATE_HZ) -> Path:
    """A WAV file (mono, 16 bit) of espeak-ng saying this; made once, kept in the temporary directory."""
    key = hashlib.sha256(f"{voice} {rate_hz} {text}".encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"realtime-cli-speech-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{key}.wav"
    if not path.exists():
        raw, ready = path.with_suffix(f".{os.getpid()}.raw.wav"), path.with_suffix(f".{os.getpid()}.wav")
        subprocess.run(["espeak-ng", "-v", voice, "-w", raw, text], check=True)
        subprocess.run(
            ["sox", raw, "-r", str(rate_hz), "-c", "1", "-b", "16", ready, "norm", "-3"], check=True
        )
        raw.unlink()
        ready.replace(path)
    return path


def noise(duration_s: float, seed: int = 1, rate_hz: int = SAMPLE_RATE_HZ, peak: int = 8000) -> Int16:
    """Noise in which every stretch is unmistakable; never zero, so that gaps show."""
    random = np.random.default_rng(seed)
    count = round(duration_s * rate_hz)
    signs = random.integers(0, 2, count) * 2 - 1
    return np.asarray(random.integers(1, peak, count) * signs, dtype=np.int16)


def correlation(part: Int16, whole: Int16) -> tuple[float, int]:
    """The best normalised correlation of `part` inside `whole`, and where it begins."""
    a = part.astype(np.float64) - part.mean()
    b = whole.astype(np.float64)
    size = 1 << (len(a) + len(b)).bit_length()
    product = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)[: len(b) - len(a) + 1]
    sums = np.concatenate(([0.0], np.cumsum(b**2)))
    energy = sums[len(a) :] - sums[: len(b) - len(a) + 1]
    scores = product / np.sqrt(np.maximum(energy, 1.0) * (a**2).sum())
    best = int(np.argmax(scores))
    return float(scores[best]), best
