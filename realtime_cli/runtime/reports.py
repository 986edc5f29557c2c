"""The speaker's reports on their way from its thread to the loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final

from realtime_cli.devices.contract import SpeakerBlock

_MOST_SILENCES: Final = 5
"""100 ms of silence are told at the latest, whoever else wakes the loop."""


class Reports:
    """Keeps the order; wakes the loop for sound at once. Silence waits for the microphone's next block.

    Most of a session is silence, and every waking costs more than what is then done.

    Args:
        take: Gets every block, on the loop.
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
        silent = not (block.pieces or block.emptied or block.underflowed)
        if silent and len(self._blocks) < _MOST_SILENCES and self._woken_otherwise():
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self.deliver)

    def deliver(self) -> None:
        """On the loop: all that came so far."""
        while self._blocks:
            self._take(self._blocks.popleft())
