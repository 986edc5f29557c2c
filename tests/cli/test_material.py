"""`send-text` with more than a prompt: context, pictures, sound, wishes; and `transcribe` and `providers`."""

from __future__ import annotations

import base64
import json
import math
import struct
import wave
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer


def tone(path: Path, seconds: float = 0.5, rate_hz: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        frames = range(int(seconds * rate_hz))
        file.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(n / 20))) for n in frames))
    return path


def said(strange: StrangeServer, kind: str) -> list[dict[str, Any]]:
    return [event for event in strange.events if event["type"] == kind]


@pytest.fixture
def fresh(online: Shell, strange: StrangeServer) -> Shell:
    strange.events.clear()
    return online


def test_system_context_picture_and_sound_arrive_in_order(fresh: Shell, strange: StrangeServer) -> None:
    from PIL import Image

    Image.new("RGB", (3000, 2000), "red").save(fresh.folder / "big.png")
    tone(fresh.folder / "said.wav")
    lines = [
        '{"role": "user", "text": "I am Ada."}',
        '{"role": "assistant", "text": "Hello Ada.", "id": "a7"}',
    ]
    (fresh.folder / "before.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = fresh.run(
        "realtime-cli send-text --system 'be brief' --context before.jsonl --image big.png --detail low "
        "--audio-in said.wav 'what is this?'"
    )
    assert (done.code, done.err) == (0, "")
    items = [event["item"] for event in said(strange, "conversation.item.create")]
    assert [item["role"] for item in items] == ["system", "user", "assistant", "user"]
    assert items[2] == {
        "type": "message",
        "object": "realtime.item",
        "id": "a7",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "Hello Ada."}],
    }
    picture, sound, text = items[3]["content"]
    assert picture["image_url"].startswith("data:image/jpeg;base64,")
    assert picture["detail"] == "low"
    assert len(picture["image_url"]) < 100_000
    assert len(base64.b64decode(sound["audio"])) == 24_000
    assert text["text"] == "what is this?"
    assert len(said(strange, "response.create")) == 1


def test_appended_sound_is_one_commit_and_one_response(fresh: Shell, strange: StrangeServer) -> None:
    tone(fresh.folder / "a.wav", 1.5)
    tone(fresh.folder / "b.wav", 1.5, 44_100)
    assert fresh.run("realtime-cli send-text --append a.wav --append b.wav").code == 0
    sizes = [len(base64.b64decode(event["audio"])) for event in said(strange, "input_audio_buffer.append")]
    assert sum(sizes) == 2 * 72_000
    assert max(sizes) <= 48_000
    assert len(said(strange, "input_audio_buffer.commit")) == len(said(strange, "response.create")) == 1
    (update,) = said(strange, "session.update")
    assert update["session"]["audio"]["input"]["turn_detection"] is None


def test_sound_from_a_pipe(fresh: Shell, strange: StrangeServer) -> None:
    wav = tone(fresh.folder / "a.wav").read_bytes()
    assert fresh.run("realtime-cli send-text --audio-in -", stdin=wav).code == 0
    (created,) = said(strange, "conversation.item.create")
    assert len(base64.b64decode(created["item"]["content"][0]["audio"])) == 24_000


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3"])
def test_other_kinds_of_sound(fresh: Shell, strange: StrangeServer, kind: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    samples = 0.3 * np.sin(np.arange(22_050) / 10)
    soundfile.write(str(fresh.folder / f"a.{kind}"), samples, 44_100)
    assert fresh.run(f"realtime-cli send-text --audio-in a.{kind}").code == 0
    (created,) = said(strange, "conversation.item.create")
    assert abs(len(base64.b64decode(created["item"]["content"][0]["audio"])) - 24_000) < 4_000


def test_out_of_band_with_metadata_and_its_own_context(fresh: Shell, strange: StrangeServer) -> None:
    lines = ['{"type": "item_reference", "id": "item_9"}', '{"role": "user", "text": "new"}']
    (fresh.folder / "c.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = fresh.run(
        "realtime-cli send-text --out-of-band --metadata topic=x --metadata n=2 --context c.jsonl "
        "--max-tokens 50 --tool-choice none classify"
    )
    assert done.code == 0
    assert said(strange, "conversation.item.create") == []
    (create,) = said(strange, "response.create")
    response = create["response"]
    assert (response["conversation"], response["metadata"]) == ("none", {"topic": "x", "n": "2"})
    assert [item["type"] for item in response["input"]] == ["item_reference", "message", "message"]
    (update,) = said(strange, "session.update")
    assert (update["session"]["max_output_tokens"], update["session"]["tool_choice"]) == (50, "none")


def test_no_context_at_all(fresh: Shell, strange: StrangeServer) -> None:
    assert fresh.run("realtime-cli send-text --no-context -i 'Say hi.'").code == 0
    (create,) = said(strange, "response.create")
    assert create["response"]["input"] == []


def test_fields_of_the_session_are_said(fresh: Shell, strange: StrangeServer) -> None:
    line = "realtime-cli send-text --reasoning low --no-parallel-tool-calls --truncation 0.8 --tracing hello"
    assert fresh.run(line).code == 0
    (update,) = said(strange, "session.update")
    session = update["session"]
    assert session["reasoning"] == {"effort": "low"}
    assert session["parallel_tool_calls"] is False
    assert session["truncation"] == {"type": "retention_ratio", "retention_ratio": 0.8}
    assert session["tracing"] == "auto"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ("--image nothing.png x", 66, "nothing.png"),
        ("--audio-in nothing.wav x", 66, "nothing.wav"),
        ("--context bad.jsonl x", 66, "bad.jsonl, line 2"),
        ("--context role.jsonl x", 66, "system takes input_text"),
        ("--metadata novalue x", 78, "KEY=VALUE"),
        ("--truncation 7 x", 78, "truncation"),
        ("--provider speaches --out-of-band x", 78, "outside of the conversation"),
        ("--provider local --image big.png x", 78, "no pictures"),
        ("--header oops x", 78, "NAME=VALUE"),
        ("--hosted-mcp nope x", 78, "LABEL=URL"),
    ],
)
def test_what_cannot_be_is_one_line(
    shell: Shell, strange: StrangeServer, options: str, code: int, words: str
) -> None:
    (shell.folder / "bad.jsonl").write_text(
        '{"role": "user", "text": "a"}\n{"role": "user"', encoding="utf-8"
    )
    role = '{"role": "system", "content": [{"type": "input_audio", "audio": "AAAA"}]}'
    (shell.folder / "role.jsonl").write_text(role, encoding="utf-8")
    where = "" if "--provider" in options else f"--url {strange.at('ok')}"
    done = shell.run(f"realtime-cli send-text {where} {options}")
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1


def test_headers_of_the_users_own_travel(fresh: Shell, strange: StrangeServer) -> None:
    strange.headers.clear()
    assert fresh.run("realtime-cli send-text --header X-Team=voice --header 'X-B = c' hello").code == 0
    assert strange.headers[-1]["x-team"] == "voice"
    assert strange.headers[-1]["x-b"] == "c"


def test_providers_lists_and_never_shows_a_key(shell: Shell) -> None:
    shell.env |= {"XAI_API_KEY": "xai-secret-1234567890"}
    done = shell.run("realtime-cli providers")
    assert done.code == 0
    rows = {line.split("\t")[0]: line for line in done.out.splitlines()}
    assert {"openai", "azure", "xai", "qwen", "glm", "stepfun", "inworld", "elevenlabs", "together"} <= set(
        rows
    )
    assert {"speaches", "localai", "huggingface", "vllm", "local"} <= set(rows)
    assert "yes (XAI_API_KEY" in rows["xai"]
    assert "secret" not in done.out + done.err
    told = json.loads(shell.run("realtime-cli providers --json").out)
    assert {"name", "key", "key_found", "dialect", "lacks"} <= set(told[0])


def test_providers_check_says_each_step(shell: Shell, strange: StrangeServer) -> None:
    done = shell.run(f"realtime-cli providers check custom --url {strange.at('ok')}")
    assert done.code == 0
    assert "it greets with session.created" in done.out
    assert "it takes the settings" in done.out
    refused = shell.run(f"realtime-cli providers check custom --url {strange.at('401')}")
    assert refused.code == 77


@pytest.mark.parametrize(("form", "begin"), [("vtt", "WEBVTT\n\n00:00:"), ("jsonl", '{"type": ')])
def test_transcribe_writes_files(shell: Shell, form: str, begin: str) -> None:
    """The built-in recogniser may hear anything in a tone, or nothing: form is what is looked at."""
    tone(shell.folder / "a.wav", 1.0)
    done = shell.run(
        f"realtime-cli transcribe --provider local --vad none a.wav -f {form} -o out.{form} --pace 20"
    )
    assert done.code == 0, done.err
    written = (shell.folder / f"out.{form}").read_text(encoding="utf-8")
    assert written.startswith(begin) or form != "jsonl"
    assert done.out == ""
