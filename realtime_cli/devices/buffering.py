"""How much sound is under way between us and the loudspeaker: the block, and what PortAudio is asked to hold.

Measured from `speech_started` to the fade: blocks of 8 ms with low latency 27 ms (at worst 31), of 10 ms 35 (42); from
a flush to silence with blocks of 20 ms and high latency 58 ms. The microphone's blocks stay at 20 ms: smaller ones cost
twice the CPU and bring no word sooner.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct


class Buffering(Struct, frozen=True):
    """One step of patience with a speaker.

    Attributes:
        block_ms: Sound in one callback.
        latency: PortAudio's suggestion, "low", "high" or seconds.
    """

    block_ms: int
    latency: str | float

    def __str__(self) -> str:
        held = self.latency if isinstance(self.latency, str) else f"{self.latency * 1000:.0f} ms"
        return f"blocks of {self.block_ms} ms, {held} latency"


LADDER: Final = (
    Buffering(8, "low"),
    Buffering(10, 0.04),
    Buffering(20, 0.06),
    Buffering(20, 0.12),
    Buffering(40, 0.25),
)
"""From the quickest to the most patient; a device that misses blocks is given the next one."""

LatencyWish: TypeAlias = str
""" "auto", "low", "high", or milliseconds as text."""


def buffering_of(wish: LatencyWish) -> Buffering:
    """What to open a speaker with. "auto" begins at the quick end.

    Raises:
        ValueError: It is none of the words, and no number between 1 and 2000.
    """
    if wish in ("auto", "low"):
        return LADDER[0]
    if wish == "high":
        return Buffering(20, "high")
    held_ms = float(wish.removesuffix("ms").strip())
    if not 1 <= held_ms <= 2000:
        raise ValueError(f"{wish!r} is not between 1 and 2000 ms")
    return Buffering(10 if held_ms <= 60 else 20, held_ms / 1000)
