"""One line of `doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from realtime_cli.errors import RealtimeCliError

State: TypeAlias = Literal["ok", "note", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was found.

    Attributes:
        part: configuration, network, sound, engines, terminal.
        state: "fail" makes the exit code; "note" is worth knowing.
        advice: The next step, "" where none is needed.
        exit_code: Class of the failure, as everywhere in this program.
    """

    part: str
    name: str
    state: State
    detail: str
    advice: str = ""
    exit_code: int = 0


def failure(part: str, name: str, error: RealtimeCliError) -> Finding:
    """An error of ours as a finding."""
    return Finding(part, name, "fail", str(error), error.advice, error.exit_code)
