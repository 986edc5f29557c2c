"""The witnesses that write: the diary in the history, and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from realtime_cli.runtime.witness import MakeWitness, Post, Watched, Witness
from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact, NewsArrived, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from realtime_cli.history.diary import Diary
    from realtime_cli.history.journal import Journal
    from realtime_cli.history.pen import DiaryPlan, Pen
    from realtime_cli.protocol import Ability
    from realtime_cli.runtime.title_watch import TitleWatch
    from realtime_cli.session.wish import Wish


def diary(plan: DiaryPlan, epoch_offset_s: float, *, title_by_model: bool = False) -> MakeWitness:
    """The history's witness.

    Args:
        epoch_offset_s: Added to loop times gives seconds since 1970.
        title_by_model: Ask the model for a title after its first answer.
    """
    # With it comes SQLite, which only sessions with a history need.
    from realtime_cli.history.diary import Diary
    from realtime_cli.history.pen import Pen

    def make(post: Post) -> Witness:
        def report(severity: Severity, text: str, advice: str) -> None:
            post(NewsArrived(severity, text, advice))

        pen = Pen(plan, report)
        book = Diary(plan.opening, pen, epoch_offset_s, plan.earlier_entries)
        if not title_by_model:
            return DiaryWitness(book, pen)
        from realtime_cli.runtime.title_watch import TitleWatch

        return DiaryWitness(book, pen, TitleWatch(post, pen.set_title))

    return make


def journal(path: Path, wish: Wish, abilities: frozenset[Ability], *, sound: bool) -> MakeWitness:
    """The journal's witness.

    Raises (when made):
        RecordingError: The file cannot be opened.
    """
    from realtime_cli.history.journal import Journal

    def make(post: Post) -> Witness:
        def lost(error: Exception) -> None:
            post(NewsArrived("warning", f"The journal is not written any more: {error}.", "Make room."))

        return _JournalWitness(Journal(path, sound=sound, lost=lost), wish, abilities)

    return make


class DiaryWitness:
    """Keeps a diary, and finds a title for it where that is wanted."""

    def __init__(self, book: Diary, pen: Pen, title: TitleWatch | None = None) -> None:
        self._book = book
        self._pen = pen
        self._title = title

    @property
    def pending(self) -> bool:
        """Something is not in the history yet."""
        return self._pen.pending

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Nothing is finished yet."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """Write what is finished."""
        self._book.note(fact, at_s, mind.glance)
        if self._title is not None:
            self._title.note(fact, mind)

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """Write the rest."""
        self._book.finish(mind.glance, at_s, exit_code, message)

    def close(self) -> None:
        """Wait for the disk."""
        self._book.close()


class _JournalWitness:
    def __init__(self, book: Journal, wish: Wish, abilities: frozenset[Ability]) -> None:
        self._book = book
        self._wish = wish
        self._abilities = abilities

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        self._book.begin(self._wish, self._abilities, at_s, commands)

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        self._book.note(fact, at_s, commands)

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """The last fact is in the file already."""

    def close(self) -> None:
        self._book.close()
