"""Whether a fact changes anything that a screen shows."""

from __future__ import annotations

from typing import Final

from realtime_cli.session.facts import Fact, MicHeard

_SILENT_DBFS: Final = -60.0
"""The floor of the meters: what is quieter looks like silence."""
_SINKING_STEPS: Final = 200
"""Of 20 ms: longer than a meter holds its peak and sinks."""


class News:
    """Most facts of a session are a silent microphone's, and a picture costs as much as fifty of them."""

    def __init__(self) -> None:
        self._silent_steps = 0

    def is_in(self, fact: Fact) -> bool:
        """False for silence that has been going on for a while; a picture of each second is drawn all the same."""
        if not isinstance(fact, MicHeard):
            return True
        self._silent_steps = 0 if fact.level_dbfs > _SILENT_DBFS else self._silent_steps + 1
        return self._silent_steps <= _SINKING_STEPS
