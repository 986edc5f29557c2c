"""What an earlier conversation left behind, as the mind takes it up again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from realtime_cli.session.state import Role


@dataclass(frozen=True, slots=True)
class PastWords:
    """A message: what the user said, or what of an answer was heard."""

    role: Role
    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class PastCall:
    """A function call and what came of it."""

    call_id: str
    name: str
    arguments: str
    output: str
    worked: bool = True


Past: TypeAlias = PastWords | PastCall
