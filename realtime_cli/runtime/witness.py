"""Those who watch a session without a say in it: the diary, the journal, the recorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact, NewsArrived, Severity
from realtime_cli.session.state import SessionState

if TYPE_CHECKING:
    from realtime_cli.history.diary import Diary
    from realtime_cli.history.pen import DiaryPlan

Picture: TypeAlias = Callable[[], SessionState]
Post: TypeAlias = Callable[[Fact], None]


class Witness(Protocol):
    """Sees everything, in order, on the loop; must not wait and must not fail."""

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """The session began; these were its first commands."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], picture: Picture) -> None:
        """A fact was taken in, these commands followed, and `picture` makes the state after it."""

    def finish(self, state: SessionState, at_s: float, exit_code: int, message: str) -> None:
        """The session ended in order. Not called after a bug."""

    def close(self) -> None:
        """Write what is not written yet. Always called, last."""


MakeWitness: TypeAlias = Callable[[Post], Witness]
"""Made on the loop, before anything else of the session; may post news for the user."""


def diary(plan: DiaryPlan, epoch_offset_s: float) -> MakeWitness:
    """The history's witness."""
    from realtime_cli.history.diary import (
        Diary,  # with it comes SQLite, which only sessions with a history need
    )

    def make(post: Post) -> Witness:
        def report(severity: Severity, text: str, advice: str) -> None:
            post(NewsArrived(severity, text, advice))

        return _DiaryWitness(Diary(plan, epoch_offset_s, report))

    return make


class _DiaryWitness:
    def __init__(self, book: Diary) -> None:
        self._book = book

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """Nothing is finished yet."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], picture: Picture) -> None:
        self._book.note(fact, at_s, picture)

    def finish(self, state: SessionState, at_s: float, exit_code: int, message: str) -> None:
        self._book.finish(state, at_s, exit_code, message)

    def close(self) -> None:
        self._book.close()
