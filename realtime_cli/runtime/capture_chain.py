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
from realtime_cli.dsp.far_end import STEP_FRAMES, FarEnd, StreamTime
from realtime_cli.dsp.framer import Framer
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16
from realtime_cli.dsp.resample import Resampler

if TYPE_CHECKING:
    from realtime_cli.dsp.echo import EchoCanceller

Emit: TypeAlias = Callable[[bytes, float], None]
"""Gets 960 bytes of PCM16 and their level in dBFS."""

Watch: TypeAlias = Callable[[Int16, Int16], None]
"""Gets int16[240] of the microphone, and of what was played."""

_SENT_FRAMES: Final = 480  # 20 ms, what the session gets


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
        self._near_time, self._far_time = StreamTime(), StreamTime()
        self._ten = Framer(STEP_FRAMES)
        self._twenty = Framer(_SENT_FRAMES)

    def near(self, block: MicBlock) -> None:
        """Take what the microphone captured, in any form."""
        frames = self._near_rate.process(pcm16.mono(block.frames), block.rate_hz)
        lost_s = self._near_time.skipped_s(block.captured_at_s, len(block.frames) / block.rate_hz)
        if lost_s:
            self._far.skip(round(lost_s * SAMPLE_RATE_HZ))
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

    def far(self, frames: Int16, rate_hz: int, heard_at_s: float | None = None) -> None:
        """Take what the speaker was given, silence too: without it cancelling loses 25 dB and more.

        Args:
            heard_at_s: See `SpeakerBlock`.
        """
        if self._is_plain:
            return
        gap_s = self._far_time.skipped_s(heard_at_s, len(frames) / rate_hz)
        self._far.put(self._far_rate.process(frames, rate_hz), round(gap_s * SAMPLE_RATE_HZ))

    def restart(self) -> None:
        """The microphone was opened (again): what was played while it was closed meets no echo."""
        self._near_rate, self._near_time = RateChanger(), StreamTime()
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
