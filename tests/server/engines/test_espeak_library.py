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


def test_it_speaks_twice_the_same_and_each_voice_differently() -> None:
    async def main() -> None:
        mouth = EspeakLibraryMouth()
        try:
            pcm = await say(mouth, "what time is it")
            assert 0.5 < len(pcm) / 48_000 < 1.6
            assert await say(mouth, "what time is it") == pcm
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
            alone = [await say(mouth, text) for text in ("hello there", "good morning")]
            assert await asyncio.gather(say(mouth, "hello there"), say(mouth, "good morning")) == alone
        finally:
            await mouth.stop()

    asyncio.run(main())


def test_an_aborted_text_does_not_hold_up_the_next_one() -> None:
    async def main() -> None:
        mouth = EspeakLibraryMouth()
        try:
            expected = await say(mouth, "hello")
            speech = cast(AsyncGenerator[bytes, None], mouth.speak("a long story. " * 3000, voice="marin"))
            await anext(speech)
            await speech.aclose()
            assert await say(mouth, "hello") == expected
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
