"""A speaker that misses blocks gets more time, and the next session knows."""

from __future__ import annotations

from pathlib import Path

from realtime_cli.devices.buffering import LADDER, Buffering
from realtime_cli.runtime.patience import Memory, Patience


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def patience(path: Path | None) -> tuple[Patience, Clock, list[Buffering]]:
    clock, given = Clock(), list[Buffering]()
    return Patience(Memory(path), clock, given.append), clock, given


def test_three_missed_blocks_in_ten_seconds_are_too_many() -> None:
    speaker, clock, given = patience(None)
    assert not speaker.opened("usb")
    clock.now_s += 2
    assert [speaker.missed() for _ in range(3)] == [False, False, True]
    assert speaker.apply() == LADDER[1]
    assert given == [LADDER[1]]


def test_single_misses_and_those_of_the_first_second_are_forgiven() -> None:
    speaker, clock, _ = patience(None)
    speaker.opened("usb")
    assert not any(speaker.missed() for _ in range(9))
    for _ in range(9):
        clock.now_s += 6
        assert not speaker.missed()


def test_the_last_step_is_the_last() -> None:
    speaker, clock, _ = patience(None)
    speaker.opened("usb")
    clock.now_s += 2
    assert sum(speaker.missed() for _ in range(100)) == len(LADDER) - 1
    assert speaker.buffering == LADDER[-1]


def test_what_a_speaker_needed_is_remembered_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "latency.json"
    speaker, clock, _ = patience(path)
    speaker.opened("usb")
    clock.now_s += 2
    for _ in range(3):
        speaker.missed()
    again, _, _ = patience(path)
    assert again.opened("usb"), "it must be opened with more"
    assert again.buffering == LADDER[1]
    other, _, _ = patience(path)
    assert not other.opened("hdmi")


def test_a_broken_memory_is_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "latency.json"
    for text in ("no json", "[1]", '{"usb": "much"}', '{"usb": 99}'):
        path.write_text(text)
        assert Memory(path).recall("usb") == 0
    locked = Memory(tmp_path / "latency.json" / "under a file")
    locked.note("usb", 1)
    assert locked.recall("usb") == 0
