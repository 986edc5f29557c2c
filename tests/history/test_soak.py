"""A minute of the long proofs in `scripts`: kills at random moments, hours of conversation."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.timeout(180)
def test_kills_at_random_moments_lose_nothing_that_was_shown() -> None:
    assert script("soak_kill").main(25, 1.0, 11) > 100


@pytest.mark.timeout(180)
def test_hours_of_conversation_roll_over_break_and_are_kept_whole_in_little_memory() -> None:
    soak = script("soak_day")
    # The first two thousand lines are kept for new sessions: a day has 600 bytes for each turn, its beginning more.
    vars(soak).update(ALLOWED_BYTES_PER_TURN=10_000, SESSION_S=600.0, BREAK_EVERY_TURNS=100)
    measured = soak.main(3.0)
    assert measured["turns"] == measured["answers"] == 1080
    assert measured["connections"] >= 20
