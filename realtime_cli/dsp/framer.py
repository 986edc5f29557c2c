"""Re-cut blocks of any size into blocks of one exact size. No frame is lost, none is made."""

from __future__ import annotations

import numpy as np

from realtime_cli.dsp.pcm16 import SILENCE, Int16


class Framer:
    """Cuts a stream into blocks of `frames` frames.

    Devices deliver what they like (1, 2, 12, 13, 62 frames were seen with block size 0), while the echo
    canceller and the speech detector accept one length only.
    """

    def __init__(self, frames: int) -> None:
        if frames < 1:
            raise ValueError(f"a block needs at least 1 frame, not {frames}")
        self.frames = frames
        self._rest: Int16 = SILENCE

    @property
    def pending(self) -> int:
        """Frames held back, 0 to `frames` - 1."""
        return len(self._rest)

    def push(self, block: Int16) -> list[Int16]:
        """Take int16[n] of any n; give back every full block, oldest first.

        The blocks may be views of `block`: copy them if `block` is a device's own buffer. What is held back
        between calls is always a copy.
        """
        stream = np.concatenate((self._rest, block)) if len(self._rest) else block
        if len(stream) == self.frames:
            self._rest = SILENCE
            return [stream]
        cut = len(stream) - len(stream) % self.frames
        self._rest = stream[cut:].copy()
        return [stream[at : at + self.frames] for at in range(0, cut, self.frames)]

    def flush(self) -> Int16:
        """What is held back, fewer than `frames`; afterwards nothing is."""
        rest, self._rest = self._rest, SILENCE
        return rest
