"""Slash commands of the sound."""

from __future__ import annotations

import re

from realtime_cli.session.playback_facts import VolumeTurned
from realtime_cli.terminal.counter import Counter

STEP_PERCENT = 10


def volume(counter: Counter, rest: str) -> None:
    """`/volume [N|+|-]`: how loud the answers are, and how long the speaker holds them."""
    present, wish = counter.state.volume_percent, rest.strip().rstrip("%").strip()
    if not wish:
        delay_ms = counter.state.speaker_delay_ms
        held = "" if delay_ms is None else f"; the speaker holds {delay_ms:.0f} ms of sound"
        counter.note([f"Volume {present} %{held}."])
    elif wish in ("+", "-"):
        counter.post(VolumeTurned(STEP_PERCENT if wish == "+" else -STEP_PERCENT))
    elif re.fullmatch(r"[+-]?[0-9]{1,4}", wish):
        number = int(wish)
        counter.post(VolumeTurned(number if wish[0] in "+-" else number - present))
    else:
        counter.note(["Say /volume 80, /volume +10, /volume -, or /volume alone."])
