"""Lists the sound devices anew, for which every stream must be closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from realtime_cli.errors import DeviceError
from realtime_cli.runtime.keeper import Keeper
from realtime_cli.session.facts import Which

_log = logging.getLogger(__name__)


class Renewal:
    """What a keeper calls before it tries again.

    A device that works is interrupted (for some 50 ms) only when nothing sounds, and more and more seldom.

    Args:
        keepers: All of them.
        lock: Theirs.
        refresh: Lists the devices anew, in a thread, while none is open.
        sounds: Whether an answer is being played.
    """

    def __init__(
        self,
        keepers: Mapping[Which, Keeper],
        lock: asyncio.Lock,
        refresh: Callable[[], None],
        sounds: Callable[[], bool],
    ) -> None:
        self._keepers = keepers
        self._lock = lock
        self._refresh = refresh
        self._sounds = sounds

    async def __call__(self, asking: Keeper, attempts: int) -> None:
        """`attempts` failed in a row; 0 when the user wants it."""
        async with self._lock:
            others = [
                keeper
                for keeper in self._keepers.values()
                if keeper is not asking and keeper.is_open and not keeper.naps and keeper.device.can_return
            ]
            if not asking.device.can_return or (others and not self._may_interrupt(attempts)):
                return
            for keeper in others:
                await keeper.rest()
            try:
                await asyncio.to_thread(self._refresh)
            except DeviceError as exc:
                _log.warning("devices cannot be listed", extra={"problem": str(exc)})
            for keeper in others:
                await keeper.resume()

    def _may_interrupt(self, attempts: int) -> bool:
        if attempts == 0:
            return True  # the user asked for it
        doublings, rest = divmod(attempts, 3)
        seldom = rest == 0 and doublings.bit_count() == 1  # the 3rd, 6th, 12th, 24th attempt
        return seldom and not self._sounds()
