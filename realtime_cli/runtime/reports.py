"""The speaker's reports on their way from its thread to the loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from msgspec.structs import replace

from realtime_cli.devices.contract import BLOCK_S, SpeakerBlock
from realtime_cli.dsp.ledger import summed

_MOST_WAITING: Final = 10
"""Blocks are told at the latest then, whoever else wakes the loop: 80 to 200 ms."""

_LEISURE_LOOKS: Final = 3
"""Every third look is enough where only the screen wants to know."""

_GAP_S: Final = 0.0005
"""Time stamps of blocks that follow each other closely are right to 0.3 ms."""


class Reports:
    """Keeps the order, and lets blocks wait for the microphone's next one: each waking of the loop costs more than
    what is then done, and who needs to know what was played (the echo canceller) needs it just then.

    That the queue is empty, and that a block was missed, is told at once.

    Args:
        take: Gets every block, on the loop, short ones joined to 40 ms at most (at leisure 60).
        run_on_loop: Does something there, from any thread; nothing where the loop is closed.
        woken_otherwise: Whether somebody calls `look` every 20 ms or so, as a microphone that works does.
        at_leisure: Whether nobody needs to know at once: then only that a sound begins or ends is told with the
            microphone's next block, the rest with every third.
    """

    def __init__(
        self,
        take: Callable[[SpeakerBlock], None],
        run_on_loop: Callable[[Callable[[], None]], None],
        woken_otherwise: Callable[[], bool],
        at_leisure: Callable[[], bool] = lambda: False,
    ) -> None:
        self._take = take
        self._run_on_loop = run_on_loop
        self._woken_otherwise = woken_otherwise
        self._at_leisure = at_leisure
        self._looks = 0
        self._sounds = self._turned = False
        self._blocks: deque[SpeakerBlock] = deque()

    def put(self, block: SpeakerBlock) -> None:
        """From the speaker's thread."""
        self._blocks.append(block)
        if bool(block.pieces) is not self._sounds:
            self._sounds, self._turned = not self._sounds, True
        urgent = block.emptied or block.underflowed
        if not urgent and len(self._blocks) < _MOST_WAITING and self._woken_otherwise():
            return
        self._run_on_loop(self.deliver)

    def look(self) -> None:
        """On the loop, with each block of the microphone: what is due."""
        self._looks += 1
        if self._looks >= _LEISURE_LOOKS or self._turned or not self._at_leisure():
            self.deliver()

    def deliver(self) -> None:
        """On the loop: all that came so far."""
        self._looks, self._turned = 0, False
        most_s = _LEISURE_LOOKS * BLOCK_S if self._at_leisure() else 2 * BLOCK_S
        while self._blocks:
            together = [self._blocks.popleft()]
            room = round(together[0].rate_hz * most_s) - len(together[0].frames)
            while self._blocks and len(self._blocks[0].frames) <= room:
                if not _go_together(together[-1], self._blocks[0]):
                    break
                together.append(self._blocks.popleft())
                room -= len(together[-1].frames)
            self._take(_joined(together))


def _go_together(block: SpeakerBlock, following: SpeakerBlock) -> bool:
    """Nothing happened between them."""
    happened = block.emptied or following.underflowed or _is_gap_between(block, following)
    return block.rate_hz == following.rate_hz and not happened


def _is_gap_between(block: SpeakerBlock, following: SpeakerBlock) -> bool:
    if block.heard_at_s is None or following.heard_at_s is None:
        return block.heard_at_s is not following.heard_at_s
    ends_at_s = block.heard_at_s + len(block.frames) / block.rate_hz
    return abs(following.heard_at_s - ends_at_s) > _GAP_S


def _joined(blocks: Sequence[SpeakerBlock]) -> SpeakerBlock:
    first, last = blocks[0], blocks[-1]
    if first is last:
        return first
    return replace(
        last,
        frames=np.concatenate([block.frames for block in blocks]),
        pieces=summed([piece for block in blocks for piece in block.pieces]),
        delay_s=first.delay_s,
        heard_at_s=first.heard_at_s,
        starved=any(block.starved for block in blocks),
        underflowed=first.underflowed,
    )
