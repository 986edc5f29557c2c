"""From a captured block to what is sent: mono, 24 kHz, without the speaker's echo, in steps of 20 ms.

    near: block -> mono -> Resampler -> 20 ms --+
                                                 echo -> PCM16 bytes, level
    far:  speaker's report -> Resampler -> FarEnd +

It runs on the loop: the echo canceller takes 0.2 to 0.8 ms for 20 ms, too much for a callback.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

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
"""Gets int16[480] of the microphone, and of what was played."""


class CaptureChain:
    """The way of sound from the microphone's blocks to the session. Owned by the loop's thread.

    Args:
        emit: Called for every 20 ms.
        echo: Takes the speaker's sound out of the microphone's; None leaves it in.
        watch: Sees both sides of every 20 ms, before the echo is taken out.

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
        self._in_line = True
        self._framer = Framer(STEP_FRAMES)

    def near(self, block: MicBlock) -> None:
        """Take what the microphone captured, in any form."""
        frames = self._near_rate.process(pcm16.mono(block.frames), block.rate_hz)
        if self.is_plain:
            self._in_line = False
        else:
            self._line_up(block)
        for near in self._framer.push(frames):
            cleaned = near if self.is_plain else self._cleaned(near)
            self._emit(pcm16.to_bytes(cleaned), level.rms_dbfs(cleaned))

    def _line_up(self, block: MicBlock) -> None:
        if not self._in_line:
            self._in_line = True
            self._far.clear()
            self._near_time, self._far_time = StreamTime(), StreamTime()
        lost_s = self._near_time.skipped_s(block.captured_at_s, len(block.frames) / block.rate_hz)
        if lost_s:
            self._far.skip(round(lost_s * SAMPLE_RATE_HZ))

    def _cleaned(self, near: Int16) -> Int16:
        far = self._far.take()
        if self._watch and self.watched:
            self._watch(near, far)
        return self._echo.process(near, far) if self._echo and not self.bypass else near

    @property
    def is_plain(self) -> bool:
        """Nobody asks what was played: half of the work can be left out."""
        return not (self._watch and self.watched) and (self._echo is None or self.bypass)

    def far(self, frames: Int16, rate_hz: int, heard_at_s: float | None = None) -> None:
        """Take what the speaker was given, silence too: without it cancelling loses 25 dB and more.

        Args:
            heard_at_s: See `SpeakerBlock`.
        """
        if self.is_plain:
            return
        gap_s = self._far_time.skipped_s(heard_at_s, len(frames) / rate_hz)
        self._far.put(self._far_rate.process(frames, rate_hz), round(gap_s * SAMPLE_RATE_HZ))

    def restart(self) -> None:
        """The microphone was opened (again): what was played while it was closed meets no echo."""
        self._near_rate = RateChanger()
        self._in_line = False
        self._framer.flush()


class RateChanger:
    """Brings a stream to 24 kHz whose rate may change when its device is opened again."""

    def __init__(self) -> None:
        self._resampler = Resampler(SAMPLE_RATE_HZ, SAMPLE_RATE_HZ)

    def process(self, frames: Int16, rate_hz: int) -> Int16:
        """int16[n] at `rate_hz` -> int16[m] at 24 kHz."""
        if rate_hz != self._resampler.from_hz:
            self._resampler = Resampler(rate_hz, SAMPLE_RATE_HZ)
        return self._resampler.process(frames)
