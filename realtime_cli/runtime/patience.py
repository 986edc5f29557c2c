"""How much time a speaker is given: little at first, more when it misses blocks, and what it needed is remembered."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from realtime_cli.devices.buffering import LADDER, Buffering

_MISSES: Final = 3
_WINDOW_S: Final = 10.0
"""Three missed blocks in ten seconds are heard as a crackle; one now and then is the fault of something else."""
_SETTLING_S: Final = 1.0
_MOST_REMEMBERED: Final = 32


class Memory:
    """Which step of `LADDER` each device needed last time: a small JSON file. Losing it costs a few crackles.

    Args:
        path: The file; None remembers nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def recall(self, device: str) -> int:
        """The step to begin with, 0 for unknown devices."""
        step = self._read().get(device, 0)
        return step if isinstance(step, int) and 0 <= step < len(LADDER) else 0

    def note(self, device: str, step: int) -> None:
        """Remember; a place that cannot be written is no reason to stop a talk."""
        if self._path is None:
            return
        known = self._read()
        known.pop(device, None)
        known[device] = step
        text = json.dumps(dict(list(known.items())[-_MOST_REMEMBERED:]), ensure_ascii=False, indent=1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(text, encoding="utf-8")
        except OSError:
            self._path = None

    def _read(self) -> dict[str, object]:
        if self._path is None:
            return {}
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


class Patience:
    """Counts missed blocks of one speaker and says when it needs more time.

    Args:
        memory: Of earlier sessions.
        clock: Seconds of the loop's clock.
        give: Sets what the speaker is opened with the next time.
    """

    def __init__(self, memory: Memory, clock: Callable[[], float], give: Callable[[Buffering], None]) -> None:
        self._memory = memory
        self._give = give
        self._clock = clock
        self._device = ""
        self._step = 0
        self._misses: deque[float] = deque(maxlen=_MISSES)
        self._opened_at_s = clock()

    @property
    def buffering(self) -> Buffering:
        """What the speaker is to be opened with."""
        return LADDER[self._step]

    def apply(self) -> Buffering:
        """The speaker is about to be opened anew with this."""
        self._give(self.buffering)
        return self.buffering

    def opened(self, device: str) -> bool:
        """The speaker works: True when it is known to need more time than it was given."""
        self._opened_at_s = self._clock()
        self._misses.clear()
        before = self._step
        if device != self._device:
            self._device = device
            self._step = max(before, self._memory.recall(device))
        return self._step != before

    def missed(self) -> bool:
        """A block was missed: True when the speaker is to be opened anew with `buffering`, which is new."""
        now_s = self._clock()
        if now_s - self._opened_at_s < _SETTLING_S:
            return False
        self._misses.append(now_s)
        if len(self._misses) < _MISSES or now_s - self._misses[0] > _WINDOW_S:
            return False
        self._misses.clear()
        if self._step + 1 == len(LADDER):
            return False
        self._step += 1
        self._memory.note(self._device, self._step)
        return True
