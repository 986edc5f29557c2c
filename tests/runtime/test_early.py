"""The early line: the first asked for is the one that was opened already, and none is left open."""

from __future__ import annotations

import asyncio

import pytest

from realtime_cli.errors import Unreachable
from realtime_cli.runtime.early import EarlyOpener
from realtime_cli.transport import memory
from realtime_cli.transport.transport import LineClosed, Transport


class Doors:
    """Opens lines, and keeps the other ends."""

    def __init__(self) -> None:
        self.others: list[memory.MemoryTransport] = []

    async def open(self) -> Transport:
        here, there = memory.pair(other_closed=LineClosed)
        self.others.append(there)
        await asyncio.sleep(0)
        return here


def test_the_first_line_is_opened_early_and_later_ones_when_they_are_wanted() -> None:
    async def main() -> None:
        doors = Doors()
        async with EarlyOpener(doors.open) as opener:
            await asyncio.sleep(0)
            assert len(doors.others) == 1
            first = await opener()
            assert len(doors.others) == 1
            await first.send("hello")
            assert await doors.others[0].receive() == "hello"
            await opener()
            assert len(doors.others) == 2

    asyncio.run(main())


def test_a_line_that_nobody_wanted_is_closed() -> None:
    async def main() -> None:
        doors = Doors()
        async with EarlyOpener(doors.open):
            for _ in range(5):
                await asyncio.sleep(0)
        with pytest.raises(LineClosed):
            await doors.others[0].receive()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())


def test_a_failure_is_told_to_the_one_who_asks() -> None:
    async def fail() -> Transport:
        raise Unreachable("nobody there")

    async def main() -> None:
        async with EarlyOpener(fail) as opener:
            for _ in range(3):
                await asyncio.sleep(0)
            with pytest.raises(Unreachable):
                await opener()
        async with EarlyOpener(fail):  # and to nobody, when nobody asks
            await asyncio.sleep(0)

    asyncio.run(main())
