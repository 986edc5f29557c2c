"""Those who watch a session without a say in it: the diary, the journal, the recorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact, NewsArrived, Severity
from realtime_cli.session.state import Glance, SessionState

if TYPE_CHECKING:
    from pathlib import Path

    from realtime_cli.history.diary import Diary
    from realtime_cli.history.journal import Journal
    from realtime_cli.history.pen import DiaryPlan
    from realtime_cli.protocol import Ability
    from realtime_cli.session.wish import Wish

Post: TypeAlias = Callable[[Fact], None]


class Watched(Protocol):
    """The mind as far as witnesses see it."""

    @property
    def state(self) -> SessionState: ...  # noqa: D102
    def glance(self, since: int) -> Glance: ...  # noqa: D102


class Witness(Protocol):
    """Sees everything, in order, on the loop; must not wait and must not fail."""

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """The session began; these were its first commands."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """A fact was taken in, these commands followed, and `mind` is as it is after it."""

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        """The session ended in order. Not called after a bug."""

    def close(self) -> None:
        """Write what is not written yet. Always called, last."""


MakeWitness: TypeAlias = Callable[[Post], Witness]
"""Made on the loop, before anything else of the session; may post news for the user."""


def diary(plan: DiaryPlan, epoch_offset_s: float) -> MakeWitness:
    """The history's witness. `epoch_offset_s`: added to loop times gives seconds since 1970."""
    # With it comes SQLite, which only sessions with a history need.
    from realtime_cli.history.diary import Diary
    from realtime_cli.history.pen import Pen

    def make(post: Post) -> Witness:
        def report(severity: Severity, text: str, advice: str) -> None:
            post(NewsArrived(severity, text, advice))

        return DiaryWitness(Diary(plan.opening, Pen(plan, report), epoch_offset_s, plan.earlier_entries))

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
    """Keeps a diary."""

    def __init__(self, book: Diary) -> None:
        self._book = book

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Nothing is finished yet."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        """Write what is finished."""
        self._book.note(fact, at_s, mind.glance)

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
