"""Louder, quieter, and in and out without a click."""

from __future__ import annotations

import numpy as np

from realtime_cli.dsp.pcm16 import Float32, Int16


class GainGlide:
    """A gain that glides to its new value over one block.

    Works in scratch memory that only grows, so that an audio callback does not allocate.
    """

    def __init__(self) -> None:
        self.gain = 1.0
        self._samples: Float32 = np.zeros(0, dtype=np.float32)
        self._slope: Float32 = np.zeros(0, dtype=np.float32)

    def apply(self, block: Int16, wanted: float) -> None:
        """Change int16[n] (n >= 1) in place, clipped; at gain 1 not one bit of it."""
        if self.gain == 1.0 and wanted == 1.0:
            return
        n = len(block)
        if n > len(self._samples):
            self._samples = np.zeros(n, dtype=np.float32)
            self._slope = np.zeros(n, dtype=np.float32)
        samples = self._samples[:n]
        np.copyto(samples, block)
        slope = self._slope[:n]
        slope.fill((wanted - self.gain) / n)
        np.cumsum(slope, out=slope)
        slope += self.gain
        samples *= slope
        np.clip(samples, -32768, 32767, out=samples)
        np.copyto(block, samples, casting="unsafe")
        self.gain = wanted


def fall(frames: int) -> Float32:
    """float32[frames] from just below 1 to 0: a raised cosine, because a corner at either end would tick."""
    return (0.5 + 0.5 * np.cos(np.pi * np.arange(1, frames + 1) / max(1, frames))).astype(np.float32)


def soften_start(part: Int16, most_frames: int) -> None:
    """Let int16[n] rise from silence, in place, within its first `most_frames` at most."""
    n = min(len(part), most_frames)
    if n:
        np.multiply(part[:n], fall(n)[::-1], out=part[:n], casting="unsafe")


def soften_end(part: Int16, most_frames: int) -> None:
    """Let int16[n] fall to silence, in place, within its last `most_frames` at most."""
    n = min(len(part), most_frames)
    if n:
        np.multiply(part[-n:], fall(n), out=part[-n:], casting="unsafe")
