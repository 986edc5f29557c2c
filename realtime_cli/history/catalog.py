"""Finding things in the history: lists, one conversation, words, sums."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from realtime_cli.errors import InputError
from realtime_cli.history.records import ConversationRow, Found, ItemRecord, UsageRecord
from realtime_cli.history.store import Store

MARK_BEGIN: Final = "\x02"
MARK_END: Final = "\x03"

_ROWS: Final = """
    SELECT c.id AS conversation_id, c.title, min(r.started_at) AS started_at,
        CASE WHEN sum(r.status = 'active') THEN NULL ELSE max(r.last_at) END AS ended_at,
        (SELECT status FROM runs WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) AS status,
        (SELECT command FROM runs WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) AS command,
        (SELECT provider FROM runs WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) AS provider,
        (SELECT model FROM runs WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) AS model,
        (SELECT count(*) FROM items JOIN runs ON runs.id = items.run_id
            WHERE runs.conversation_id = c.id AND items.kind != 'notice' AND items.status != 'removed') AS items,
        count(*) AS runs,
        (SELECT error FROM runs WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) AS error,
        coalesce((SELECT recording FROM runs WHERE conversation_id = c.id AND recording != ''
            ORDER BY id DESC LIMIT 1), '') AS recording
    FROM conversations c JOIN runs r ON r.conversation_id = c.id
"""
_ITEM: Final = ", ".join(f"items.{name}" for name in ItemRecord.__struct_fields__)
_USAGE: Final = ", ".join(f"usage.{name}" for name in UsageRecord.__struct_fields__)


def conversations(store: Store, limit: int = -1) -> list[ConversationRow]:
    """The newest first; -1 for all."""
    rows = store.db.execute(f"{_ROWS} GROUP BY c.id ORDER BY max(r.last_at) DESC LIMIT ?", (limit,))
    return [ConversationRow(**dict(row)) for row in rows]


def conversation(store: Store, name: str) -> ConversationRow:
    """The conversation with this id, or the only one whose id begins so; "last" is the latest.

    Raises:
        InputError: There is none, or there are several.
    """
    if name in ("", "last"):
        rows = conversations(store, 1)
        if not rows:
            raise InputError("The history is empty", advice="Begin with `realtime-cli talk`.")
        return rows[0]
    found = store.db.execute(
        f"{_ROWS} WHERE c.id = ? OR substr(c.id, 1, length(?)) = ? GROUP BY c.id",
        (name, name, name),
    ).fetchall()
    exact = [row for row in found if row["conversation_id"] == name] or found
    if len(exact) == 1:
        return ConversationRow(**dict(exact[0]))
    problem = "is not unique" if exact else "is not in the history"
    raise InputError(f"The conversation {name!r} {problem}", advice="See `realtime-cli history list`.")


def items(store: Store, conversation_id: str, *, removed: bool = False) -> list[ItemRecord]:
    """Everything said, in order. `removed`: also what nobody heard."""
    rows = store.db.execute(
        f"SELECT {_ITEM} "  # noqa: S608 - names of our own fields
        "FROM items JOIN runs ON runs.id = items.run_id WHERE runs.conversation_id = ? "
        "AND (? OR items.status != 'removed') ORDER BY items.run_id, items.position, items.id",
        (conversation_id, removed),
    )
    return [ItemRecord(**dict(row)) for row in rows]


def usages(store: Store, conversation_id: str = "") -> list[UsageRecord]:
    """What was used, by one conversation or by all."""
    rows = store.db.execute(
        f"SELECT {_USAGE} FROM usage JOIN runs ON runs.id = usage.run_id "  # noqa: S608 - names of our own
        "WHERE ? IN ('', runs.conversation_id) ORDER BY usage.at",
        (conversation_id,),
    )
    return [UsageRecord(**dict(row)) for row in rows]


def search(store: Store, words: str, limit: int = 20) -> list[Found]:
    """Items with all these words, best first, but for what nobody heard. A word may end in `*`; "quoted words" stand
    together.

    Raises:
        InputError: There are no words to look for.
    """
    query = _query(words)
    try:
        rows = store.db.execute(
            "SELECT c.id AS conversation_id, c.title, items.started_at AS at, items.role, items.kind, "
            "snippet(words, -1, ?, ?, '…', 12) AS snippet FROM words "
            "JOIN items ON items.id = words.rowid JOIN runs ON runs.id = items.run_id "
            "JOIN conversations c ON c.id = runs.conversation_id "
            "WHERE words MATCH ? AND items.status != 'removed' ORDER BY words.rank LIMIT ?",
            (MARK_BEGIN, MARK_END, query, limit),
        ).fetchall()
    except sqlite3.OperationalError as exc:
        raise InputError(f"{words!r} cannot be searched for: {exc}", advice="Give plain words.") from exc
    return [Found(**dict(row)) for row in rows]


def ids(store: Store, beginning: str, limit: int = 30) -> list[tuple[str, str]]:
    """Ids and titles for completion, the newest first."""
    rows = store.db.execute(
        "SELECT id, title FROM conversations WHERE substr(id, 1, length(?)) = ? ORDER BY created_at DESC LIMIT ?",
        (beginning, beginning, limit),
    )
    return [(row["id"], row["title"]) for row in rows]


def _query(words: str) -> str:
    """Words as people write them, as FTS5 wants them: each quoted, so that none is an operator."""
    parts: list[str] = []
    for index, quoted in enumerate(words.split('"')):
        if index % 2:
            parts.append(f'"{quoted}"')
            continue
        for word in quoted.split():
            stem = word.rstrip("*")
            if any(c.isalnum() for c in stem):
                parts.append(f'"{stem}"' + ("*" if word.endswith("*") else ""))
    if not any(any(c.isalnum() for c in part) for part in parts):
        raise InputError("There are no words to search for", advice="Give one or more words.")
    return " ".join(parts)


def as_dict(record: Struct) -> dict[str, Any]:
    """A record as JSON shows it."""
    return asdict(record)
