"""When an echo canceller may rest: so long after the last sound of the speaker no echo can come any more.

Cancelling costs as much in silence as in sound, and most of a session is silence. But a canceller that goes without
single steps of either side loses its place. So both sides stop together: for the canceller no time passes, and it
knows the room as well as before when the next answer begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

import numpy as np

from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import Int16, frames_in

_REST_FRAMES: Final = frames_in(3_000)
"""A Bluetooth speaker is 0.5 s late, a room echoes for a second, and AEC3 remembers a second of what was played."""
_QUIET_DBFS: Final = -50.0
_PATIENCE_FRAMES: Final = frames_in(10_000)
"""The way of the sound changes between two words; in a loud room there are no such places, and any will do."""
_KEPT_STEPS: Final = 5


class CancellerRest:
    """Watches both sides, step by step.

    Attributes:
        rests: No echo can come.
    """

    def __init__(self) -> None:
        self.rests = False
        self._silent_frames = 0
        self._kept: deque[tuple[Int16, Int16]] = deque(maxlen=_KEPT_STEPS)

    def watch(self, near: Int16, far: Int16) -> None:
        """Take int16[n] of both sides at 24 kHz."""
        if np.count_nonzero(far):
            self._silent_frames, self.rests = 0, False
        elif not self.rests:
            self._silent_frames += len(far)
            self.rests = self._silent_frames > _REST_FRAMES and (
                self._silent_frames > _PATIENCE_FRAMES or rms_dbfs(near) < _QUIET_DBFS
            )

    def keep(self, near: Int16, far: Int16) -> None:
        """Remember the newest steps: who takes over hears them first, for it begins with what it heard last."""
        self._kept.append((near, far))

    def kept(self) -> Iterator[tuple[Int16, Int16]]:
        """The steps before this one, oldest first: 100 ms of them where steps have 20."""
        yield from self._kept
