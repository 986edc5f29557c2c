"""Speech to text offline: pairs of pocketsphinx decoders in worker processes, fed while the user speaks."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16, from_bytes, to_bytes
from realtime_cli.dsp.resample import Resampler
from realtime_cli.server.engines.contract import Transcript
from realtime_cli.server.engines.recogniser_pair import Hypothesis, RecogniserPair
from realtime_cli.server.engines.stable_words import StableWords

RATE_HZ: Final = 16_000
COMFORT_NOISE_RMS: Final = 40
"""Of 32768, about -58 dBFS: very clean sound breaks the recogniser (39 against 5 % word errors for espeak)."""

_NOISE_S: Final = 4.0
_MAX_PAIRS: Final = 2
"""Utterances heard at the same time; further ones wait with their audio kept. Each pair takes 140 MB."""

_MAX_PHRASES: Final = 6_000
PATIENCE_S: Final = 10.0
"""How long a result may take, beside the length of the audio itself. It is there to end a hang, not to hurry."""


def is_pocketsphinx_installed() -> bool:
    """Whether `pocketsphinx` is there; it is not imported for that."""
    return importlib.util.find_spec("pocketsphinx") is not None


class PocketsphinxEars:
    """English, with its models inside the package."""

    name = "pocketsphinx"
    languages: Sequence[str] = ("en",)

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._idle: list[RecogniserPair] = []
        self._pairs: set[RecogniserPair] = set()
        self._free = asyncio.Semaphore(_MAX_PAIRS)
        self._starting = asyncio.Lock()
        self._phrases: tuple[str, ...] = ()
        self._noise = _comfort_noise()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of all workers."""
        return tuple(pid for pair in self._pairs for pid in pair.pids)

    async def start(self) -> None:
        """Have one pair ready.

        Raises:
            EngineFailed: It cannot start.
        """
        async with self._starting:
            if self._pairs:
                return
            pair = await self._take()
            try:
                await pair.settle()
            finally:
                self.release(pair)

    def listen(
        self, on_partial: Callable[[str], None] | None = None, language: str = ""
    ) -> PocketsphinxUtterance:
        """Begin an utterance; a pair is found (or started) in the background while audio is kept."""
        return PocketsphinxUtterance(self, self._noise, on_partial)

    def expect(self, phrases: Sequence[str]) -> None:
        """Add phrases; the newest 6 000 are kept, so that sessions with different tools do not undo each other."""
        merged = tuple(dict.fromkeys((*phrases, *self._phrases)))[:_MAX_PHRASES]
        if set(merged) != set(self._phrases):
            self._phrases = merged
            for pair in self._idle:
                pair.learn(self._phrases)

    async def stop(self) -> None:
        """End all workers. Utterances in progress fail; the next one starts them again."""
        pairs, self._pairs, self._idle = self._pairs, set(), []
        await asyncio.gather(*(pair.stop() for pair in pairs))

    async def acquire(self) -> RecogniserPair:
        """A pair for one utterance, the one used last if several are idle. Waits when all are in use.

        Raises:
            EngineFailed: A new one cannot start.
        """
        async with self._starting:
            pass  # a pair that is being made ready will be free sooner than another one
        return await self._take()

    async def _take(self) -> RecogniserPair:
        await self._free.acquire()
        try:
            while self._idle:
                pair = self._idle.pop()
                if pair.is_alive:
                    pair.learn(self._phrases)
                    return pair
                await self._remove(pair)
            pair = RecogniserPair()
            self._pairs.add(pair)
            try:
                await pair.start()
            except BaseException:
                self._pairs.discard(pair)
                raise
            pair.learn(self._phrases)
        except BaseException:
            self._free.release()
            raise
        return pair

    def release(self, pair: RecogniserPair) -> None:
        """Give a pair back; a dead one is replaced when it is needed."""
        pair.on_hypothesis = None
        self._free.release()
        if pair in self._pairs:
            self._idle.append(pair)
            if pair.is_alive:
                pair.learn(self._phrases)

    async def _remove(self, pair: RecogniserPair) -> None:
        self._pairs.discard(pair)
        await pair.stop()


class PocketsphinxUtterance:
    """One stretch of speech on its way through a pair."""

    def __init__(
        self, ears: PocketsphinxEars, noise: Int16, on_partial: Callable[[str], None] | None
    ) -> None:
        self._ears = ears
        self._noise = noise
        self._noise_at = 0
        self._on_partial = on_partial
        self._stable = StableWords()
        self._resampler = Resampler(SAMPLE_RATE_HZ, RATE_HZ)
        self._waiting: list[bytes] = []
        self._frames = 0
        self._pair: RecogniserPair | None = None
        self._attaching = asyncio.create_task(self._attach(), name="attach to a recogniser")

    async def feed(self, pcm: bytes) -> None:
        """Take PCM16 at 24 kHz of whole frames; it goes to 16 kHz with comfort noise and on to the workers."""
        self._pass_on(self._resampler.process(from_bytes(pcm)))

    async def finish(self) -> Transcript:
        """The transcript: 20 to 80 ms after the end, when the audio came as it was spoken.

        Raises:
            EngineFailed: A worker cannot start, died, or is too slow.
        """
        try:
            await self._attaching
            assert self._pair is not None
            self._pass_on(self._resampler.flush())
            result = await self._pair.finish(self._ears.patience_s + self._frames / RATE_HZ)
            return Transcript(result.text)
        finally:
            await self._detach()

    async def discard(self) -> None:
        """Forget it."""
        if self._pair is not None:
            self._pair.forget()
        await self._detach()

    async def _attach(self) -> None:
        self._pair = await self._ears.acquire()
        self._pair.begin()
        self._pair.on_hypothesis = self._on_hypothesis if self._on_partial else None
        for chunk in self._waiting:
            self._pair.feed(chunk)
        self._waiting.clear()

    async def _detach(self) -> None:
        self._attaching.cancel()
        await asyncio.wait([self._attaching])
        if not self._attaching.cancelled():
            self._attaching.exception()  # seen: `finish` has raised it, or nobody wants it
        pair, self._pair = self._pair, None
        if pair is not None:
            self._ears.release(pair)

    def _pass_on(self, frames: Int16) -> None:
        if not len(frames):
            return
        self._frames += len(frames)
        chunk = to_bytes(self._with_noise(frames))
        if self._pair is None:
            self._waiting.append(chunk)
        else:
            self._pair.feed(chunk)

    def _with_noise(self, frames: Int16) -> Int16:
        at = (self._noise_at + np.arange(len(frames))) % len(self._noise)
        self._noise_at = int(at[-1]) + 1
        mixed = frames.astype(np.int32) + self._noise[at]
        clipped: Int16 = np.clip(mixed, -32768, 32767).astype(np.int16)
        return clipped

    def _on_hypothesis(self, hypothesis: Hypothesis) -> None:
        if self._on_partial is not None and self._stable.update(hypothesis.text.split()):
            self._on_partial(self._stable.text)


def _comfort_noise() -> Int16:
    """int16[4 s] of white noise, the same in every run, so that what is heard can be heard again."""
    generator = np.random.default_rng(seed=1)
    noise = generator.normal(0.0, COMFORT_NOISE_RMS, round(_NOISE_S * RATE_HZ))
    return np.rint(noise).astype(np.int16)
