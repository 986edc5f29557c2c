"""espeak-ng as a program: real speech, text that is only data, processes that end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import from_bytes
from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.espeak_mouth import EspeakMouth
from realtime_cli.server.engines.voices import VOICES
from tests.server.engines.speech import is_running, needs_espeak, say

pytestmark = [pytest.mark.engines, needs_espeak]


def test_it_speaks_without_silent_ends_and_faster_on_demand() -> None:
    async def main() -> None:
        mouth = EspeakMouth()
        pcm = await say(mouth, "what time is it")
        frames = from_bytes(pcm)
        assert 0.5 < len(frames) / 24_000 < 1.6
        assert np.abs(frames[:480]).max() > 100
        assert np.abs(frames).max() > 3000
        assert len(await say(mouth, "what time is it", speed=2.0)) < len(pcm) * 0.8
        assert len(await say(mouth, "what time is it", speed=0.5)) > len(pcm) * 1.2

    asyncio.run(main())


def test_every_voice_speaks_and_no_two_alike() -> None:
    async def main() -> None:
        mouth = EspeakMouth()
        spoken = {voice: await say(mouth, "hello", voice=voice) for voice in mouth.voices}
        assert all(spoken.values())
        assert len(set(spoken.values())) == len(VOICES)
        assert await say(mouth, "hello", voice="nobody") == spoken["marin"]

    asyncio.run(main())


@pytest.mark.parametrize(
    "text",
    [
        "-h",
        "--version",
        "-w out.wav hello",
        "hello; touch made.txt",
        "$(touch made.txt) `touch made.txt`",
        "<speak><audio src='/etc/passwd'/>hi</speak>",
        "[[h@l@U]] there",
        "\x01100S hello \x00 \x1b[2J",
        "ünïcödé 日本語",
    ],
)
def test_text_is_data_whatever_it_looks_like(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert asyncio.run(say(EspeakMouth(), text))
    assert list(tmp_path.iterdir()) == []


def test_text_without_words_is_silent() -> None:
    assert asyncio.run(say(EspeakMouth(), " \n\x00 ")) == b""


def test_closing_the_iterator_ends_the_process() -> None:
    async def main() -> None:
        mouth = EspeakMouth()
        speech = cast(AsyncGenerator[bytes, None], mouth.speak("a long story. " * 3000, voice="marin"))
        await anext(speech)
        (pid,) = mouth.pids
        assert is_running(pid)
        await speech.aclose()
        assert mouth.pids == ()
        assert not is_running(pid)

    asyncio.run(main())


def test_cancelling_who_listens_ends_the_process_too() -> None:
    async def main() -> None:
        mouth = EspeakMouth()
        begun = asyncio.Event()

        async def listen() -> None:
            async for _ in mouth.speak("a long story. " * 3000, voice="marin"):
                begun.set()

        task = asyncio.create_task(listen())
        await begun.wait()
        (pid,) = mouth.pids
        task.cancel()
        await asyncio.wait([task])
        assert not is_running(pid)

    asyncio.run(main())


def test_stop_ends_what_is_being_said_with_a_failure() -> None:
    async def main() -> None:
        mouth = EspeakMouth()
        speech = mouth.speak("a long story. " * 3000, voice="marin")
        await anext(speech)
        await mouth.stop()
        with pytest.raises(EngineFailed, match="ended"):
            async for _ in speech:
                pass
        assert mouth.pids == ()

    asyncio.run(main())


def test_two_can_speak_at_once() -> None:
    async def main() -> None:
        mouth = EspeakMouth()
        alone = [await say(mouth, text) for text in ("hello there", "good morning")]
        together = await asyncio.gather(say(mouth, "hello there"), say(mouth, "good morning"))
        assert list(together) == alone

    asyncio.run(main())


def test_a_program_that_is_not_there_or_is_something_else_fails_plainly() -> None:
    with pytest.raises(EngineFailed, match="did not start"):
        asyncio.run(say(EspeakMouth("/nowhere/espeak-ng"), "hello"))
    with pytest.raises(EngineFailed, match="ended with code 1"):
        asyncio.run(say(EspeakMouth("/bin/false"), "hello"))


def test_a_missing_program_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineFailed, match="not installed"):
        asyncio.run(say(EspeakMouth(), "hello"))
