"""What an earlier conversation left behind, as the mind takes it up again."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from realtime_cli.session.state import Role


class PastWords(Struct, frozen=True, tag=True):
    """A message: what the user said, or what of an answer was heard."""

    role: Role
    text: str
    interrupted: bool = False


class PastCall(Struct, frozen=True, tag=True):
    """A function call and what came of it."""

    call_id: str
    name: str
    arguments: str
    output: str
    worked: bool = True


Past: TypeAlias = PastWords | PastCall
