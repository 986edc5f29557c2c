"""The espeak library in its worker process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from typing import cast

import pytest

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.espeak_library import EspeakLibraryMouth
from tests.server.engines.speech import is_running, needs_library, say

pytestmark = [pytest.mark.engines, needs_library]


def test_it_speaks_again_and_again_and_each_voice_differently() -> None:
    async def main() -> None:
        mouth = EspeakLibraryMouth()
        try:
            pcm = await say(mouth, "what time is it")
            assert 0.5 < len(pcm) / 48_000 < 1.6
            assert len(await say(mouth, "what time is it")) == pytest.approx(len(pcm), rel=0.05)
            assert await say(mouth, "what time is it", voice="coral") != pcm
            assert await say(mouth, "  ") == b""
        finally:
            await mouth.stop()
        assert mouth.pid is None

    asyncio.run(main())


def test_two_at_once_are_said_one_after_the_other() -> None:
    async def main() -> None:
        mouth = EspeakLibraryMouth()
        try:
            alone = [len(await say(mouth, text)) for text in ("hello there", "a long sentence follows")]
            both = await asyncio.gather(say(mouth, "hello there"), say(mouth, "a long sentence follows"))
            assert [len(pcm) for pcm in both] == pytest.approx(alone, rel=0.05)
            assert alone[0] < alone[1] * 0.8
        finally:
            await mouth.stop()

    asyncio.run(main())


def test_an_aborted_text_does_not_hold_up_the_next_one() -> None:
    async def main() -> None:
        mouth = EspeakLibraryMouth()
        try:
            expected = len(await say(mouth, "hello"))
            speech = cast(AsyncGenerator[bytes, None], mouth.speak("a long story. " * 3000, voice="marin"))
            await anext(speech)
            await speech.aclose()
            assert len(await say(mouth, "hello")) == pytest.approx(expected, rel=0.05)
        finally:
            await mouth.stop()

    asyncio.run(main())


def test_a_worker_that_died_fails_once_and_is_replaced() -> None:
    async def main() -> None:
        mouth = EspeakLibraryMouth()
        try:
            speech = mouth.speak("a long story. " * 30_000, voice="marin")
            await anext(speech)
            assert mouth.pid is not None
            first = mouth.pid
            os.kill(first, signal.SIGKILL)
            with pytest.raises(EngineFailed, match="ended"):
                async for _ in speech:
                    pass
            assert await say(mouth, "hello")
            assert mouth.pid != first
            assert not is_running(first)
        finally:
            await mouth.stop()

    asyncio.run(main())
