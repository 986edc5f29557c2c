"""Beeps."""

import asyncio

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import from_bytes
from realtime_cli.server.engines.tone_mouth import ToneMouth
from tests.server.engines.speech import say


def test_the_same_text_gives_the_same_sound_and_a_longer_one_takes_longer() -> None:
    async def main() -> None:
        mouth = ToneMouth()
        await mouth.start()
        short, again, long = [await say(mouth, text) for text in ("hello", "hello", "hello wonderful world")]
        await mouth.stop()
        assert short == again
        assert 0 < len(short) < len(long)
        assert len(short) % 2 == 0
        assert 1000 < np.abs(from_bytes(short)).max() < 16_000

    asyncio.run(main())


@pytest.mark.parametrize(("text", "sounds"), [("", False), ("   ", False), ("?!", True), ("日本", True)])
def test_only_empty_text_is_silent(text: str, sounds: bool) -> None:
    assert bool(asyncio.run(say(ToneMouth(), text))) is sounds


def test_speed_shortens_and_is_kept_in_range() -> None:
    lengths = [
        len(asyncio.run(say(ToneMouth(), "hello", speed=speed))) for speed in (0.01, 0.25, 1.0, 4.0, 99.0)
    ]
    assert lengths[0] == lengths[1] > lengths[2] > lengths[3] == lengths[4]
