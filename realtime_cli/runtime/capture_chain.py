"""From a captured block to what is sent: mono, 24 kHz, without the speaker's echo, in steps of 20 ms.

    near: block -> mono -> Resampler -> 10 ms --+
                                                 echo -> 20 ms -> PCM16 bytes, level
    far:  speaker's report -> Resampler -> FarEnd +

It runs on the loop: the echo canceller takes 0.1 to 0.4 ms for 10 ms, too much for a callback.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from realtime_cli.devices.contract import MicBlock
from realtime_cli.dsp import level, pcm16
from realtime_cli.dsp.framer import Framer
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, SILENCE, Int16
from realtime_cli.dsp.resample import Resampler

if TYPE_CHECKING:
    from realtime_cli.dsp.echo import EchoCanceller

Emit: TypeAlias = Callable[[bytes, float], None]
"""Gets 960 bytes of PCM16 and their level in dBFS."""

Watch: TypeAlias = Callable[[Int16, Int16], None]
"""Gets int16[240] of the microphone, and of what was played."""

_ECHO_FRAMES: Final = 240  # 10 ms, the canceller's only step
_STEP_FRAMES: Final = 480  # 20 ms, what the session gets


class CaptureChain:
    """The way of sound from the microphone's blocks to the session. Owned by the loop's thread.

    Args:
        emit: Called for every 20 ms.
        echo: Takes the speaker's sound out of the microphone's; None leaves it in.
        watch: Sees both sides of every 10 ms, before the echo is taken out.

    Attributes:
        bypass: No echo can come back: the microphone passes as it is.
        watched: The watch still wants to see something.
    """

    def __init__(self, emit: Emit, echo: EchoCanceller | None = None, watch: Watch | None = None) -> None:
        self._emit = emit
        self._watch = watch
        self._echo = echo
        self.bypass = False
        self.watched = True
        self._near_rate = RateChanger()
        self._far_rate = RateChanger()
        self._far = FarEnd()
        self._ten = Framer(_ECHO_FRAMES)
        self._twenty = Framer(_STEP_FRAMES)

    def near(self, block: MicBlock) -> None:
        """Take what the microphone captured, in any form."""
        frames = self._near_rate.process(pcm16.mono(block.frames), block.rate_hz)
        if self._is_plain:
            self._far.clear()
            self._pass_on(np.concatenate((self._ten.flush(), frames)) if self._ten.pending else frames)
            return
        for near in self._ten.push(frames):
            far = self._far.take()
            if self._watch and self.watched:
                self._watch(near, far)
            cleaned = self._echo.process(near, far) if self._echo and not self.bypass else near
            self._pass_on(cleaned)

    @property
    def _is_plain(self) -> bool:
        """Nobody asks what was played: half of the work can be left out."""
        return not (self._watch and self.watched) and (self._echo is None or self.bypass)

    def _pass_on(self, cleaned: Int16) -> None:
        for step in self._twenty.push(cleaned):
            self._emit(pcm16.to_bytes(step), level.rms_dbfs(step))

    def far(self, frames: Int16, rate_hz: int) -> None:
        """Take what the speaker was given, silence too: without it cancelling loses 25 dB and more."""
        if self._is_plain:
            return
        self._far.put(self._far_rate.process(frames, rate_hz))

    def restart(self) -> None:
        """The microphone was opened (again): what was played while it was closed meets no echo."""
        self._near_rate = RateChanger()
        self._far.clear()
        self._ten.flush()
        self._twenty.flush()


class RateChanger:
    """Brings a stream to 24 kHz whose rate may change when its device is opened again."""

    def __init__(self) -> None:
        self._resampler = Resampler(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)

    def process(self, frames: Int16, rate_hz: int) -> Int16:
        """int16[n] at `rate_hz` -> int16[m] at 24 kHz."""
        if rate_hz != self._resampler.from_hz:
            self._resampler = Resampler(rate_hz, SAMPLE_RATE_HZ)
        return self._resampler.process(frames)


class FarEnd:
    """Lines up what was played with what is captured, two streams that arrive in bursts of their own.

    Silence fills in when the speaker's report is late; each time, the queue becomes one step deeper, until it is as
    deep as the jitter. It must not become much deeper: an echo arrives 80 ms and more after its report (60 ms until
    it sounds, one block until it is captured), and a canceller cannot remove what it has not heard yet. So what
    always remains in a window of time is dropped, but for 10 ms. Each drop is a slip that the canceller needs up to
    3 s to follow (35 dB were lost meanwhile); therefore it happens early, before anything sounds, where it can.
    """

    MOST_FRAMES: Final = SAMPLE_RATE_HZ
    """Kept at most: 1 s, when the microphone stalls."""

    _FIRST_FRAMES: Final = (
        480  # of what was played before the microphone delivered; no echo of it is captured
    )
    _SILENT_WINDOW_STEPS: Final = 20  # 0.2 s
    _WINDOW_STEPS: Final = 100  # 1 s
    _SPARE_FRAMES: Final = 240
    _TOO_DEEP_FRAMES: Final = 3 * 240

    def __init__(self) -> None:
        self._queue: Int16 = SILENCE
        self._begun = self._sounded = False
        self._least_left = self.MOST_FRAMES
        self._steps = 0

    @property
    def queued_frames(self) -> int:
        """Frames played that no captured ones were set against yet."""
        return len(self._queue)

    def put(self, frames: Int16) -> None:
        """Append int16[n] at 24 kHz; beyond one second the oldest goes."""
        most = self.MOST_FRAMES if self._begun else self._FIRST_FRAMES
        self._queue = np.concatenate((self._queue, frames))[-most:]
        self._sounded = self._sounded or bool(frames.any())

    def take(self) -> Int16:
        """int16[240] for the next 10 ms of the microphone."""
        self._begun = True
        step, self._queue = self._queue[:_ECHO_FRAMES], self._queue[_ECHO_FRAMES:]
        self._drop_surplus()
        if len(step) < _ECHO_FRAMES:
            # All of the step is silence then: half of one would be a slip by an odd number of frames.
            self._queue, step = step, np.zeros(_ECHO_FRAMES, dtype=np.int16)
        return step

    def clear(self) -> None:
        """Forget everything: the microphone begins anew."""
        self._queue = SILENCE
        self._begun = self._sounded = False
        self._least_left, self._steps = self.MOST_FRAMES, 0

    def _drop_surplus(self) -> None:
        self._steps += 1
        self._least_left = min(self._least_left, len(self._queue))
        if self._steps < (self._WINDOW_STEPS if self._sounded else self._SILENT_WINDOW_STEPS):
            return
        if self._least_left > self._TOO_DEEP_FRAMES:
            self._queue = self._queue[self._least_left - self._SPARE_FRAMES :]
        self._steps, self._least_left = 0, self.MOST_FRAMES
