"""The ledger of the playout: how much of each tag was written, handed to the device, and lost on the way.

A tag is (item id, content index). Inside, frames have the device's rate; every figure told is at 24 kHz.
Sums are converted, never single blocks, so that remainders are carried and nothing is lost to rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ

Tag: TypeAlias = tuple[str, int]
Piece: TypeAlias = tuple[Tag, int]
"""A tag and a number of its frames at 24 kHz."""


def summed(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """One piece for each tag, in the order in which the tags come first; what adds up to nothing is left out."""
    totals: dict[Tag, int] = {}
    for tag, frames in pieces:
        totals[tag] = totals.get(tag, 0) + frames
    return tuple((tag, frames) for tag, frames in totals.items() if frames)


class Account:
    """One tag, in frames of the device's rate."""

    __slots__ = ("ended", "handed", "lost", "queued")

    def __init__(self) -> None:
        self.queued = 0
        self.handed = 0
        self.lost = 0
        self.ended = False

    @property
    def finished(self) -> bool:
        """All of it was written and handed over."""
        return self.ended and not self.queued


class Ledger:
    """The accounts of all tags that are not finished and forgotten.

    A finished tag is forgotten when the next one begins to sound, because underflows are noticed late.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.queued_frames = 0
        self._accounts: dict[Tag, Account] = {}
        self._current: Tag | None = None

    @property
    def current(self) -> Account | None:
        """The account of the tag that sounded last."""
        return self._accounts.get(self._current) if self._current else None

    @property
    def current_tag(self) -> Tag | None:
        """The tag that sounded last."""
        return self._current

    def find(self, tag: Tag) -> Account | None:
        """The account of a tag, None for unknown and forgotten ones."""
        return self._accounts.get(tag)

    def net(self, tag: Tag) -> int:
        """Frames at 24 kHz that were handed over and not lost; 0 for unknown tags."""
        account = self._accounts.get(tag)
        return self._at_24k(account.handed - account.lost) if account else 0

    def wrote(self, tag: Tag, frames: int) -> None:
        """So many frames of this tag were queued (0 opens its account)."""
        account = self._accounts.get(tag)
        if account is None:
            account = self._accounts[tag] = Account()
        if frames:
            account.ended = False
            account.queued += frames
            self.queued_frames += frames

    def handed(self, tag: Tag, frames: int) -> int:
        """So many queued frames of this tag went to the device: that at 24 kHz."""
        if tag != self._current:
            self._current = tag
            for other in [other for other, account in self._accounts.items() if account.finished]:
                del self._accounts[other]
        account = self._accounts[tag]
        before = account.handed
        account.handed = before + frames
        account.queued -= frames
        self.queued_frames -= frames
        if self.rate_hz == SAMPLE_RATE_HZ:
            return frames
        return self._at_24k(account.handed) - self._at_24k(before)

    def lost(self, frames: int) -> Piece | None:
        """So many handed frames of the tag that sounded last were never heard; that at 24 kHz."""
        account = self.current
        if account is None or self._current is None or not frames:
            return None
        before = self.net(self._current)
        account.lost = min(account.handed, account.lost + frames)
        return self._current, before - self.net(self._current)

    def cut(self, kept: dict[Tag, int]) -> tuple[Piece, ...]:
        """The queue was cut to `kept` frames for each tag, and no tag goes on.

        Returns:
            For every tag that was not finished before, its total at 24 kHz once the kept frames are handed.
        """
        told: list[Piece] = []
        for tag, account in self._accounts.items():
            if account.finished:
                continue
            account.ended = True
            account.queued = kept.get(tag, 0)
            told.append((tag, self._at_24k(account.handed + account.queued - account.lost)))
        self.queued_frames = sum(kept.values())
        return tuple(told)

    def _at_24k(self, frames: int) -> int:
        return frames * SAMPLE_RATE_HZ // self.rate_hz
