"""Tries microphone and speaker together: levels, round trip, echo. What it finds is values; `devices --test` tells it.

microphone --> raw (24 kHz) --> canceller --> cleaned        speaker --> played, delay
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from realtime_cli.devices.contract import MicBlock, Microphone, Speaker, SpeakerBlock
from realtime_cli.dsp.echo import EchoCanceller
from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, frames_in, from_bytes
from realtime_cli.errors import DeviceError
from realtime_cli.runtime.capture_chain import CaptureChain
from realtime_cli.runtime.mic_check import OWN_LIKENESS, correlation, likeness

_LATEST_MS: Final = 1000
_FOUND: Final = 0.25
_AUDIBLE_DB: Final = 6.0
_LEARNING_S: Final = 2.0
_METER_PIECES: Final = 5  # of 20 ms

Meter: TypeAlias = Callable[[Int16], None]
"""Gets the latest 100 ms of the microphone, int16[n] at 24 kHz."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What came back of the speaker's sound.

    Attributes:
        heard: The microphone hears the speaker.
        raw_dbfs: Microphone while the speaker sounded, in its usual quarter of a second.
        cleaned_dbfs: The same behind the canceller, once it knew the room.
    """

    heard: bool
    raw_dbfs: float
    cleaned_dbfs: float

    @property
    def erle_db(self) -> float:
        """By how much the canceller made the echo quieter."""
        return self.raw_dbfs - self.cleaned_dbfs


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """From handing sound to the speaker until the microphone delivers it, None when it did not come back.

    `own_signal`: it came back so unchanged that no room lies between: a monitor, a loopback.
    """

    ms: float | None
    speaker_ms: float
    own_signal: bool = False


class DeviceCheck:
    """Microphone and speaker in use, on the loop. Made by `open_check`."""

    def __init__(self, microphone: Microphone, speaker: Speaker, echo: EchoCanceller | None) -> None:
        self.microphone, self.speaker = microphone, speaker
        self._loop = asyncio.get_running_loop()
        self._raw: list[Int16] = []
        self._cleaned: list[Int16] = []
        self._chain = CaptureChain(self._clean, echo, self._watch)
        self._delay_s = 0.0
        self._captured_at_s = 0.0
        self._handed_at: float | None = None  # in frames of `_raw`: when the speaker took the latest sound
        self._lost = ""
        self._tests = 0
        self.underflows = 0

    async def level_dbfs(self, seconds: float) -> float:
        """RMS of the microphone; -100 for zeros."""
        return rms_dbfs(await self.record(seconds))

    async def record(self, seconds: float, meter: Meter = lambda _frames: None) -> Int16:
        """int16[n] at 24 kHz of the raw microphone, from now on and without a gap; `meter` sees it as it comes."""
        self._raw.clear()
        await self._until(self._raw, seconds, meter)
        return np.concatenate(self._raw)[: round(seconds * SAMPLE_RATE_HZ)]

    async def play(self, frames: Int16) -> None:
        """Play to the end."""
        self._write(frames)
        await asyncio.sleep(len(frames) / SAMPLE_RATE_HZ + self._delay_s + 0.15)

    async def round_trip(self) -> RoundTrip:
        """Play a sweep and look for it in the microphone."""
        sweep = _sweep()
        self._raw.clear()
        self._write(sweep)
        await self._until(self._raw, (len(sweep) / SAMPLE_RATE_HZ) + _LATEST_MS / 1000)
        raw = np.concatenate(self._raw)
        if self._handed_at is None or rms_dbfs(raw) <= -90:
            return RoundTrip(None, self._delay_s * 1000)
        fit, place = _best_fit(sweep, raw)
        if fit < _FOUND:
            return RoundTrip(None, self._delay_s * 1000)
        trip_ms = max(0.0, place - self._handed_at) * 1000 / SAMPLE_RATE_HZ
        return RoundTrip(trip_ms, self._delay_s * 1000, fit > OWN_LIKENESS)

    async def echo(self, quiet_dbfs: float, seconds: float = 5.0) -> Echo:
        """Play speech-like noise and see what the canceller leaves of it, once it had two seconds to learn."""
        noise = _babble(seconds)
        self._raw.clear()
        self._cleaned.clear()
        self._write(noise)
        await self._until(self._raw, seconds)
        learnt = round(_LEARNING_S * SAMPLE_RATE_HZ)
        raw, cleaned = np.concatenate(self._raw)[learnt:], np.concatenate(self._cleaned)[learnt:]
        raw_dbfs, cleaned_dbfs = _usual_dbfs(raw), _usual_dbfs(cleaned)
        return Echo(raw_dbfs > max(quiet_dbfs + _AUDIBLE_DB, -75.0), raw_dbfs, cleaned_dbfs)

    # Inside.

    def _write(self, frames: Int16) -> None:
        self._tests += 1
        self._handed_at = None
        tag = (f"test {self._tests}", 0)
        self.speaker.write(tag, frames)
        self.speaker.end(tag)

    async def _until(self, kept: list[Int16], seconds: float, meter: Meter = lambda _frames: None) -> None:
        wanted = round(seconds * SAMPLE_RATE_HZ)
        deadline_s = self._loop.time() + seconds + 3.0
        seen = 0
        while sum(map(len, kept)) < wanted:
            if self._lost or self._loop.time() > deadline_s:
                raise DeviceError(self._lost or "no sound comes from the microphone")
            await asyncio.sleep(0.01)
            if len(kept) - seen >= _METER_PIECES:
                meter(np.concatenate(kept[seen:]))
                seen = len(kept)

    def hear(self, block: MicBlock) -> None:
        """From the microphone's thread."""
        self._loop.call_soon_threadsafe(self._chain.near, block)

    def report(self, block: SpeakerBlock) -> None:
        """From the speaker's thread."""
        self._loop.call_soon_threadsafe(self._reported, block)

    def lose(self, reason: str) -> None:
        """From either."""
        self._lost = reason

    def _reported(self, block: SpeakerBlock) -> None:
        self._delay_s = block.delay_s
        if block.pieces and self._handed_at is None:
            # Blocks of the microphone come every 20 ms: what it captured since the last one counts too.
            since_s = self._loop.time() - self._captured_at_s
            self._handed_at = sum(map(len, self._raw)) + since_s * SAMPLE_RATE_HZ
        self.underflows += block.underflowed
        self._chain.far(block.frames, block.rate_hz, block.heard_at_s)

    def _watch(self, near: Int16, _far: Int16) -> None:
        self._captured_at_s = self._loop.time()
        self._raw.append(near)

    def _clean(self, pcm: bytes, _level_dbfs: float) -> None:
        self._cleaned.append(from_bytes(pcm))


@asynccontextmanager
async def open_check(
    microphone: Microphone, speaker: Speaker, echo: EchoCanceller | None
) -> AsyncIterator[DeviceCheck]:
    """Both devices open, until the block ends.

    Raises:
        DeviceError: One of them cannot be opened.
    """
    check = DeviceCheck(microphone, speaker, echo)
    await speaker.open(check.report, check.lose)
    try:
        await microphone.open(check.hear, check.lose)
        await check.record(0.3)  # the first blocks of some microphones are a backlog
        yield check
    finally:
        await microphone.close()
        await speaker.close()


def _usual_dbfs(frames: Int16) -> float:
    """The median of quarters of a second: one slip of the sound system must not decide about a room."""
    parts = len(frames) // (SAMPLE_RATE_HZ // 4)
    return float(np.median([rms_dbfs(part) for part in np.array_split(frames, max(1, parts))]))


def tone(seconds: float = 1.0) -> Int16:
    """int16[n]: three rising notes, at -20 dBFS."""
    at_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    hz = np.choose(np.minimum((at_s / seconds * 3).astype(int), 2), (440.0, 554.0, 659.0))
    phase = np.cumsum(2 * np.pi * hz / SAMPLE_RATE_HZ)
    edge = np.minimum(1, np.minimum(at_s, seconds - at_s) / 0.02)
    notes: Int16 = np.rint(4600 * edge * np.sin(phase)).astype(np.int16)
    return notes


def _sweep() -> Int16:
    """150 ms from 500 to 4000 Hz, the sound of a bird: easy to find again, and bearable."""
    n = frames_in(150)
    hz = np.geomspace(500, 4000, n)
    wave = np.sin(np.cumsum(2 * np.pi * hz / SAMPLE_RATE_HZ)) * np.hanning(n)
    sweep: Int16 = np.rint(9000 * wave).astype(np.int16)
    return sweep


def _babble(seconds: float) -> Int16:
    """Noise coloured and broken up like speech; the same each time."""
    n = round(seconds * SAMPLE_RATE_HZ)
    noise = np.random.default_rng(11).standard_normal(n)
    soft = np.convolve(noise, np.ones(12) / 12, mode="same")
    syllables = np.clip(np.sin(2 * np.pi * 3.5 * np.arange(n) / SAMPLE_RATE_HZ), 0, 1)
    babble: Int16 = np.clip(np.rint(9000 * soft * syllables), -32768, 32767).astype(np.int16)
    return babble


def _best_fit(part: Int16, whole: Int16) -> tuple[float, int]:
    place = int(np.argmax(correlation(part, whole)))
    return likeness(part, whole[place : place + len(part)]), place
