"""What was played, told to the session a few times a second: nobody reads a screen faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.dsp import level
from realtime_cli.dsp.ledger import Piece as Told
from realtime_cli.dsp.ledger import summed
from realtime_cli.session.facts import Fact, Piece, Played

_TOLD_S: Final = 0.06


class HeardAccount:
    """Sums blocks up. On the loop.

    That a sound begins, ends, runs empty or misses a block is told at once, with all that came before.

    Args:
        post: Takes `Played`.

    Attributes:
        sounding: The last block was not silence.
    """

    def __init__(self, post: Callable[[Fact], None]) -> None:
        self._post = post
        self.sounding = False
        self._pieces: list[Told] = []
        self._untold_s = 0.0

    def played(self, block: SpeakerBlock) -> None:
        """The device took a block."""
        sounds = bool(block.pieces)
        if not (sounds or self.sounding):
            return
        turned, self.sounding = sounds is not self.sounding, sounds
        self._pieces += block.pieces
        self._untold_s += len(block.frames) / block.rate_hz
        if turned or block.emptied or block.underflowed or self._untold_s >= _TOLD_S - 0.001:
            self._tell(block)

    def _tell(self, block: SpeakerBlock) -> None:
        pieces = tuple(Piece(*tag, frames) for tag, frames in summed(self._pieces))
        self._pieces, self._untold_s = [], 0.0
        self._post(Played(pieces, level.rms_dbfs(block.frames), block.delay_s))
