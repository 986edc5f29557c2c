"""Blocks from the speaker's thread reach the loop in order, and wake nobody who is woken anyhow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.dsp.ledger import Piece, Tag
from realtime_cli.dsp.pcm16 import SILENCE
from realtime_cli.runtime.reports import Reports

RATE_HZ = 24_000
A, B = ("a", 0), ("b", 0)


def block(frames: int = 240, *pieces: Piece, first: int = 0, **more: Any) -> SpeakerBlock:
    counting = np.arange(first, first + frames, dtype=np.int16)
    return SpeakerBlock(counting, RATE_HZ, pieces, first / RATE_HZ, **more)


_MADE = st.tuples(
    st.sampled_from([100, 120, 240, 480, 960]),
    st.lists(st.sampled_from([A, B]), unique=True, max_size=2),
    st.sampled_from(["", "", "", "emptied", "starved", "underflowed"]),
)


def on_loop() -> Callable[[Callable[[], None]], None]:
    loop = asyncio.get_running_loop()

    def run(work: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(work)

    return run


@given(st.lists(_MADE, max_size=60), st.booleans(), st.booleans())
def test_nothing_is_lost_and_the_order_is_kept(
    wanted: list[tuple[int, list[Tag], str]], listening: bool, at_leisure: bool
) -> None:
    blocks, first = [], 0
    for frames, tags, event in wanted:
        pieces = [(tag, frames // len(tags)) for tag in tags]
        blocks.append(block(frames, *pieces, first=first, **({event: True} if event else {})))
        first += frames

    async def main() -> list[SpeakerBlock]:
        taken: list[SpeakerBlock] = []
        reports = Reports(
            taken.append,
            on_loop(),
            lambda: listening,
            lambda: at_leisure,
        )

        def put_all() -> None:
            for one in blocks:
                reports.put(one)

        thread = threading.Thread(target=put_all)
        thread.start()
        await asyncio.to_thread(thread.join)
        for _ in range(3):
            reports.look()  # the microphone's next blocks
        return taken

    taken = asyncio.run(main())
    heard = np.concatenate([SILENCE, *(one.frames for one in taken)])
    assert heard.tolist() == np.arange(first, dtype=np.int16).tolist()
    for tag in (A, B):
        assert total(taken, tag) == total(blocks, tag)
    for event in ("emptied", "underflowed"):
        assert sum(getattr(one, event) for one in taken) == sum(getattr(one, event) for one in blocks)
    at = 0
    for one in taken:
        assert one.delay_s == at / RATE_HZ, "of its first frame"
        at += len(one.frames)


def total(blocks: list[SpeakerBlock], tag: Tag) -> int:
    return sum(frames for one in blocks for piece, frames in one.pieces if piece == tag)


@pytest.mark.parametrize(
    ("listening", "blocks", "told"),
    [
        (True, [block(), block()], 0),
        (True, [block(240, (A, 240)), block(240, (A, 240))], 0),
        (True, [block(240, (A, 240)), block(240, (A, 240), emptied=True)], 1),
        (True, [block(240, (A, 240)), block(240, (A, 240), underflowed=True)], 2),
        (True, [block(480) for _ in range(10)], 5),
        (False, [block()], 1),
    ],
    ids=[
        "silence waits",
        "sound waits",
        "an empty queue does not, and brings along what waited",
        "nor does a missed block",
        "200 ms at most",
        "nobody else wakes the loop",
    ],
)
def test_who_wakes_the_loop(listening: bool, blocks: list[SpeakerBlock], told: int) -> None:
    async def main() -> int:
        taken: list[SpeakerBlock] = []
        reports = Reports(taken.append, on_loop(), lambda: listening)
        for one in blocks:
            reports.put(one)
        assert not taken, "never in the speaker's thread"
        await asyncio.sleep(0)
        return len(taken)

    assert asyncio.run(main()) == told


def test_at_leisure_every_third_look_is_enough_but_for_where_a_sound_begins_or_ends() -> None:
    async def main() -> list[int]:
        taken: list[SpeakerBlock] = []
        reports = Reports(taken.append, on_loop(), lambda: True, lambda: True)
        told = []
        for pieces in [()] * 3 + [((A, 480),)] * 7 + [()] * 4:
            reports.put(block(480, *pieces))
            reports.look()
            told.append(len(taken))
        return told

    assert asyncio.run(main()) == [0, 0, 1, 2, 2, 2, 3, 3, 3, 4, 5, 5, 5, 6]
