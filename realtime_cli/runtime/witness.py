"""Those who watch a session without a say in it: the diary, the journal, the recorder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact
from realtime_cli.session.state import Glance, SessionState

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


@runtime_checkable
class Lasting(Protocol):
    """A witness whose writing outlives the program: what it was told is shown for good when it is written."""

    @property
    def pending(self) -> bool:
        """Something is not on the disk yet."""


MakeWitness: TypeAlias = Callable[[Post], Witness]
"""Made on the loop, before anything else of the session; may post news for the user."""
