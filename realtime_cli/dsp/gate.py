"""Half duplex: the microphone is shut while our own audio is being heard. The echo canceller of last resort."""

from __future__ import annotations

from typing import Final

import numpy as np

from realtime_cli.dsp import gain
from realtime_cli.dsp.level import peak_dbfs
from realtime_cli.dsp.pcm16 import Int16, frames_in

HANG_MS: Final = 250
"""The way through the device (60 ms at most as opened here) and the room's own decay."""

_AUDIBLE_DBFS = -60.0  # below it a loudspeaker's echo drowns in the room
_SOFT_FRAMES = frames_in(5)


class HalfDuplexGate:
    """Passes the microphone on, or silence while the far end sounds and `hang_ms` longer.

    No barge-in by voice is possible then; keys still work. The same contract as the echo canceller.
    """

    def __init__(self, hang_ms: int = HANG_MS) -> None:
        self._hang_frames = frames_in(hang_ms)
        self._left_frames = 0

    @property
    def is_shut(self) -> bool:
        """The microphone is not listened to at present."""
        return self._left_frames > 0

    def process(self, near: Int16, far: Int16) -> Int16:
        """One step.

        Args:
            near: int16[n], microphone, 24 kHz.
            far: int16[n], what the speaker was given at about the same time.

        Returns:
            int16[n]: `near`, or silence, with soft edges between both. The input arrays are not changed.
        """
        was_shut = self.is_shut
        self._left_frames = max(0, self._left_frames - len(near))
        if len(far) and peak_dbfs(far) > _AUDIBLE_DBFS:
            self._left_frames = self._hang_frames
        if was_shut and self.is_shut:
            return np.zeros_like(near)
        if was_shut == self.is_shut:
            return near
        edge = near.copy()
        if was_shut:
            gain.soften_start(edge, _SOFT_FRAMES)
        else:
            gain.soften_end(edge, _SOFT_FRAMES)
        return edge
