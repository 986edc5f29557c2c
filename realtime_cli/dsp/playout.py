"""Playout: audio accepted but not yet played, and the ledger of what was.

It primes, plays, softens gaps, fades out on a flush, and counts what it handed to the device.
It has no lock and no clock: `devices/feed` owns the lock; the audio callback calls `read`, which never blocks or logs.

    waiting --- enough is queued, or the tag is complete, or it waited for a second ---> flowing
    flowing --- the queue ran empty, or was flushed -----------------------------------> waiting
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from realtime_cli.dsp import gain
from realtime_cli.dsp.ledger import Ledger, Piece, Tag
from realtime_cli.dsp.pcm16 import INT16, SAMPLE_RATE_HZ, Int16, frames_in
from realtime_cli.dsp.prime import PRIMES_MS, Prime

_PATIENCE_MS = 1000  # nothing waits longer for its prime: a server that fell silent must not hold words back
_SOFT_MS = 5  # around a gap of our own making; shorter clicks, longer eats consonants


class BlockReport(NamedTuple):
    """What one block held."""

    pieces: tuple[Piece, ...] = ()
    """What was copied, in order, in frames at 24 kHz."""

    starved: bool = False
    """The queue ended in mid-tag inside this block: the listener hears a gap."""

    emptied: bool = False
    """The queue ran empty in this block, whether or not more will come."""


_NOTHING: Final = BlockReport()


class Segment:
    """Frames of one tag, read from `at` on; `samples` are the same as bytes: a piece of them is made in no time."""

    __slots__ = ("at", "frames", "samples", "tag")

    def __init__(self, tag: Tag, frames: Int16) -> None:
        self.tag, self.frames, self.at = tag, frames, 0
        self.samples = np.ascontiguousarray(frames).data.cast("B")


class Playout:
    """The queue between the wire and the speaker: unbounded (30 s arrive in less than 1 s), flushed at once.

    Args:
        rate_hz: The device's rate. What is written and read has this rate; what is reported has 24 kHz.
        primes_ms: Audio to collect before a start, against network jitter: the steps of `dsp.prime`.

    Attributes:
        volume: 1.0 leaves every bit as it is. A change glides over one block.
    """

    def __init__(self, rate_hz: int = SAMPLE_RATE_HZ, primes_ms: Sequence[int] = PRIMES_MS) -> None:
        self.rate_hz = rate_hz
        self.volume = 1.0
        self._prime = Prime(rate_hz, primes_ms)
        self._patience_frames = frames_in(_PATIENCE_MS, rate_hz)
        self._soft_frames = frames_in(_SOFT_MS, rate_hz)
        self._queue: deque[Segment] = deque()
        self._fading: deque[Segment] = deque()
        self._ledger = Ledger(rate_hz)
        self._glide = gain.GainGlide()
        self._duck = 1.0
        self._unduck = False  # as soon as the fade is over: it must not become louder
        self._paused = False
        self._flowing = False
        self._rough = False  # the next start follows a gap in mid-tag
        self._waited_frames = 0
        self._last_copied = 0
        self._last_frame = np.int16(0)

    # The picture.

    @property
    def queued_frames(self) -> int:
        """Frames not yet read, at the device's rate, a fade still to be heard included."""
        return self._ledger.queued_frames

    @property
    def playing(self) -> bool:
        """Audio flows or fades out. False while it waits for its prime, and when paused."""
        return (self._flowing or bool(self._fading)) and not self._paused

    @property
    def is_resting(self) -> bool:
        """The next block is silence, and reading it would change nothing. May be asked without the lock."""
        sounds = self._ledger.queued_frames or self._flowing or self._prime.in_gap
        # The first block of silence is read, too: what is missed from then on is silence.
        busy = sounds or self._last_copied or self._paused or self._unduck
        return not busy and self._glide.gain == self.volume * self._duck

    @property
    def prime_ms(self) -> float:
        """Milliseconds collected before a start, as it is now."""
        return self._prime.frames * 1000 / self.rate_hz

    def handed(self, tag: Tag) -> int:
        """Frames at 24 kHz of this tag handed over, less underflows; 0 for unknown and forgotten tags."""
        return self._ledger.net(tag)

    # The loop's side.

    def write(self, tag: Tag, frames: Int16) -> None:
        """Append int16[n] at `rate_hz`. It is kept as it is, not copied: do not change it afterwards."""
        self._ledger.wrote(tag, len(frames))
        if len(frames):
            self._queue.append(Segment(tag, frames))

    def end(self, tag: Tag) -> None:
        """All audio of this tag was written: do not wait for more. Unknown tags are ignored."""
        account = self._ledger.find(tag)
        if account:
            account.ended = True
            self._flowing = self._flowing and bool(self._queue)
            if tag == self._ledger.current_tag and not account.queued:
                self._prime.forget_gap()

    def flush(self, fade_ms: int = 10) -> tuple[Piece, ...]:
        """Drop what is queued, but for a fade to silence, which is still read and counts as handed.

        Returns:
            For every tag that was not finished, its total at 24 kHz since its beginning, the fade included,
            less underflows: the place to truncate it at. Tags that never sounded have 0. What comes next is
            neither paused nor ducked.
        """
        if self._flowing and self._glide.gain:
            self._fading = self._cut(frames_in(fade_ms, self.rate_hz))
        self._queue.clear()
        self._flowing = self._rough = self._paused = False
        self._prime.forget_gap()
        self._unduck = True
        if not self._fading:
            self._glide.gain = self.volume  # nothing sounds: the next item begins as it is, not with a glide
        self._waited_frames = 0
        kept: dict[Tag, int] = {}
        for segment in self._fading:
            kept[segment.tag] = kept.get(segment.tag, 0) + len(segment.frames) - segment.at
        return self._ledger.cut(kept)

    def pause(self) -> None:
        """Stop reading, after one more block that fades out; nothing is dropped."""
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause`, fading in over one block."""
        self._paused = False

    def duck(self, factor: float) -> None:
        """Make everything quieter by this factor (0 to 1; 1 ends it), on top of `volume`."""
        self._duck, self._unduck = factor, False

    # The callback's side.

    def read(self, frames: int) -> tuple[Int16, BlockReport]:
        """int16[frames] for the device: audio where there is some, silence elsewhere; never changed afterwards."""
        if self._unduck and not self._fading:
            self._duck, self._unduck = 1.0, False
        wanted = 0.0 if self._paused else self.volume * self._duck
        out: Int16 = np.zeros(frames, dtype=INT16)
        return out, self._read_into(out, wanted)

    def read_plain(self, frames: int) -> Segment | None:
        """The next block where it is a piece of one tag as it was written, and more of that follows: as nearly always
        while something sounds. It is the frames before the segment's `at`. None: `read` has to look.
        """
        if not self._flowing or self._paused or self._unduck or self._fading or not self._queue:
            return None
        segment = self._queue[0]
        if (
            not 0 < frames < len(segment.frames) - segment.at
            or not self._glide.gain == self.volume * self._duck == 1.0
        ):
            return None
        segment.at += frames
        self._ledger.handed(segment.tag, frames)
        self._last_copied = frames
        return segment

    def underflow(self, frames: int) -> Piece | None:
        """The device missed a block of `frames` frames (its own rate): handed over, but never heard.

        Call it before the `read` of the block that carries the device's flag. Measured with PortAudio:
        one lost block for each flag, within one block.

        Returns:
            The tag and what was taken off its total, at 24 kHz; None when the last block was silence.
        """
        lost, self._last_copied = min(frames, self._last_copied), 0
        return self._ledger.lost(lost)

    # Inside.

    def _read_into(self, out: Int16, wanted: float) -> BlockReport:
        """Fill the silence of int16[n] with audio, at the gain `wanted`."""
        self._last_copied = 0
        had = self._ledger.queued_frames > 0
        if not len(out) or not (had or self._flowing) or (self._paused and not self._glide.gain):
            self._glide.gain = wanted
            self._prime.waited(0 if self._paused else len(out))
            return _NOTHING
        pieces: list[Piece] = []
        at = self._copy(self._fading, out, 0, pieces)
        at, starved = self._flow(out, at, pieces)
        self._last_copied = at
        self._glide.apply(out, wanted)
        return BlockReport(tuple(pieces), starved, had and not self._ledger.queued_frames)

    def _flow(self, out: Int16, at: int, pieces: list[Piece]) -> tuple[int, bool]:
        """Copy from the queue if it flows or may start: the place after it; whether the tag broke off."""
        if at == len(out):
            return at, False
        start, was_flowing = at, self._flowing
        self._flowing = was_flowing or self._may_start(len(out) - at)
        if not self._flowing:
            return at, False
        at = self._copy(self._queue, out, at, pieces)
        if self._rough and not was_flowing:
            gain.soften_start(out[start:at], self._soft_frames)
            self._rough = False
        if self._queue:
            return at, False
        if at > start:
            self._last_frame = out[at - 1]
        account = self._ledger.current
        if account is None or account.ended:
            self._flowing = False
            return at, False
        if at == len(out) or self._ledger.current_tag is None:
            return at, False  # exactly empty: the next write may still be in time
        self._prime.broke_off(self._ledger.current_tag, len(out) - at)
        self._flowing, self._rough = False, True
        tail = out[at : at + self._soft_frames]
        if len(tail) == self._soft_frames:
            tail.fill(self._last_frame)  # what was cut off dies away
            gain.soften_end(tail, self._soft_frames)
        else:
            gain.soften_end(out[start:at], self._soft_frames)
        return at, True

    def _may_start(self, block_frames: int) -> bool:
        """Is there enough to begin, or did it wait too long? Called once for each waiting block."""
        if not self._queue:
            self._waited_frames = 0
            return False
        tag = self._queue[0].tag
        self._prime.about_to_start(tag)
        head = self._ledger.find(tag)
        self._waited_frames += block_frames
        ready = (
            self._prime.suffices(self._ledger.queued_frames)
            or (head is not None and head.ended)
            or self._waited_frames > self._patience_frames
        )
        if ready:
            self._prime.started(tag)
            self._waited_frames = 0
        else:
            self._prime.waited(block_frames)
        return ready

    def _copy(self, source: deque[Segment], out: Int16, at: int, pieces: list[Piece]) -> int:
        """Move frames from `source` to `out[at:]`; the place after the last one."""
        while source and at < len(out):
            segment = source[0]
            n = min(len(out) - at, len(segment.frames) - segment.at)
            out[at : at + n] = segment.frames[segment.at : segment.at + n]
            segment.at += n
            at += n
            told = self._ledger.handed(segment.tag, n)
            if pieces and pieces[-1][0] == segment.tag:
                told += pieces.pop()[1]
            pieces.append((segment.tag, told))
            if segment.at == len(segment.frames):
                source.popleft()
        return at

    def _cut(self, frames: int) -> deque[Segment]:
        """Copies of the first frames of the queue, falling to silence."""
        falling = gain.fall(min(frames, self._ledger.queued_frames))
        cut: deque[Segment] = deque()
        done = 0
        for segment in self._queue:
            part = segment.frames[segment.at : segment.at + len(falling) - done]
            if not len(part):
                break
            faded = np.rint(part * falling[done : done + len(part)]).astype(np.int16)
            cut.append(Segment(segment.tag, faded))
            done += len(part)
        return cut
