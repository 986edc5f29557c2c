"""The witness of a machine that stands still: failures beside such a moment are told apart."""

from __future__ import annotations

import pytest

from tests.support import stillness
from tests.support.stillness import MachineStoodStill, judged_in_real_time


def test_a_failure_beside_a_long_moment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stillness, "STILL_MS", -1)
    with pytest.raises(MachineStoodStill, match="and: too short"), judged_in_real_time():
        raise AssertionError("too short")


def test_a_failure_without_one_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stillness, "STILL_MS", 1e9)
    with pytest.raises(AssertionError, match=r"^too short") as caught, judged_in_real_time():
        raise AssertionError("too short")
    assert not isinstance(caught.value, MachineStoodStill)
