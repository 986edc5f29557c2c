"""Engines that a user adds: the machinery around them, with processes and services that stand in for the models."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import wave
from contextlib import aclosing
from io import BytesIO

import pytest

from realtime_cli.errors import ConfigError
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.endpoint import Endpoint
from realtime_cli.server.engines.http_speech import HttpEars, HttpMouth
from realtime_cli.server.engines.installed import Installed, what_is_installed
from realtime_cli.server.engines.neural_mouth import NeuralMouth, mapped
from realtime_cli.server.engines.ollama import offer
from realtime_cli.server.engines.whisper_ears import WhisperEars
from tests.server.engines.fake_chat import fake_chat

RECOGNISER = "tests.server.engines.stand_in_recogniser"
ALL = Installed(
    pocketsphinx=True,
    espeak=True,
    library=True,
    silero=True,
    whisper=True,
    piper=True,
    kokoro=True,
    http=True,
)
SECOND = b"\x00\x20" * 24_000


class HumMouth(NeuralMouth):
    """A neural mouth whose process hums."""

    def __init__(self) -> None:
        super().__init__("piper", "voice.onnx")
        self._module = "tests.server.engines.stand_in_speaker"


async def heard(ears: WhisperEars | HttpEars, language: str = "") -> str:
    utterance = ears.listen(language=language)
    await utterance.feed(SECOND)
    return (await utterance.finish()).text


def test_a_recogniser_in_a_process_hears_whole_utterances_of_many_sessions() -> None:
    async def main() -> None:
        ears = WhisperEars("counts", RECOGNISER)
        try:
            texts = await asyncio.gather(heard(ears, "de"), heard(ears))
            assert [text.split(",")[0] for text in texts] == ["16016 frames in de", "16016 frames in None"]
            assert ears.pid is not None
            os.kill(ears.pid, signal.SIGKILL)
            while ears.is_alive:
                await asyncio.sleep(0.01)
            assert (await heard(ears)).startswith("16016")
        finally:
            await ears.stop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("mode", "why"), [("dies", "process ended"), ("fails", "ValueError: no"), ("missing", "no model")]
)
def test_a_recogniser_that_fails_says_why(mode: str, why: str) -> None:
    async def main() -> None:
        ears = WhisperEars(mode, RECOGNISER)
        with pytest.raises(EngineFailed, match=why):
            await heard(ears)
        await ears.stop()

    asyncio.run(main())


def test_a_voice_in_a_process_has_voices_of_its_own_speed_and_can_be_stopped() -> None:
    async def main() -> None:
        mouth = HumMouth()
        try:

            async def said(text: str, voice: str, speed: float = 1.0) -> bytes:
                return b"".join([pcm async for pcm in mouth.speak(text, voice=voice, speed=speed)])

            slow, quick = await said("x" * 50, "high"), await said("x" * 50, "high", 2.0)
            assert len(slow) == pytest.approx(48_000, rel=0.03)
            assert len(quick) == pytest.approx(24_000, rel=0.03)
            assert mouth.voices[:3] == ("low", "high", "odd")
            assert await said("xxxxx", "marin") != await said("xxxxx", "cedar")
            with pytest.raises(EngineFailed, match="KeyError"):
                await said("fail", "low")
            async with aclosing(mouth.speak("x" * 5_000, voice="low")) as pieces:  # type: ignore[type-var]
                async for _ in pieces:
                    break
            assert len(await said("xxxxx", "low")) > 0
        finally:
            await mouth.stop()

    asyncio.run(main())


def test_hosted_voices_are_mapped_to_the_engines_own() -> None:
    assert mapped("high", ("low", "high")) == "high"
    assert (mapped("marin", ("low", "high")), mapped("Cedar", ("low", "high"))) == ("low", "high")
    assert mapped("nobody", ("low", "high")) == "low"
    assert mapped("marin", ()) == "marin"


def test_a_transcription_service_gets_a_wav_file_and_the_language() -> None:
    async def main() -> None:
        async with fake_chat() as service:
            bodies: list[bytes] = []

            def answer(body: bytes) -> tuple[str, bytes]:
                bodies.append(body)
                return "application/json", json.dumps({"text": " Guten\nTag. "}).encode()

            service.answers["/audio/transcriptions"] = answer
            ears = HttpEars(Endpoint(service.url, "whisper-9"))
            assert await heard(ears, "de") == "Guten Tag."
            assert b'name="language"\r\n\r\nde' in bodies[0]
            assert b"whisper-9" in bodies[0]
            with wave.open(BytesIO(bodies[0][bodies[0].index(b"RIFF") :])) as sound:
                assert (sound.getframerate(), sound.getnchannels()) == (16_000, 1)
                assert sound.getnframes() == 16_016
            service.answers["/audio/transcriptions"] = lambda _: ("text/plain", b"what?")
            with pytest.raises(EngineFailed, match="sent no text"):
                await heard(ears)
            await ears.stop()

    asyncio.run(main())


def test_a_speech_service_streams_pcm() -> None:
    async def main() -> None:
        async with fake_chat() as service:
            asked: list[dict[str, object]] = []

            def answer(body: bytes) -> tuple[str, bytes]:
                asked.append(json.loads(body))
                return "audio/pcm", SECOND

            service.answers["/audio/speech"] = answer
            mouth = HttpMouth(Endpoint(service.url))
            pcm = b"".join([piece async for piece in mouth.speak("hi", voice="coral", speed=1.2)])
            assert pcm == SECOND
            assert (asked[0]["voice"], asked[0]["speed"]) == ("coral", 1.2)
            assert asked[0]["response_format"] == "pcm"
            await mouth.stop()
            fixed = HttpMouth(Endpoint(service.url), "nova")
            service.answers["/audio/speech"] = lambda _: ("application/json", b"{}")
            with pytest.raises(EngineFailed, match="no audio"):
                async for _ in fixed.speak("hi", voice="coral"):
                    pass
            await fixed.stop()

    asyncio.run(main())


def test_engines_are_chosen_by_name_and_say_what_they_need() -> None:
    at = Endpoint("http://127.0.0.1:1/v1")
    chosen = assemble(EngineChoice(llm=at, stt=at, tts=at), ALL)
    assert (chosen.ears.name, chosen.mouth.name, chosen.brain.name) == ("http", "http", "llm")
    named = assemble(EngineChoice(ears="faster-whisper", mouth="piper", tts_model="x.onnx"), ALL)
    assert (named.ears.name, named.mouth.name, named.brain.name) == ("faster-whisper", "piper", "rules")
    nothing = Installed(pocketsphinx=False, espeak=False, library=False, silero=False)
    for choice, installed, why in (
        (EngineChoice(ears="faster-whisper"), nothing, "pip install faster-whisper"),
        (EngineChoice(mouth="kokoro"), nothing, "pip install kokoro-onnx"),
        (EngineChoice(llm=at), nothing, "local"),
        (EngineChoice(mouth="piper"), ALL, "--tts-model"),
        (EngineChoice(brain="llm"), ALL, "--llm"),
        (EngineChoice(ears="http"), ALL, "--stt-url"),
        (EngineChoice(vad="magic"), ALL, None),  # type: ignore[arg-type]
    ):
        with pytest.raises(ConfigError) as caught:
            assemble(choice, installed)
        assert why is None or why in caught.value.advice


def test_every_engine_that_can_be_added_says_how_and_how_big() -> None:
    for row in what_is_installed(Installed(False, False, False, False)):
        assert row.installed or (row.add and "MB" in row.size)


def test_an_ollama_is_offered_only_where_one_answers() -> None:
    async def main() -> None:
        async with fake_chat() as service:
            port = int(service.url.split(":")[2].split("/")[0])
            service.answers["/api/tags"] = lambda _: (
                "application/json",
                json.dumps({"models": [{"name": "llama3.2:\x1b[31m3b"}]}).encode(),
            )
            line = await asyncio.to_thread(offer, port)
            assert line is not None
            assert f"--llm http://127.0.0.1:{port}/v1 --llm-model llama3.2:" in line
            assert line.isprintable()
            service.answers["/api/tags"] = lambda _: ("text/html", b"<html>")
            assert await asyncio.to_thread(offer, port) is None
        assert await asyncio.to_thread(offer, 9) is None

    asyncio.run(main())
