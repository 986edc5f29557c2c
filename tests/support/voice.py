"""A voice made of sums: what speech is like for those who compare sounds, without an engine."""

from __future__ import annotations

import numpy as np

from realtime_cli.dsp.pcm16 import Int16


def voice(duration_s: float = 3.0, seed: int = 1) -> Int16:
    """Syllables of 350 ms with soft edges, one from 450 ms of every half second on, and silence between them.

    Each is a buzz of falling partials; no two periods are quite the same.
    """
    at_s = np.arange(round(duration_s * 24_000)) / 24_000
    random = np.random.default_rng(seed)
    pitch = 2 * np.pi * np.cumsum(120 + 15 * np.sin(2 * np.pi * 1.3 * at_s)) / 24_000
    buzz = sum(np.sin(n * pitch + random.uniform(0, 6)) / n for n in range(1, 12))
    loudness = np.maximum(0, np.sin(2 * np.pi * 2 * at_s) + 0.6)
    return np.asarray(np.rint(buzz * loudness * 4000), dtype=np.int16)
