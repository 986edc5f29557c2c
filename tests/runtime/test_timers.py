"""The mind's alarm clocks."""

import asyncio

from realtime_cli.runtime.inbox import Inbox
from realtime_cli.runtime.timers import Timers
from realtime_cli.session.facts import Fact, TimerFired
from tests.support.clock import run_jumping


def test_timers_fire_once_at_their_time_restart_anew_and_stop() -> None:
    async def main() -> list[tuple[Fact, float]]:
        inbox = Inbox()
        timers = Timers(inbox)
        timers.start("a", 2.0)
        timers.start("b", 1.0)
        timers.start("gone", 1.5)
        timers.stop("gone")
        timers.stop("never there")
        await asyncio.sleep(0.5)
        timers.start("b", 3.0)
        await asyncio.sleep(10)
        timers.start("left", 1.0)
        timers.stop_all()
        await asyncio.sleep(10)
        inbox.close()
        return [entry async for entry in inbox]

    assert run_jumping(main()) == [(TimerFired("a"), 2.0), (TimerFired("b"), 3.5)]
