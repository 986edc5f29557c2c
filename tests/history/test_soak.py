"""Short versions of the long proofs in `scripts`: kills at random moments, hours of conversation."""

import importlib.util
from pathlib import Path
from types import ModuleType

SCRIPTS = Path(__file__).parents[2] / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_kills_at_random_moments_lose_nothing_that_was_finished() -> None:
    assert script("soak_kill").main(4, 0.6, 11) > 4


def test_hours_of_conversation_roll_over_and_are_kept_whole() -> None:
    soak = script("soak_day")
    vars(soak).update(ALLOWED_BYTES_PER_TURN=100_000, SESSION_S=600.0)  # too short for memory
    measured = soak.main(0.5)
    assert measured["connections"] >= 3
