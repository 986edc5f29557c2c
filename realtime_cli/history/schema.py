"""The tables, and the way from each older form of them to the present one.

`PRAGMA user_version` says which form a database has. Each step is one transaction: a crash in the middle leaves
the older form whole.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from realtime_cli.errors import RecordingError

_FIRST: Final = (
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT '', created_at REAL NOT NULL) STRICT""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
        started_at REAL NOT NULL, ended_at REAL, last_at REAL NOT NULL, status TEXT NOT NULL,
        command TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, pid INTEGER NOT NULL,
        process TEXT NOT NULL, exit_code INTEGER, error TEXT NOT NULL DEFAULT '') STRICT""",
    "CREATE INDEX runs_of ON runs(conversation_id)",
    "CREATE INDEX runs_active ON runs(status) WHERE status = 'active'",
    """CREATE TABLE items (
        id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        key TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, role TEXT NOT NULL,
        text TEXT NOT NULL, heard_text TEXT NOT NULL, status TEXT NOT NULL,
        started_at REAL NOT NULL, ended_at REAL NOT NULL, heard_ms INTEGER, item_id TEXT NOT NULL,
        call_id TEXT NOT NULL, name TEXT NOT NULL, arguments TEXT NOT NULL, output TEXT NOT NULL,
        problem TEXT NOT NULL, UNIQUE (run_id, key)) STRICT""",
    """CREATE TABLE usage (
        id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        at REAL NOT NULL, kind TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
        response_id TEXT NOT NULL, input_text INTEGER NOT NULL, input_audio INTEGER NOT NULL,
        input_image INTEGER NOT NULL, cached_text INTEGER NOT NULL, cached_audio INTEGER NOT NULL,
        cached_image INTEGER NOT NULL, output_text INTEGER NOT NULL, output_audio INTEGER NOT NULL,
        total INTEGER NOT NULL, seconds REAL NOT NULL) STRICT""",
    "CREATE INDEX usage_of ON usage(run_id)",
    """CREATE VIRTUAL TABLE words USING fts5(
        text, name, arguments, output, content='items', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER items_new AFTER INSERT ON items BEGIN
        INSERT INTO words(rowid, text, name, arguments, output)
        VALUES (new.id, new.text, new.name, new.arguments, new.output); END""",
    """CREATE TRIGGER items_gone AFTER DELETE ON items BEGIN
        INSERT INTO words(words, rowid, text, name, arguments, output)
        VALUES ('delete', old.id, old.text, old.name, old.arguments, old.output); END""",
    """CREATE TRIGGER items_changed AFTER UPDATE ON items BEGIN
        INSERT INTO words(words, rowid, text, name, arguments, output)
        VALUES ('delete', old.id, old.text, old.name, old.arguments, old.output);
        INSERT INTO words(rowid, text, name, arguments, output)
        VALUES (new.id, new.text, new.name, new.arguments, new.output); END""",
)

# 2: recordings are found from the conversation that they belong to.
_SECOND: Final = ("ALTER TABLE runs ADD COLUMN recording TEXT NOT NULL DEFAULT ''",)

# 3: who let a call run, and what the model itself had written where the user changed it.
_THIRD: Final = (
    "ALTER TABLE items ADD COLUMN approval TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE items ADD COLUMN written TEXT NOT NULL DEFAULT ''",
)

STEPS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _SECOND, _THIRD)
"""Statement groups; after the first n of them a database has form n."""

VERSION: Final = len(STEPS)


def migrate(db: sqlite3.Connection, to_version: int = VERSION) -> None:
    """Bring a database to the present form. Several processes may try at once: the first does it.

    Raises:
        RecordingError: It was written by a newer program.
        sqlite3.Error: It cannot be changed; it is as it was.
    """
    if _version(db) == to_version:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        have = _version(db)
        if have > to_version:
            raise RecordingError(
                f"The history has form {have}, this program knows {to_version}",
                advice="Update realtime-cli, or use --no-history.",
            )
        for step in STEPS[have:to_version]:
            for statement in step:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {to_version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
