"""The speaker's reports on their way from its thread to the loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from msgspec.structs import replace

from realtime_cli.devices.contract import BLOCK_S, SpeakerBlock
from realtime_cli.dsp.ledger import summed

_MOST_WAITING: Final = 5
"""Blocks are told at the latest then, whoever else wakes the loop: 50 to 100 ms."""

_GAP_S: Final = 0.0005
"""Time stamps of blocks that follow each other closely are right to 0.3 ms."""


class Reports:
    """Keeps the order, and lets blocks wait for the microphone's next one: each waking of the loop costs more than
    what is then done, and who needs to know what was played (the echo canceller) needs it just then.

    That the queue is empty, and that a block was missed, is told at once.

    Args:
        take: Gets every block, on the loop, short ones joined to 40 ms at most.
        woken_otherwise: Whether somebody calls `deliver` every few ms, as a microphone that works does.
    """

    def __init__(self, take: Callable[[SpeakerBlock], None], woken_otherwise: Callable[[], bool]) -> None:
        self._take = take
        self._woken_otherwise = woken_otherwise
        self._loop = asyncio.get_running_loop()
        self._blocks: deque[SpeakerBlock] = deque()

    def put(self, block: SpeakerBlock) -> None:
        """From the speaker's thread."""
        self._blocks.append(block)
        urgent = block.emptied or block.underflowed
        if not urgent and len(self._blocks) < _MOST_WAITING and self._woken_otherwise():
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.deliver)

    def deliver(self) -> None:
        """On the loop: all that came so far."""
        while self._blocks:
            block = self._blocks.popleft()
            while self._blocks and _go_together(block, self._blocks[0]):
                block = _joined(block, self._blocks.popleft())
            self._take(block)


def _go_together(block: SpeakerBlock, following: SpeakerBlock) -> bool:
    """Together at most two blocks of a microphone, and nothing happened between them."""
    fits = len(block.frames) + len(following.frames) <= round(block.rate_hz * 2 * BLOCK_S)
    happened = block.emptied or following.underflowed or _is_gap_between(block, following)
    return fits and block.rate_hz == following.rate_hz and not happened


def _is_gap_between(block: SpeakerBlock, following: SpeakerBlock) -> bool:
    if block.heard_at_s is None or following.heard_at_s is None:
        return block.heard_at_s is not following.heard_at_s
    ends_at_s = block.heard_at_s + len(block.frames) / block.rate_hz
    return abs(following.heard_at_s - ends_at_s) > _GAP_S


def _joined(block: SpeakerBlock, following: SpeakerBlock) -> SpeakerBlock:
    return replace(
        following,
        frames=np.concatenate((block.frames, following.frames)),
        pieces=summed((*block.pieces, *following.pieces)),
        delay_s=block.delay_s,
        heard_at_s=block.heard_at_s,
        starved=block.starved or following.starved,
        underflowed=block.underflowed,
    )
