"""The short version of `scripts/soak sound`: a minute of turns with simulated devices, and what the memory does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import tests.support.console  # noqa: F401 - what the soak needs: where there is none, this file is left out

SCRIPTS = Path(__file__).parents[2] / "scripts"

pytestmark = [pytest.mark.pty, pytest.mark.timeout(240)]


@pytest.fixture
def soak_sound(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCRIPTS)  # it shares its server with `bench_audio`
    spec = importlib.util.spec_from_file_location("soak_sound", SCRIPTS / "soak_sound.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "soak_sound", module)
    spec.loader.exec_module(module)
    return module


def test_memory_stands_still_and_every_interruption_is_truncated(soak_sound: ModuleType) -> None:
    figures = soak_sound.soak(turns=60, turn_s=0.6)
    assert soak_sound.verdict(figures) == []
    assert figures["truncated"] >= figures["interrupted"] == 5


def test_what_grows_or_is_not_truncated_is_told(soak_sound: ModuleType) -> None:
    bad = {"turns": 60, "exit code": 1, "interrupted": 5, "truncated": 4, "grew MiB": 4.9}
    assert soak_sound.verdict(bad) == [
        "memory grew by 4.9 MiB after the first 20 turns",
        "4 of 5 interruptions were truncated",
        "the program ended with 1",
    ]
