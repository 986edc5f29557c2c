"""The speaker's device is closed while no answer is in sight: its callbacks are a third of what an idle session costs.

Not stopped and started again: where the device is gone meanwhile, PortAudio's `Pa_StartStream` waits for ever on ALSA
(its thread ends before it has said that it began); opening fails as it should. Both take a few ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from realtime_cli.runtime.keeper import Keeper, uncancelled


class Nap:
    """Brings a device to where it is wanted. On the loop.

    Args:
        keeper: Of the device; one that is not open, or was lost, is left alone.
        lock: Held while the device is closed and opened.
        run: Makes a task that ends with the rig.
        may: Whether nobody needs the device's silence: an echo canceller does, and a recording.
    """

    def __init__(
        self,
        keeper: Callable[[], Keeper],
        lock: asyncio.Lock,
        run: Callable[[Coroutine[None, None, None], str], None],
        may: Callable[[], bool],
    ) -> None:
        self._keeper, self._lock = keeper, lock
        self._run, self._may = run, may
        self._wanted = self._settling = False

    def begin(self) -> None:
        """No answer is in sight."""
        if self._may():
            self._wanted = True
            self._settle_soon()

    def end(self) -> None:
        """One may come."""
        if self._wanted:
            self._wanted = False
            self._settle_soon()

    def _settle_soon(self) -> None:
        if not self._settling:
            self._settling = True
            self._run(self._settle(), "nap")

    async def _settle(self) -> None:
        keeper = self._keeper()
        try:
            async with self._lock:
                while keeper.is_open and keeper.naps is not self._wanted:
                    await uncancelled(keeper.nap() if self._wanted else keeper.wake())
        finally:
            self._settling = False
