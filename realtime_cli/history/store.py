"""The history file: opened safely, written one finished item at a time.

Every write is a transaction of its own. With WAL and `synchronous=NORMAL` a crash of the program loses nothing that
was written; a crash of the machine may lose the last moments, but never damages the file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

from msgspec.structs import astuple, fields

from realtime_cli import clock
from realtime_cli.errors import RecordingError
from realtime_cli.history.process import alive, process_mark
from realtime_cli.history.records import Ending, ItemRecord, Opening, UsageRecord
from realtime_cli.history.schema import migrate

FILE_NAME: Final = "history.db"
BUSY_S: Final = 10.0
"""Another process writes one item in about a millisecond; ten seconds cover `xargs -P` with hundreds."""

TITLE_CHARS: Final = 60

_ITEM_COLUMNS: Final = tuple(field.name for field in fields(ItemRecord))
_USAGE_COLUMNS: Final = tuple(field.name for field in fields(UsageRecord))
_PUT_ITEM: Final = (
    f"INSERT INTO items (run_id, {', '.join(_ITEM_COLUMNS)}) "  # noqa: S608 - names of our own fields
    f"VALUES (?{', ?' * len(_ITEM_COLUMNS)}) ON CONFLICT (run_id, key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _ITEM_COLUMNS if name not in ("key", "started_at"))
)
_PUT_USAGE: Final = (
    f"INSERT INTO usage (run_id, {', '.join(_USAGE_COLUMNS)}) "  # noqa: S608 - names of our own fields
    f"VALUES (?{', ?' * len(_USAGE_COLUMNS)})"
)


class Store:
    """One open history. Made in one thread, it may be used in another, but by one at a time.

    Attributes:
        set_aside: Where a damaged file was moved to, None when all was well.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, set_aside: Path | None = None) -> None:
        self.db = db
        self.path = path
        self.set_aside = set_aside

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open or make the history (0600, in a folder of 0700). A damaged file is set aside, never overwritten.

        Raises:
            RecordingError: It cannot be opened, or a newer program wrote it.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make_private(path)
            try:
                return cls(_connect(path), path)
            except sqlite3.DatabaseError as exc:
                if not _is_damage(exc):
                    raise
            return cls.open_anew(path)
        except (OSError, sqlite3.Error) as exc:
            raise RecordingError(
                f"The history {path} cannot be opened: {exc}",
                advice="Use --no-history, or set the folder right.",
            ) from exc

    @classmethod
    def open_anew(cls, path: Path) -> Store:
        """Set a damaged history aside and begin another one.

        Raises:
            OSError, sqlite3.Error: That cannot be done.
        """
        aside = _set_aside(path)
        _make_private(path)
        return cls(_connect(path), path, aside)

    @classmethod
    def open_existing(cls, path: Path) -> Store | None:
        """The history if there is one; reading commands make none.

        Raises:
            RecordingError: As `open`.
        """
        return cls.open(path) if path.is_file() else None

    def close(self) -> None:
        """Give the file back; what is in the write-ahead log is moved into it when nobody else has it open."""
        self.db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    # Writing. Each raises sqlite3.Error when the disk is full, read-only, or locked for too long.

    def begin(self, opening: Opening) -> tuple[str, int]:
        """A run begins; returns the conversation's id and the run's number."""
        now = clock.epoch()
        conversation_id = opening.conversation_id or _new_id()
        with self._transaction():
            self.db.execute(
                "INSERT OR IGNORE INTO conversations (id, created_at) VALUES (?, ?)", (conversation_id, now)
            )
            cursor = self.db.execute(
                "INSERT INTO runs (conversation_id, started_at, last_at, status, command, provider, model, pid, "
                "process, recording) VALUES (?, ?, ?, 'active', ?, ?, ?, ?, ?, ?)",
                (
                    conversation_id,
                    now,
                    now,
                    opening.command,
                    opening.provider,
                    opening.model,
                    os.getpid(),
                    process_mark(os.getpid()),
                    opening.recording,
                ),
            )
        assert cursor.lastrowid is not None
        return conversation_id, cursor.lastrowid

    def put_items(self, run_id: int, items: list[ItemRecord]) -> None:
        """Finished items, new ones or better known ones, in one transaction."""
        with self._transaction():
            for item in items:
                self.db.execute(_PUT_ITEM, (run_id, *astuple(item)))
                self._touch(run_id, item.ended_at)
                if item.kind == "message" and item.role == "user" and item.text.strip():
                    self._name(run_id, item.text)

    def rename_item(self, run_id: int, old_key: str, new_key: str) -> None:
        """The server gave an item of ours a name of its own."""
        with self._transaction():
            self.db.execute("DELETE FROM items WHERE run_id = ? AND key = ?", (run_id, new_key))
            self.db.execute(
                "UPDATE items SET key = ?, item_id = ? WHERE run_id = ? AND key = ?",
                (new_key, new_key, run_id, old_key),
            )

    def put_usage(self, run_id: int, usage: UsageRecord) -> None:
        """Tokens of one response or transcription."""
        with self._transaction():
            self.db.execute(_PUT_USAGE, (run_id, *astuple(usage)))
            self._touch(run_id, usage.at)
            if usage.kind == "response" and usage.model:
                self.db.execute("UPDATE runs SET model = ? WHERE id = ?", (usage.model, run_id))

    def end(self, run_id: int, ending: Ending) -> None:
        """A run is over."""
        with self._transaction():
            self.db.execute(
                "UPDATE runs SET ended_at = ?, last_at = ?, status = ?, exit_code = ?, error = ? WHERE id = ?",
                (ending.at, ending.at, ending.status, ending.exit_code, ending.error, run_id),
            )

    def set_title(self, conversation_id: str, title: str) -> None:
        """Another title than the first words."""
        with self._transaction():
            self.db.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation_id))

    def mark_interrupted(self) -> list[str]:
        """Runs whose process is gone did not end in order: say so. Returns the ids of their conversations."""
        rows = self.db.execute(
            "SELECT id, conversation_id, pid, process FROM runs WHERE status = 'active'"
        ).fetchall()
        gone = [row for row in rows if not alive(row["pid"], row["process"])]
        if gone:
            with self._transaction():
                for row in gone:
                    self.db.execute(
                        "UPDATE runs SET status = 'interrupted', ended_at = last_at WHERE id = ? "
                        "AND status = 'active'",
                        (row["id"],),
                    )
        return [row["conversation_id"] for row in gone]

    def forget_before(self, epoch_s: float) -> int:
        """Delete conversations whose last run ended before; returns how many."""
        with self._transaction():
            cursor = self.db.execute(
                "DELETE FROM conversations WHERE id IN (SELECT conversation_id FROM runs GROUP BY conversation_id "
                "HAVING max(last_at) < ? AND sum(status = 'active') = 0)",
                (epoch_s,),
            )
        return cursor.rowcount

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with everything in it."""
        with self._transaction():
            self.db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when it is sound."""
        self.db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
        problems = [str(row[0]) for row in self.db.execute("PRAGMA integrity_check")]
        problems += [str(tuple(row)) for row in self.db.execute("PRAGMA foreign_key_check")]
        return [problem for problem in problems if problem != "ok"]

    def sound(self) -> bool:
        """A quick look at the whole file: false when it is damaged."""
        try:
            return str(self.db.execute("PRAGMA quick_check(1)").fetchone()[0]) == "ok"
        except sqlite3.DatabaseError:
            return False

    # Inside.

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def _touch(self, run_id: int, at: float) -> None:
        self.db.execute("UPDATE runs SET last_at = max(last_at, ?) WHERE id = ?", (at, run_id))

    def _name(self, run_id: int, text: str) -> None:
        """The first words of the user are the title, unless there is one."""
        words = " ".join(text.split())
        title = words if len(words) <= TITLE_CHARS else words[: TITLE_CHARS - 1].rstrip() + "…"
        self.db.execute(
            "UPDATE conversations SET title = ? WHERE title = '' AND id = "
            "(SELECT conversation_id FROM runs WHERE id = ?)",
            (title, run_id),
        )


def _make_private(path: Path) -> None:
    """An empty file for the user alone, where there is none.

    One that is there is not even opened: closing it would give back the locks that SQLite holds on it for another
    connection of this process, and the next program to leave would take that one's log away.
    """
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    # autocommit: transactions are ours, so that each is short and takes the write lock at its beginning.
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        migrate(db)
        db.execute("SELECT count(*) FROM (SELECT 1 FROM items LIMIT 1)").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Errors of the file itself, not of its surroundings (locked, full, read-only)."""
    return (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _set_aside(path: Path) -> Path:
    """Move a damaged history and its logs out of the way, under a name that does not exist yet."""
    stamp = clock.wall().strftime("%Y%m%dT%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}-{secrets.token_hex(2)}")
    os.rename(path, aside)
    for tail in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f"{path}{tail}", f"{aside}{tail}")
    return aside


def _new_id() -> str:
    """Sorts by time, is short enough to type, and two processes never make the same."""
    return f"{clock.wall().strftime('%y%m%d')}-{secrets.token_hex(3)}"
