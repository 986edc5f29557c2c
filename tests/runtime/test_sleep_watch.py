"""Sleep is the calendar running on while the loop's clock stands still."""

import asyncio

from realtime_cli.runtime.sleep_watch import watch_sleep
from realtime_cli.session.facts import Awoke, Fact
from tests.support.clock import run_jumping


def test_each_sleep_is_told_once_and_a_corrected_clock_is_none() -> None:
    jumps = {3: 600.0, 5: 5.0, 6: -90.0, 8: 20.0}
    told: list[Fact] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        looks = 0
        slept_s = 0.0

        def epoch() -> float:
            nonlocal looks, slept_s
            slept_s += jumps.get(looks, 0.0)
            looks += 1
            return 1e9 + loop.time() + slept_s

        watching = asyncio.create_task(watch_sleep(told.append, epoch))
        await asyncio.sleep(30)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    run_jumping(main())
    assert [round(fact.slept_s) for fact in told if isinstance(fact, Awoke)] == [600, 20]
