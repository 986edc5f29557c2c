"""The diary's pen: the store behind its writer thread, where alone it is touched while a session runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from realtime_cli import clock
from realtime_cli.errors import RecordingError
from realtime_cli.history.records import Ending, ItemRecord, Opening, UsageRecord
from realtime_cli.history.store import Store
from realtime_cli.history.writer import Writer
from realtime_cli.session.facts import Severity

Report: TypeAlias = Callable[[Severity, str, str], None]
"""Tells the user something (severity, what, next step); called from any thread."""

_DAY_S: Final = 86_400.0

_PATIENCE_S: Final = 0.015
"""An item is finished every few seconds: 15 ms at most on the loop, once, disturb nobody, and what a program reads
from us line by line is in the file by then. A disk that is slower goes on writing behind; the screen waits for it."""


class DiaryPlan(Struct, frozen=True):
    """What a diary needs to know before the run begins.

    Attributes:
        path: The history file.
        retention_days: Older conversations are deleted at the start; None keeps all.
        earlier_entries: Entries at the top of the picture that the history has already (for the diary).
    """

    path: Path
    opening: Opening
    retention_days: float | None = None
    earlier_entries: int = 0


class Pen:
    """Writes in order, in a thread of its own. The first failure is told, and ends the writing.

    Attributes:
        conversation_id: Of the run, as soon as it is begun; "" before, or when that failed.
    """

    def __init__(self, plan: DiaryPlan, report: Report) -> None:
        self._plan = plan
        self._report = report
        self._store: Store | None = None
        self._run_id = 0
        self.conversation_id = ""
        self._writer = Writer("diary", self._failed, (sqlite3.Error, OSError, RecordingError))
        self._writer.do(self._begin)

    @property
    def pending(self) -> bool:
        """Something is not on the disk yet."""
        return self._writer.pending > 0

    def put_items(self, records: list[ItemRecord]) -> None:
        """Finished items, in one transaction; normally on the disk when this returns (0.3 ms)."""
        self._writer.do(lambda: self._opened().put_items(self._run_id, records))
        if self.conversation_id:  # while the file is being opened nobody waits
            self._writer.settle(_PATIENCE_S)

    def put_usage(self, usage: UsageRecord) -> None:
        """What a response used."""
        self._writer.do(lambda: self._opened().put_usage(self._run_id, usage))

    def rename(self, old_key: str, new_key: str) -> None:
        """An item has another name now."""
        self._writer.do(lambda: self._opened().rename_item(self._run_id, old_key, new_key))

    def set_title(self, title: str) -> None:
        """Another title than the first words."""
        self._writer.do(lambda: self._opened().set_title(self.conversation_id, title))

    def end(self, ending: Ending) -> None:
        """The run is over."""
        self._writer.do(lambda: self._opened().end(self._run_id, ending))

    def close(self, wait_s: float = 15.0) -> None:
        """Wait until everything is written, and give the file back. One on a disk that hangs is left behind, since
        SQLite would make us wait for it."""
        self._writer.close(wait_s)
        if self._store is not None and not self._writer.is_stuck:
            self._store.close()

    # In the writer's thread.

    def _begin(self) -> None:
        plan = self._plan
        self._store = store = Store.open(plan.path)
        if store.mark_interrupted() and not store.sound():
            # A crash of the machine, not of the program, can leave pages that belong to different moments.
            store.close()
            self._store = store = Store.open_anew(plan.path)
        if store.set_aside is not None:
            self._report(
                "warning",
                "The history was damaged. It was set aside, and a new one was begun.",
                f"The old file is {store.set_aside}.",
            )
        if plan.retention_days is not None:
            store.forget_before(clock.epoch() - plan.retention_days * _DAY_S)
        self.conversation_id, self._run_id = store.begin(plan.opening)

    def _opened(self) -> Store:
        assert self._store is not None, "the first job opens the store"
        return self._store

    def _failed(self, error: Exception) -> None:
        advice = error.advice if isinstance(error, RecordingError) else ""
        self._report(
            "warning",
            f"The history is not kept any more: {error}.",
            advice or "The conversation goes on. Make room on the disk, or use --no-history.",
        )
