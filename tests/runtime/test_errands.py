"""Errands with files: each is answered by one fact."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from realtime_cli.protocol import InputText, MessageItem
from realtime_cli.runtime.errands import read_file, save_transcript
from realtime_cli.runtime.transcript import markdown
from realtime_cli.session.commands import ReadFile, SaveTranscript
from realtime_cli.session.facts import NewsArrived
from realtime_cli.session.request_facts import ItemPut
from realtime_cli.session.state import Call, CallStatus, Notice, Spoken

ENTRIES = (
    Spoken("1", "user", "what time is it", 15, True),
    Call("c", "get_time", '{"zone": "UTC"}', CallStatus.DONE, "ten past nine"),
    Spoken("2", "assistant", "Ten past", 8, True, interrupted=True),
    Notice("info", "not part of it"),
    Spoken("3", "user", "\x1b[2Jthanks", 6, True),
)


def test_a_conversation_becomes_markdown() -> None:
    text = markdown(ENTRIES, "gpt-realtime", datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    assert text.splitlines() == [
        "# Conversation of 2026-01-02 03:04",
        "",
        "Model: gpt-realtime",
        "",
        "**You:** what time is it",
        "",
        '> `get_time({"zone": "UTC"})` done',
        ">",
        "> ten past nine",
        "",
        "**Assistant:** Ten past *(interrupted)*",
        "",
        "**You:** \N{REPLACEMENT CHARACTER}[2Jthanks",
    ]


def test_it_is_saved_for_the_user_alone(tmp_path: Path) -> None:
    target = tmp_path / "talk.md"
    news = asyncio.run(save_transcript(SaveTranscript(str(target), ENTRIES)))
    assert news == NewsArrived("info", f"Saved the conversation as {target}.")
    assert "what time is it" in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o077 == 0


def test_a_name_of_our_own_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(save_transcript(SaveTranscript("", ENTRIES)))
    (made,) = tmp_path.glob("realtime-cli-*.md")
    made.write_text("mine")
    asyncio.run(save_transcript(SaveTranscript("", ENTRIES)))
    assert made.read_text() == "mine"


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    news = asyncio.run(save_transcript(SaveTranscript(str(tmp_path / "no" / "such" / "folder.md"), ENTRIES)))
    assert news.severity == "error"
    assert "cannot be written" in news.text
    assert news.advice


def test_a_file_becomes_a_message_that_wants_an_answer(tmp_path: Path) -> None:
    from realtime_cli.devices.wav import save_pcm16

    path = tmp_path / "said.wav"
    save_pcm16(path, bytes(4_800), 24_000)
    put = asyncio.run(read_file(ReadFile("audio", str(path), "what is that")))
    assert isinstance(put, ItemPut)
    assert put.answer
    assert isinstance(put.item, MessageItem)
    assert put.item.content[-1] == InputText("what is that")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    news = asyncio.run(read_file(ReadFile("image", str(tmp_path / "no.png"))))
    assert isinstance(news, NewsArrived)
    assert news.severity == "error"
