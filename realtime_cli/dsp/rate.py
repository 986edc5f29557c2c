"""The one rate of sound inside the house. It stands apart from `pcm16`, whose numpy takes 80 ms to import."""

from __future__ import annotations

from typing import Final

SAMPLE_RATE_HZ: Final = 24_000
"""The rate of `audio/pcm` in the Realtime language; it knows no other."""
