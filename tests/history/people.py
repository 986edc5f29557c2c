"""Builders for tests of the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from realtime_cli.history.records import Ending, ItemRecord, Opening, UsageRecord
from realtime_cli.history.store import Store

OPENING = Opening("talk", "local", "local-rules")


def item(key: str, text: str, role: str = "user", **changes: Any) -> ItemRecord:
    values: dict[str, Any] = {
        "key": key,
        "position": 0,
        "kind": "message",
        "role": role,
        "text": text,
        "heard_text": text,
        "status": "completed",
        "started_at": 1_000_000_000.0,
        "ended_at": 1_000_000_002.0,
        "item_id": key,
    }
    return ItemRecord(**{**values, **changes})


def call(key: str, name: str, output: str, **changes: Any) -> ItemRecord:
    return item(
        key,
        "",
        "assistant",
        **{
            "kind": "call",
            "name": name,
            "arguments": "{}",
            "output": output,
            "status": "done",
            "call_id": key,
            **changes,
        },
    )


def usage(**changes: Any) -> UsageRecord:
    values: dict[str, Any] = {
        "at": 1_780_000_000.0,
        "kind": "response",
        "provider": "openai",
        "model": "gpt-realtime",
        "input_text": 1_000_000,
        "total": 1_000_000,
    }
    return UsageRecord(**{**values, **changes})


def conversation(store: Store, *texts: str, opening: Opening = OPENING) -> str:
    """A finished conversation in which user and assistant took turns."""
    conversation_id, run_id = store.begin(opening)
    for position, text in enumerate(texts):
        role = "assistant" if position % 2 else "user"
        at = 1_000_000_000.0 + position * 10
        store.put_items(
            run_id, [item(f"i{position}", text, role, position=position, started_at=at, ended_at=at + 2)]
        )
    store.end(run_id, Ending(1_000_000_100.0, "ended"))
    return conversation_id


def opened(folder: Path) -> Store:
    return Store.open(folder / "history.db")
