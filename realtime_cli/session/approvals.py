"""What the user has said about calls: which run unasked, which are asked for, which never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from realtime_cli.session.state import Function

Approval: TypeAlias = Literal["auto", "ask", "never"]


class ToolTerms(Struct, frozen=True):
    """How the mind treats calls of one function.

    Attributes:
        approval: Run it, ask first, or refuse it.
        note: What a person should know before saying yes ("runs: rm {file}", "may destroy something").
        source: Where it comes from, for lists.
        stops: A running call ends when the user speaks up.
    """

    approval: Approval = "auto"
    note: str = ""
    source: str = ""
    stops: bool = False


_UNKNOWN = ToolTerms()
_NOBODY = "Not run: it needs the user's approval, and nobody can be asked here."
_NEVER = "Not run: the user does not allow this function."


class Approvals(Struct):
    """The terms of a session, and what the user added by answering "always".

    Functions that nobody knows are not asked for: the runtime refuses them, nothing runs.
    """

    terms: Mapping[str, ToolTerms] = field(default_factory=dict)
    can_ask: bool = True
    _always: set[str] = field(default_factory=set)
    _listed: tuple[Function, ...] = ()

    def of(self, name: str) -> ToolTerms:
        """The terms of a function."""
        return self.terms.get(name, _UNKNOWN)

    def must_ask(self, name: str) -> bool:
        """The user is to be asked first."""
        return self.of(name).approval == "ask" and name not in self._always and self.can_ask

    def refusal(self, name: str) -> str:
        """Why a call may not run, "" where it may (perhaps after asking)."""
        approval = self.of(name).approval
        if approval == "never":
            return _NEVER
        if approval == "ask" and not self.can_ask and name not in self._always:
            return _NOBODY
        return ""

    def allow(self, name: str) -> None:
        """The user said "always"."""
        self._always.add(name)
        self._listed = ()

    def listed(self) -> tuple[Function, ...]:
        """All functions with the user's word on them, as it is now."""
        if len(self._listed) != len(self.terms):
            self._listed = tuple(
                Function(name, "auto" if name in self._always else terms.approval, terms.source)
                for name, terms in self.terms.items()
            )
        return self._listed
