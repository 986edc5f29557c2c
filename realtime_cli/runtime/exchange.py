"""Opens the speaker anew with more time for its blocks, where it misses too many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.runtime.keeper import Keeper, uncancelled
from realtime_cli.runtime.patience import Patience

_log = logging.getLogger(__name__)


class Exchange:
    """Waits for a moment of silence: it takes 10 to 30 ms. On the loop.

    Args:
        patience: Says when, and with what; None: never.
        keeper: Of the speaker.
        lock: Held while the device is closed and opened.
        run: Makes a task that ends with the rig.
    """

    def __init__(
        self,
        patience: Patience | None,
        keeper: Callable[[], Keeper],
        lock: asyncio.Lock,
        run: Callable[[Coroutine[None, None, None], str], None],
    ) -> None:
        self._patience = patience
        self._keeper, self._lock, self._run = keeper, lock, run
        self._due = False

    def opened(self, name: str) -> None:
        """The speaker works: it may be known from earlier sessions."""
        self._due = bool(self._patience and self._patience.opened(name))

    def played(self, block: SpeakerBlock) -> None:
        """The device took a block."""
        if block.underflowed and self._patience and self._patience.missed():
            self._due = True
        if self._due and not block.pieces:
            self._due = False
            self._run(self._exchange(), "give the speaker more time")

    async def _exchange(self) -> None:
        keeper = self._keeper()
        if self._patience:
            _log.info("speaker buffering", extra={"buffering": str(self._patience.apply())})
        async with self._lock:
            if keeper.is_open and not keeper.naps:
                await uncancelled(keeper.rest())
                await uncancelled(keeper.resume())
