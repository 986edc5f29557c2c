"""From the loop to the device's thread: the playout under its lock, with a resampler in front of it.

Here is the one lock on the way of sound. It is held for microseconds on both sides; resampling happens outside.
"""

from __future__ import annotations

import threading

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.dsp.ledger import Piece, Tag, summed
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, Int16
from realtime_cli.dsp.playout import Playout, Segment
from realtime_cli.dsp.resample import Resampler


class Feed:
    """The playout of one device: resampled and written by the loop, read by the device's thread.

    Args:
        rate_hz: The device's rate.

    Attributes:
        may_gather: Nobody needs to know at once what was played: reports of sound may come every 60 ms.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.may_gather = False
        self._playout = Playout(rate_hz)
        self._lock = threading.Lock()
        self._resampler = Resampler(SAMPLE_RATE_HZ, rate_hz)
        self._open_tag: Tag | None = None  # its end is still inside the resampler

    @property
    def volume(self) -> float:
        """1.0 is the sound as it came."""
        return self._playout.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        with self._lock:
            self._playout.volume = volume

    @property
    def is_resting(self) -> bool:
        """Only silence is to be played; what is written meanwhile waits for the next block."""
        return self._playout.is_resting

    @property
    def prime_ms(self) -> float:
        """Milliseconds collected before a start, as it is now."""
        with self._lock:
            return self._playout.prime_ms

    @property
    def queued_frames(self) -> int:
        """Frames waiting, at the device's rate."""
        with self._lock:
            return self._playout.queued_frames

    def write(self, tag: Tag, frames: Int16) -> None:
        """Queue int16[n] at 24 kHz of one content part."""
        if self._resampler.is_identity:
            converted = frames
        else:
            if tag != self._open_tag:
                self._finish_open()
                self._resampler.skip_delay()  # so that an item keeps its length, and begins at once
                self._open_tag = tag
            converted = self._resampler.process(frames)
        with self._lock:
            self._playout.write(tag, converted)

    def end(self, tag: Tag) -> None:
        """The audio of this content part is complete."""
        if tag == self._open_tag:
            self._finish_open()
        with self._lock:
            self._playout.end(tag)

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """Fade out and forget what is queued; the totals handed over."""
        self._resampler.reset()
        self._open_tag = None
        with self._lock:
            return self._playout.flush(fade_ms)

    def duck(self, factor: float) -> None:
        """Everything quieter by this factor, until the next flush."""
        with self._lock:
            self._playout.duck(factor)

    def pause(self) -> None:
        """Fall silent over one block; nothing is dropped."""
        with self._lock:
            self._playout.pause()

    def resume(self) -> None:
        """Go on where `pause` stopped."""
        with self._lock:
            self._playout.resume()

    def read_plain(self, frames: int) -> tuple[Segment, int] | None:
        """See `Playout.read_plain`: the segment, and the frame behind the last one; where the rate is 24 kHz."""
        with self._lock:
            segment = self._playout.read_plain(frames)
            return (segment, segment.at) if segment else None

    def read(
        self, frames: int, *, underflowed: bool, delay_s: float, heard_at_s: float | None = None
    ) -> SpeakerBlock:
        """The next frames, and what they are; in the device's thread."""
        with self._lock:
            lost = self._playout.underflow(frames) if underflowed else None
            out, done = self._playout.read(frames)
        # What an underflow took back comes off: usually 480 - 480 frames of one tag.
        pieces = summed(((lost[0], -lost[1]), *done.pieces)) if lost else done.pieces
        return SpeakerBlock(
            out, self.rate_hz, pieces, delay_s, done.emptied, done.starved, underflowed, heard_at_s
        )

    def _finish_open(self) -> None:
        if self._open_tag is not None:
            tail = self._resampler.flush()
            with self._lock:
                self._playout.write(self._open_tag, tail)
            self._open_tag = None


class FedSpeaker:
    """What every `Speaker` does alike, with hardware or without: all that is said between `open` and `close`."""

    def __init__(self) -> None:
        self._feed = Feed(SAMPLE_RATE_HZ)

    @property
    def queued_frames(self) -> int:
        """Frames waiting, at the device's rate."""
        return self._feed.queued_frames

    def write(self, tag: Tag, frames: Int16) -> None:
        """Queue int16[n] at 24 kHz; resampled here, on the loop's side, where the device has another rate."""
        self._feed.write(tag, frames)

    def end(self, tag: Tag) -> None:
        """The audio of this content part is complete."""
        self._feed.end(tag)

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """Fade out and forget what is queued; the totals handed over."""
        return self._feed.flush(fade_ms)

    def duck(self, factor: float) -> None:
        """Everything quieter by this factor, until the next flush."""
        self._feed.duck(factor)

    def pause(self) -> None:
        """Fall silent over one block; nothing is dropped."""
        self._feed.pause()

    def resume(self) -> None:
        """Go on where `pause` stopped."""
        self._feed.resume()

    def gather(self, allowed: bool) -> None:
        """Whether reports of sound may come every 60 ms."""
        self._feed.may_gather = allowed

    def set_volume(self, volume: float) -> None:
        """1.0 is the sound as it came; it outlives everything else."""
        self._feed.volume = volume
