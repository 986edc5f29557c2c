"""Sounds to test with: tones and repeatable noise."""

from __future__ import annotations

import numpy as np

from realtime_cli.dsp.pcm16 import Int16


def tone(hz: float, rate_hz: int, duration_s: float = 1.0, peak: float = 8000.0) -> Int16:
    at = np.arange(round(rate_hz * duration_s))
    return np.rint(peak * np.sin(2 * np.pi * hz * at / rate_hz)).astype(np.int16)


def noise(frames: int, seed: int = 1, rms: float = 3000.0) -> Int16:
    samples = np.random.default_rng(seed).standard_normal(frames) * rms
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def rms(samples: Int16) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def decibels(ratio: float) -> float:
    return float(20 * np.log10(max(ratio, 1e-9)))


def ramp(frames: int, start: int = 0) -> Int16:
    """Every frame different from its neighbours, so that a lost or doubled one shows."""
    return ((np.arange(start, start + frames) * 7919) % 30011 - 15000).astype(np.int16)
