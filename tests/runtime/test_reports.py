"""Blocks from the speaker's thread reach the loop in order, and silence wakes nobody who is woken anyhow."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.runtime.reports import Reports


def silence(number: int) -> SpeakerBlock:
    return SpeakerBlock(np.zeros(480, dtype=np.int16), 24_000, (), number / 1000)


def sound(number: int) -> SpeakerBlock:
    return SpeakerBlock(np.ones(480, dtype=np.int16), 24_000, ((("item", 0), 480),), number / 1000)


@given(st.lists(st.booleans(), max_size=60), st.booleans())
def test_nothing_is_lost_and_the_order_is_kept(sounds: list[bool], listening: bool) -> None:
    blocks = [sound(n) if loud else silence(n) for n, loud in enumerate(sounds)]

    async def main() -> list[SpeakerBlock]:
        taken: list[SpeakerBlock] = []
        reports = Reports(taken.append, lambda: listening)

        def put_all() -> None:
            for block in blocks:
                reports.put(block)

        thread = threading.Thread(target=put_all)
        thread.start()
        await asyncio.to_thread(thread.join)
        reports.deliver()  # the microphone's next block
        return taken

    assert asyncio.run(main()) == blocks


@pytest.mark.parametrize(
    ("listening", "blocks", "told"),
    [
        (True, [silence(0), silence(1)], 0),
        (True, [silence(0), silence(1), sound(2)], 3),
        (True, [silence(n) for n in range(5)], 5),
        (False, [silence(0)], 1),
    ],
    ids=[
        "silence waits",
        "sound does not, and brings it along",
        "100 ms at most",
        "nobody else wakes the loop",
    ],
)
def test_who_wakes_the_loop(listening: bool, blocks: list[SpeakerBlock], told: int) -> None:
    async def main() -> int:
        taken: list[SpeakerBlock] = []
        reports = Reports(taken.append, lambda: listening)
        for block in blocks:
            reports.put(block)
        assert not taken, "never in the speaker's thread"
        await asyncio.sleep(0)
        return len(taken)

    assert asyncio.run(main()) == told
