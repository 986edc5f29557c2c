"""The line inside one process."""

import asyncio

import pytest

from realtime_cli.transport import memory
from realtime_cli.transport.transport import LineClosed
from tests.support.clock import run_jumping


def test_messages_arrive_whole_and_in_order_in_both_directions() -> None:
    async def main() -> None:
        here, there = memory.pair()
        for number in range(5):
            await here.send(f"to {number}")
            await there.send(f"back {number}")
        assert [await there.receive() for _ in range(5)] == [f"to {n}" for n in range(5)]
        assert [await here.receive() for _ in range(5)] == [f"back {n}" for n in range(5)]

    run_jumping(main())


def test_a_close_code_and_its_reason_travel_behind_what_was_sent() -> None:
    async def main() -> None:
        here, there = memory.pair()
        await there.send("last words")
        await there.close(4000, "no beta here")
        assert await here.receive() == "last words"
        for _ in range(2):
            with pytest.raises(LineClosed) as end:
                await here.receive()
            assert (end.value.code, end.value.reason) == (4000, "no beta here")
        with pytest.raises(LineClosed):
            await here.send("too late")

    run_jumping(main())


def test_the_first_close_wins_and_a_drop_has_no_code() -> None:
    async def main() -> None:
        here, there = memory.pair()
        await here.drop()
        await there.close(1000, "bye")
        with pytest.raises(LineClosed) as end:
            await there.receive()
        assert end.value.code is None

    run_jumping(main())


def test_a_sender_waits_for_a_reader_that_does_not_read() -> None:
    async def main() -> None:
        here, there = memory.pair(capacity=2)
        await here.send("1")
        await here.send("2")
        third = asyncio.create_task(here.send("3"))
        await asyncio.sleep(1)
        assert not third.done()
        assert await there.receive() == "1"
        await third
        assert [await there.receive(), await there.receive()] == ["2", "3"]

    run_jumping(main())


def test_closing_frees_whoever_waits() -> None:
    async def main() -> None:
        here, there = memory.pair(capacity=1)
        await here.send("1")
        sending = asyncio.create_task(here.send("2"))
        reading = asyncio.create_task(here.receive())
        await asyncio.sleep(1)
        await there.close(1001)
        for task in (sending, reading):
            with pytest.raises(LineClosed):
                await task

    run_jumping(main())


def test_the_other_end_may_have_its_own_word_for_the_end() -> None:
    class OtherEndError(Exception):
        def __init__(self, code: int | None, reason: str) -> None:
            super().__init__(code, reason)

    async def main() -> None:
        here, there = memory.pair(other_closed=OtherEndError)
        await here.close(1000, "done")
        with pytest.raises(OtherEndError):
            await there.receive()
        with pytest.raises(LineClosed):
            await here.receive()

    run_jumping(main())
