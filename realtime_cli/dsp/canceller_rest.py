"""When an echo canceller may rest: so long after the last sound of the speaker no echo can come any more.

Cancelling costs as much in silence as in sound, and most of a session is silence. But a canceller that goes without
single steps of either side loses its place. So both sides stop together: for the canceller no time passes, and it
knows the room as well as before when the next answer begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Final

import numpy as np

from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Int16, frames_in

_REST_FRAMES: Final = frames_in(3_000)
"""A Bluetooth speaker is 0.5 s late, a room echoes for a second, and AEC3 remembers a second of what was played."""
_QUIET_DBFS: Final = -50.0
_PATIENCE_FRAMES: Final = frames_in(10_000)
"""The way of the sound changes between two words; in a loud room there are no such places, and any will do."""
_HUSH_DBFS: Final = -60.0
_HUSH_FRAMES: Final = frames_in(500)
"""Nothing is left to be cleaned in what is quieter for so long, and no server takes it for speech (they did at -45)."""
_KEPT_STEPS: Final = 5


class Work(Enum):
    """What is to be done with the microphone."""

    CANCEL = "take the echo out"
    POLISH = "take only noise out"
    NOTHING = "pass it on"


class CancellerRest:
    """Watches both sides, step by step.

    Attributes:
        work: What to do with the step seen last.
    """

    def __init__(self) -> None:
        self.work = Work.CANCEL
        self._rests = False
        self._silent_frames = self._hushed_frames = 0
        self._kept: deque[tuple[Int16, Int16]] = deque(maxlen=_KEPT_STEPS)

    def watch(self, near: Int16, far: Int16, *, headset: bool) -> None:
        """Take int16[n] of both sides at 24 kHz. `headset`: no echo comes, whatever sounds."""
        if np.count_nonzero(far):
            self._silent_frames, self._rests = 0, False
        else:
            self._silent_frames += len(far)
        if not headset and self._silent_frames <= _REST_FRAMES:
            self.work, self._hushed_frames = Work.CANCEL, 0
            return
        near_dbfs = rms_dbfs(near)
        between_words = near_dbfs < _QUIET_DBFS or self._silent_frames > _PATIENCE_FRAMES
        self._rests = self._rests or (self._silent_frames > _REST_FRAMES and between_words)
        self._hushed_frames = self._hushed_frames + len(near) if near_dbfs < _HUSH_DBFS else 0
        if not (headset or self._rests):
            self.work = Work.CANCEL
        else:
            self.work = Work.NOTHING if self._hushed_frames > _HUSH_FRAMES else Work.POLISH

    def keep(self, near: Int16, far: Int16) -> None:
        """Remember the newest steps: who takes over hears them first, for it begins with what it heard last."""
        self._kept.append((near, far))

    def kept(self) -> Iterator[tuple[Int16, Int16]]:
        """The steps before this one, oldest first: 100 ms of them where steps have 20."""
        yield from self._kept
