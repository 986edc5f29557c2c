"""Speaker playback: PortAudio's thread reads the playout, and reports every block it handed over."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import numpy as np

from realtime_cli.devices import portaudio
from realtime_cli.devices.buffering import Buffering
from realtime_cli.devices.choice import chosen
from realtime_cli.devices.contract import BLOCK_S, Lost, Report, SpeakerBlock
from realtime_cli.devices.feed import FedSpeaker, Feed
from realtime_cli.devices.portaudio import Opening, Shape
from realtime_cli.dsp.ledger import Piece
from realtime_cli.dsp.pcm16 import INT16, SAMPLE_RATE_HZ, Int16
from realtime_cli.dsp.playout import Segment

_GATHERED_S: Final = 0.056
"""Of sound: seven blocks of 8 ms."""

_LONGEST_DELAY_S: Final = 2.0
"""Time stamps that promise more are wrong. Bluetooth is below 0.5 s."""


class PortAudioSpeaker(FedSpeaker):
    """A real speaker: int16, 24 kHz mono in small blocks, or what the device insists on.

    What is queued, and the account of what was handed over, outlive a loss of the device, as long as it comes back
    with the same rate.

    Args:
        wanted: Index, name or part of the name; None for the system's default.
        buffering: Block and latency.
        shape: The first form to ask for.

    Attributes:
        buffering: May be changed; it holds from the next opening on.
    """

    can_return = True

    def __init__(
        self,
        wanted: int | str | None = None,
        *,
        buffering: Buffering = Buffering(20, "high"),  # noqa: B008 - a frozen value
        shape: Shape = Shape(SAMPLE_RATE_HZ, 1),  # noqa: B008 - a frozen value
    ) -> None:
        super().__init__()
        self._wanted = wanted
        self.buffering = buffering
        self._shape = shape
        self._playback: _Playback | None = None
        self._name = "default" if wanted is None else str(wanted)
        self.remark = ""

    @property
    def name(self) -> str:
        """The name in PortAudio's list, once it was opened."""
        return self._name

    async def open(self, report: Report, lost: Lost) -> None:
        """Begin to play; PortAudio blocks for a few ms, or seconds when a sound server hangs: in a thread."""
        await asyncio.to_thread(self._open, report, lost)

    async def close(self) -> None:
        """Abort, then close. (`stop` would first play what the device still holds, up to 0.2 s.)"""
        playback, self._playback = self._playback, None
        if playback:
            await asyncio.to_thread(playback.close)

    def _open(self, report: Report, lost: Lost) -> None:
        row, self.remark = chosen("output", self._wanted)
        self._name = row.name

        def make(shape: Shape) -> _Playback:
            if self._feed.rate_hz != shape.rate_hz:
                before, self._feed = self._feed, Feed(shape.rate_hz)
                self._feed.volume, self._feed.may_gather = before.volume, before.may_gather
            return _Playback(row.index, shape, self.buffering, self._feed, report, lost)

        what = f"speaker {row.name!r}"
        self._playback = portaudio.open_stream(make, self._shape, row.own_shape("output"), what)


def sane_delay_s(promised_s: float, fallback_s: float) -> float:
    """Seconds until a block is heard: what the time stamps promise, unless that cannot be.

    DirectSound gives 0, WDM-KS gives zeros, WMME may go backwards (PortAudio #530, #531, #135).

    Args:
        promised_s: `outputBufferDacTime - currentTime`.
        fallback_s: The stream's latency and one block: measured, 2 ms off on average.
    """
    return promised_s if 0 < promised_s < _LONGEST_DELAY_S else fallback_s


class _Playback(Opening):
    """One opening of the device for playing."""

    def __init__(
        self, index: int, shape: Shape, buffering: Buffering, feed: Feed, report: Report, lost: Lost
    ) -> None:
        super().__init__(lost)
        self._channels = shape.channels
        self._may_be_plain = shape == Shape(SAMPLE_RATE_HZ, 1)
        block_s = buffering.block_ms / 1000
        self._frames = shape.block_frames(block_s)
        self._feed, self._report = feed, report
        self._zeros = bytes(self._frames * shape.channels * 2)
        together = max(1, round(BLOCK_S / block_s))
        self._silence: Int16 = np.zeros(together * self._frames, dtype=INT16)
        self._silence.flags.writeable = False  # every report of silence shares it
        self._gathered_frames = round(_GATHERED_S * shape.rate_hz)
        self._held = _Held()
        self._fallback_s = 0.0
        self._starting_frames = self._frames
        self._stream = portaudio.library().RawOutputStream(
            device=index,
            samplerate=shape.rate_hz,
            channels=shape.channels,
            dtype="int16",
            blocksize=self._frames,
            latency=buffering.latency,
            callback=self._wanted,
            finished_callback=self._finished,
        )
        self._fallback_s = float(self._stream.latency) + block_s
        # A stream that stumbles at its start loses all that the device holds: that is silence, not the first syllable.
        self._starting_frames = round(self._fallback_s * shape.rate_hz)
        self._start()

    def close(self) -> None:
        """Abort, close, and tell what was not told yet."""
        super().close()
        self._release()

    def _finished(self) -> None:
        if not self._done:
            self._release()  # no block comes any more
        super()._finished()

    def _wanted(self, outdata: Any, frames: int, time: Any, status: Any) -> None:
        """In PortAudio's thread. An exception would end the stream with a traceback on the screen."""
        try:
            if self._starting_frames > 0:
                self._starting_frames -= frames
                outdata[:] = bytes(len(outdata))
                self._rest(time)
                return
            if self._may_be_plain and not status:
                plain = self._feed.read_plain(frames)
                if plain is not None:
                    segment, end = plain
                    outdata[:] = segment.samples[2 * (end - frames) : 2 * end]
                    self._tell_plain(segment, end - frames, frames, time)
                    return
            underflowed = bool(status.output_underflow)
            if self._feed.is_resting and not underflowed and frames == self._frames:
                outdata[:] = self._zeros
                self._rest(time)
                return
            delay_s, heard_at_s = self._stamps(time)
            block = self._feed.read(frames, underflowed=underflowed, delay_s=delay_s, heard_at_s=heard_at_s)
            mono = block.frames
            outdata[:] = (mono if self._channels == 1 else mono.repeat(self._channels)).data
            self._release()
            self._report(block)
        except Exception as exc:  # noqa: BLE001 - a callback body
            outdata[:] = bytes(len(outdata))
            self._give_up(f"playback failed: {exc!r}")

    def _stamps(self, time: Any) -> tuple[float, float | None]:
        """Seconds until the block is heard, and when that is on the device's clock."""
        heard_at_s = time.outputBufferDacTime
        promised_s = heard_at_s - time.currentTime
        delay_s = sane_delay_s(promised_s, self._fallback_s)
        return delay_s, heard_at_s if delay_s == promised_s else None

    def _rest(self, time: Any) -> None:
        """Most of a session is silence: short blocks of it are reported together, for every report costs the loop."""
        held = self._held
        if not held.frames or held.segment is not None:
            self._release()
            held.begin(None, 0, *self._stamps(time))
        held.frames += self._frames
        if held.frames >= len(self._silence):
            self._release()

    def _tell_plain(self, segment: Segment, first: int, frames: int, time: Any) -> None:
        """A piece of what was written: a hundred times a second, so in few steps."""
        held = self._held
        if held.segment is not segment or held.first + held.frames != first:
            self._release()
            held.begin(segment, first, *self._stamps(time))
        held.frames += frames
        if held.frames >= self._gathered_frames or not self._feed.may_gather:
            self._release()

    def _release(self) -> None:
        held = self._held
        if not held.frames:
            return
        segment, count, held.segment, held.frames = held.segment, held.frames, None, 0
        if segment is None:
            frames, pieces = self._silence[:count], tuple[Piece, ...]()
        else:
            frames, pieces = segment.frames[held.first : held.first + count], ((segment.tag, count),)
        rate_hz = self._feed.rate_hz
        self._report(SpeakerBlock(frames, rate_hz, pieces, held.delay_s, heard_at_s=held.heard_at_s))


class _Held:
    """Blocks of one kind that are not reported yet: silence, or a piece of one segment."""

    __slots__ = ("delay_s", "first", "frames", "heard_at_s", "segment")

    def __init__(self) -> None:
        self.frames = 0
        self.begin(None, 0, 0.0, None)

    def begin(self, segment: Segment | None, first: int, delay_s: float, heard_at_s: float | None) -> None:
        """The first one is about to come."""
        self.segment, self.first, self.delay_s, self.heard_at_s = segment, first, delay_s, heard_at_s
