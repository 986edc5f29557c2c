"""How much sound is collected before a start: little at first, and as much as the network turns out to need.

A gap in the middle of an item says how late the sound was. What would have bridged it is collected before the next
items; four items without a gap take one step back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from realtime_cli.dsp.ledger import Tag
from realtime_cli.dsp.pcm16 import frames_in

PRIMES_MS: Final = (40, 100, 200, 400)
"""The steps. With 100 ms, a server 3 times faster than speech over a net with 150 ms of jitter leaves 0.7 gaps in 30 s,
with 200 ms 0.2; servers near real time need the rest."""

_CLEAN_ITEMS: Final = 4


class Prime:
    """One playout's caution, in frames of its rate.

    Args:
        rate_hz: The device's rate.
        primes_ms: The steps, rising.

    Attributes:
        in_gap: An item broke off, and more of it is awaited.
    """

    def __init__(self, rate_hz: int, primes_ms: Sequence[int] = PRIMES_MS) -> None:
        self._steps = [frames_in(prime_ms, rate_hz) for prime_ms in primes_ms]
        self._step = 0
        self._item: Tag | None = None
        self._item_step = 0  # what the item began with
        self._late_frames = 0  # all gaps of the item
        self._gap_frames = 0
        self.in_gap = False
        self._clean_items = 0  # in a row

    @property
    def frames(self) -> int:
        """Collected before a start, as it is now; one step more while an item has a gap."""
        return self._steps[self._next_step if self.in_gap else self._step]

    @property
    def _next_step(self) -> int:
        return min(self._step + 1, len(self._steps) - 1)

    def about_to_start(self, tag: Tag) -> None:
        """This item is the next to sound: after enough that had no gap, less caution will do."""
        if tag == self._item:
            return
        if self._item is not None and not self._late_frames:
            self._clean_items += 1
            if self._clean_items >= _CLEAN_ITEMS:
                self._step, self._clean_items = max(0, self._step - 1), 0
        self._take(tag)

    def broke_off(self, tag: Tag, silent_frames: int) -> None:
        """The item ran dry, its block ended with so much silence. Whether that is a gap, its next sound will tell."""
        if tag != self._item:
            self._take(tag)
        self.in_gap, self._gap_frames = True, max(1, silent_frames)

    def waited(self, frames: int) -> None:
        """Silence of so many frames more."""
        if self.in_gap:
            self._gap_frames += frames

    def suffices(self, queued_frames: int) -> bool:
        """Is there enough to start, or to go on?

        After a gap, the sound that was held up may come in one piece: then nothing is won by waiting for more. As
        much as was missing, and as the item began with, will do.
        """
        if queued_frames >= self.frames:
            return True
        return self.in_gap and queued_frames >= max(self._gap_frames, self._steps[self._item_step])

    def started(self, tag: Tag) -> None:
        """It sounds (again): what would have bridged its gap is collected from now on, where a step can."""
        if self.in_gap and tag == self._item:
            self._late_frames += self._gap_frames
            self._clean_items = 0
            wanted = self._steps[self._item_step] + self._late_frames
            bridging = (step for step, frames in enumerate(self._steps) if frames >= wanted)
            self._step = max(self._next_step, next(bridging, 0))
        self.in_gap = False

    def forget_gap(self) -> None:
        """The item was over, or its rest was dropped: nobody waits for it."""
        self.in_gap = False

    def _take(self, tag: Tag) -> None:
        self._item, self._item_step = tag, self._step
        self._late_frames = 0
