"""Events cut into several: for scenarios that test how clients put deltas together."""

from __future__ import annotations

import base64
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def split_delta(event: Json, into: int) -> list[Json]:
    """The event as several, the delta of each a piece; together they say the same.

    Args:
        event: Has a `delta`: text, or base64 audio where the type ends in `audio.delta`.
        into: How many, at least 1; fewer when there is less to cut.
    """
    delta = str(event.get("delta", ""))
    if not str(event.get("type", "")).endswith("audio.delta"):
        return [{**event, "delta": piece} for piece in _cut(delta, into)]
    audio = base64.b64decode(delta).decode("latin-1")
    return [
        {**event, "delta": base64.b64encode(piece.encode("latin-1")).decode()} for piece in _cut(audio, into)
    ]


def _cut(whole: str, into: int) -> list[str]:
    size = max(1, -(-len(whole) // into))
    return [whole[at : at + size] for at in range(0, len(whole), size)] or [whole]
