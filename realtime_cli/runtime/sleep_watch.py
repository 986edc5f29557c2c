"""Notices that the computer slept: the loop's clock stands still in sleep, the calendar does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from realtime_cli import clock
from realtime_cli.session.facts import Awoke, Fact

EVERY_S: Final = 2.0
SLEPT_S: Final = 15.0
"""Less is a busy machine or a corrected clock; servers forgive that much silence on a line."""


async def watch_sleep(
    post: Callable[[Fact], None], epoch: Callable[[], float] = clock.epoch, every_s: float = EVERY_S
) -> None:
    """Post `Awoke` after each sleep; runs until it is cancelled.

    Args:
        epoch: Seconds of the calendar.
        every_s: How often to look.
    """
    loop = asyncio.get_running_loop()
    offset_s = epoch() - loop.time()
    while True:
        await asyncio.sleep(every_s)
        now_s = epoch() - loop.time()
        if now_s - offset_s >= SLEPT_S:
            post(Awoke(now_s - offset_s))
        offset_s = now_s
