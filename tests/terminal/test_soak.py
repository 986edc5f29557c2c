"""The short version of `scripts/soak_screen.py`: half a minute of conversation."""

from __future__ import annotations

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "soak_screen.py"


def test_half_a_minute_of_conversation_stays_exact_and_cheap() -> None:
    spec = importlib.util.spec_from_file_location("soak_screen", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    soak_screen = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(soak_screen)
    figures = soak_screen.soak(0.5)
    assert soak_screen.verdict(figures) == []
    assert figures["turns"] == 4
