"""Our own commands against one running `serve` with its real engines: processes, sockets, speech; no sound devices."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realtime_cli.server.engines.espeak_mouth import EspeakMouth
from tests.e2e.conftest import TOOLS, served
from tests.server.engines.speech import needs_espeak, needs_pocketsphinx, say
from tests.server.test_serve_command import run

pytestmark = [needs_espeak, needs_pocketsphinx]
QUESTION = "what time is it"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spoken question in `question.wav`, and a function in `tools.py`."""
    place = tmp_path_factory.mktemp("user")
    (place / "tools.py").write_text(TOOLS)

    async def spoken() -> bytes:
        mouth = EspeakMouth()
        try:
            return await say(mouth, QUESTION)
        finally:
            await mouth.stop()

    with wave.open(str(place / "question.wav"), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(asyncio.run(spoken()))
    return place


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def turns(said: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(line["role"], line["text"]) for line in said if line["type"] == "turn"]


def test_text_with_what_was_said_before(url: str, folder: Path) -> None:
    (folder / "context.jsonl").write_text('{"role": "user", "text": "my name is Ada"}\n')
    arguments = ("send-text", "--url", url, "--json", "--context", "context.jsonl", "what is my name")
    code, out, err = asyncio.run(run(folder, *arguments))
    assert code == 0, err
    answer = json.loads(out)
    assert answer["status"] == "completed"
    assert "Ada" in answer["text"]
    assert answer["usage"]["output_text"] > 0


def test_out_of_band(url: str, folder: Path) -> None:
    arguments = (
        "send-text",
        "--url",
        url,
        "--json",
        "--out-of-band",
        "--metadata",
        "topic=sum",
        "two plus two",
    )
    code, out, err = asyncio.run(run(folder, *arguments))
    assert code == 0, err
    answer = json.loads(out)
    assert answer["metadata"] == {"topic": "sum"}
    assert "four" in answer["text"].lower() or "4" in answer["text"]


def test_a_function(url: str, folder: Path) -> None:
    arguments = ("send-text", "--url", url, "--jsonl", "--tools", "tools.py", "--approve", "auto", QUESTION)
    code, out, err = asyncio.run(run(folder, *arguments))
    assert code == 0, err
    said = lines(out)
    call = next(line for line in said if line["type"] == "call")
    assert (call["name"], call["output"]) == ("get_time", "the time is ten past nine")
    assert turns(said)[-1] == ("assistant", "the time is ten past nine.")


def test_two_voices_at_once_one_with_a_function_and_an_answer_aloud_one_only_written_down(
    url: str, folder: Path
) -> None:
    async def both() -> tuple[tuple[int, str, str], tuple[int, str, str]]:
        files = ("--input-file", "question.wav", "--output-file", "answer.wav")
        offered = ("--tools", "tools.py", "--approve", "auto")
        return await asyncio.gather(
            run(folder, "talk", "--url", url, "--jsonl", *files, *offered),
            run(folder, "transcribe", "--url", url, "question.wav"),
        )

    talked, written = asyncio.run(both())
    assert talked[0] == 0, talked[2]
    said = lines(talked[1])
    assert turns(said) == [("user", QUESTION), ("assistant", "the time is ten past nine.")]
    assert [line["name"] for line in said if line["type"] == "call"] == ["get_time"]
    assert said[-1]["state"] == "ended"
    with wave.open(str(folder / "answer.wav"), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert np.abs(sound.astype(np.int32)).max() > 1000
    assert written[:2] == (0, f"{QUESTION}\n"), written
