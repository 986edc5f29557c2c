"""A synthetic room with open speakers, sample for sample: what the microphone hears of an answer and of the user.

The far end speaks at -22 dBFS. Its echo is the convolution with a decaying random response behind a loudspeaker's
band pass, later and louder as the room says. The near voice interrupts every 8 s from 12 s on. 24 kHz; needs
espeak-ng. `tests/support/room.py` is the live one, between virtual devices.
"""

from __future__ import annotations

import asyncio
import functools
import math
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from realtime_cli.dsp.echo import EchoCanceller
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Float32, Int16, from_bytes, to_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.runtime.local_ear import LocalEar
from realtime_cli.session.facts import Fact
from realtime_cli.session.playback_facts import LocalSpeechStarted

RATE_HZ = 24_000
STEP = 240
EARLY_FRAMES = RATE_HZ // 10
LATE_FRAMES = RATE_HZ * 3 // 10

FAR_TEXT = (
    "The weather will stay mild for the rest of the week, with some clouds in the afternoon.",
    "I have found three trains that leave before noon, and the first one is also the fastest.",
    "Of course. A good soup needs time, an onion, and somebody who stirs it now and then.",
    "The library closes at eight, but you can return your books through the window all night.",
    "Your meeting was moved to Thursday, and the room is on the second floor next to the stairs.",
)
NEAR_TEXT = (
    "Stop, please.",
    "Wait a moment, I have a question.",
    "No, not that one.",
    "Hold on, what did you say?",
)


@dataclass(frozen=True)
class Room:
    """One scenario. Levels in dB relative to the far end, delays in ms.

    Attributes:
        echo_db: None: a headset, no echo at all.
        jump_delay_ms: The delay from the middle on; 0: it stays.
        change_db: By how much louder the echo is from the middle on.
        nonlinear: The loudspeaker distorts.
        near_dbfs: The user's voice.
        first_near_s, near_every_s: When it interrupts.
    """

    name: str
    echo_db: float | None = 0.0
    delay_ms: int = 100
    jump_delay_ms: int = 0
    change_db: float = 0.0
    nonlinear: bool = False
    noise_dbfs: float = -65.0
    drift_ppm: float = 0.0
    rt60_s: float = 0.25
    seed: int = 7
    far_voice: str = "en-us"
    near_voice: str = "en-gb+f3"
    near_dbfs: float = -26.0
    first_near_s: float = 12.0
    near_every_s: float = 8.0


@dataclass(frozen=True)
class Scene:
    """A room with its sounds, int16[n] each.

    Attributes:
        far: What the speaker plays.
        alone: The microphone while only the speaker sounds.
        both: The microphone with the near voice.
        voice: The near voice and the noise alone.
        places: Where the near voice speaks (begin, end), from its first sample above -64 dBFS.
    """

    far: Int16
    alone: Int16
    both: Int16
    voice: Int16
    places: list[tuple[int, int]]


@functools.cache
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


def far_end(frames: int, voice: str = "en-us") -> Float32:
    parts: list[Float32] = []
    total, n = 0, 0
    while total < frames:
        pause = np.zeros(RATE_HZ // 2, dtype=np.float32)
        parts += [at_level(speak(FAR_TEXT[n % len(FAR_TEXT)], voice), -22), pause]
        total, n = total + len(parts[-2]) + len(pause), n + 1
    return np.concatenate(parts)[:frames]


def near_end(frames: int, room: Room) -> tuple[Float32, list[tuple[int, int]]]:
    """The near voice, and where it speaks (begin, end)."""
    out, places = np.zeros(frames, dtype=np.float32), []
    for n, begin_s in enumerate(np.arange(room.first_near_s, frames / RATE_HZ - 3, room.near_every_s)):
        begin = round(begin_s * RATE_HZ)
        voice = at_level(speak(NEAR_TEXT[n % len(NEAR_TEXT)], room.near_voice), room.near_dbfs)
        voice = np.trim_zeros(np.where(np.abs(voice) < 20, 0, voice))[: 3 * RATE_HZ]
        out[begin : begin + len(voice)] += voice
        places.append((begin, begin + len(voice)))
    return out, places


def echo_of(far: Float32, room: Room, rng: np.random.Generator) -> Float32:
    """What the microphone hears of the far end."""
    length = round(max(0.2, 0.8 * room.rt60_s) * RATE_HZ)
    response = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / (room.rt60_s * RATE_HZ))
    response[0] = 3.0  # the direct way
    if room.echo_db is None:
        return np.zeros_like(far)
    played = np.tanh(far / 6000) * 6000 if room.nonlinear else far
    if room.drift_ppm:
        at = np.arange(len(played)) * (1 + room.drift_ppm / 1e6)
        played = np.interp(at, np.arange(len(played)), played)
    size = 1 << (len(played) + length).bit_length()
    hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    band = 1 / (1 + (200 / np.maximum(hz, 1)) ** 4) / (1 + (hz / 7000) ** 8)
    echo = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(response, size) * band, size)[: len(played)]
    echo *= 10 ** (room.echo_db / 20) * math.sqrt(np.mean(far**2.0) / np.mean(echo**2))
    half = len(echo) // 2
    late = np.concatenate((_late(echo, room.delay_ms)[:half], _late(echo, _last_delay_ms(room))[half:]))
    late[half:] *= 10 ** (room.change_db / 20)
    return late.astype(np.float32)


def _last_delay_ms(room: Room) -> int:
    return room.jump_delay_ms or room.delay_ms


def _late(sound: npt.NDArray[np.float64], delay_ms: int) -> Float32:
    frames = delay_ms * RATE_HZ // 1000
    return np.concatenate((np.zeros(frames, dtype=np.float32), sound.astype(np.float32)))[: len(sound)]


def to_int16(sound: Float32) -> Int16:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def scene(room: Room, seconds: float) -> Scene:
    frames = round(seconds * RATE_HZ)
    rng = np.random.default_rng(room.seed)
    far = far_end(frames, room.far_voice)
    near, places = near_end(frames, room)
    wet = echo_of(far, room, rng)
    noise = rng.standard_normal(frames).astype(np.float32) * np.float32(10 ** (room.noise_dbfs / 20) * 32768)
    return Scene(
        to_int16(far), to_int16(wet + noise), to_int16(wet + noise + near), to_int16(near + noise), places
    )


def ear_starts(canceller: EchoCanceller, near: Int16, far: Int16) -> list[int]:
    """Frames at which the program, with an answer sounding all the time, hears the user begin to speak."""
    starts: list[int] = []
    at = 0

    def post(fact: Fact) -> None:
        if isinstance(fact, LocalSpeechStarted):
            starts.append(at)

    ear = LocalEar(post, canceller)
    asyncio.run(ear.load())
    for begin in range(0, len(near) - 2 * STEP + 1, 2 * STEP):
        halves = (slice(begin, begin + STEP), slice(begin + STEP, begin + 2 * STEP))
        step = np.concatenate([canceller.process(near[half], far[half]) for half in halves])
        at = begin + 2 * STEP
        ear.listen(to_bytes(step), rms_dbfs(step), sounding=True)
    return starts


def delays_ms(starts: list[int], places: list[tuple[int, int]]) -> list[float | None]:
    """From each place's begin to the first start that belongs to it; None: not heard."""
    found: list[float | None] = []
    for begin, end in places:
        first = next((at for at in starts if begin - EARLY_FRAMES <= at <= end + LATE_FRAMES), None)
        found.append(None if first is None else (first - begin) * 1000 / RATE_HZ)
    return found


def false_starts_s(starts: list[int], places: list[tuple[int, int]]) -> list[float]:
    """Starts that belong to no place; one within 0.6 s after a place is still the near voice's."""
    return [
        at / RATE_HZ
        for at in starts
        if not any(begin - EARLY_FRAMES <= at <= end + 2 * LATE_FRAMES for begin, end in places)
    ]
