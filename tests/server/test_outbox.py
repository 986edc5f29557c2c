"""What waits for one client, and the end of patience."""

from __future__ import annotations

import asyncio

import pytest

from realtime_cli.server.link import LinkClosed, MemoryLink
from realtime_cli.server.outbox import Outbox


class Stuck(MemoryLink):
    """A line whose other end takes nothing."""

    async def send(self, text: str) -> None:
        await self.receive()


def cut_off(outbox: Outbox, texts: int) -> None:
    async def main() -> None:
        near, far = Stuck.pair()
        for _ in range(texts):
            outbox.put("x" * 1000)
        async with asyncio.timeout(5):
            draining = asyncio.create_task(outbox.drain_into(near))
            await asyncio.sleep(0)
            for _ in range(texts):
                outbox.put("x" * 1000)
            await draining
            with pytest.raises(LinkClosed):
                await far.receive()
            await outbox.room()

    asyncio.run(main())


def test_a_client_that_takes_nothing_for_too_long_is_cut_off() -> None:
    cut_off(Outbox(stall_limit_s=0.05), 1)


def test_a_client_that_asks_on_without_reading_is_cut_off() -> None:
    cut_off(Outbox(limit_bytes=15_000), 10)


def test_texts_come_in_order_and_then_the_farewell() -> None:
    async def main() -> None:
        near, far = MemoryLink.pair()
        outbox = Outbox(stall_limit_s=5.0)
        outbox.put("one")
        outbox.put("two")
        outbox.close(1001, "bye")
        await outbox.drain_into(near)
        assert [await far.receive(), await far.receive()] == ["one", "two"]
        with pytest.raises(LinkClosed) as caught:
            await far.receive()
        assert caught.value.code == 1001

    asyncio.run(main())
