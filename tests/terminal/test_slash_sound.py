"""The volume by a typed command."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from realtime_cli.session.core import SessionCore
from realtime_cli.session.facts import Fact
from realtime_cli.session.playback_facts import VolumeTurned
from realtime_cli.session.wish import Wish
from realtime_cli.terminal.slash_sound import volume


class Desk:
    """A counter that writes down what was posted and noted."""

    def __init__(self) -> None:
        state = SessionCore(replace(Wish(), volume_percent=80)).state
        self.state = replace(state, speaker_delay_ms=29.4)
        self.posted: list[Fact] = []
        self.noted: list[str] = []

    def post(self, fact: Fact) -> None:
        self.posted.append(fact)

    def note(self, lines: list[str]) -> None:
        self.noted += lines


@pytest.mark.parametrize(
    ("typed", "percent"), [("50", -30), ("100 %", 20), ("+5", 5), ("-5", -5), ("+", 10), ("-", -10)]
)
def test_a_number_a_step_or_a_sign(typed: str, percent: int) -> None:
    desk = Desk()
    volume(desk, typed)  # type: ignore[arg-type]
    assert desk.posted == [VolumeTurned(percent)]


def test_alone_it_tells_volume_and_latency() -> None:
    desk = Desk()
    volume(desk, "")  # type: ignore[arg-type]
    assert desk.noted == ["Volume 80 %; the speaker holds 29 ms of sound."]


@pytest.mark.parametrize("typed", ["loud", "+-3", "1e3", "--"])
def test_anything_else_is_explained(typed: str) -> None:
    desk = Desk()
    volume(desk, typed)  # type: ignore[arg-type]
    assert not desk.posted
    assert "/volume 80" in desk.noted[0]
