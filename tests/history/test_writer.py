"""The writer: in order, once failed for good, bugs come out at the end."""

import threading
import time
from pathlib import Path

import pytest

from realtime_cli.history.pen import DiaryPlan, Pen
from realtime_cli.history.writer import Writer
from tests.history.people import OPENING


def test_jobs_are_done_in_order_before_it_closes() -> None:
    done: list[int] = []
    writer = Writer("test", lambda error: pytest.fail(str(error)), (OSError,))
    for number in range(1000):
        writer.do(lambda number=number: done.append(number))  # type: ignore[misc]
    writer.close()
    assert done == list(range(1000))
    assert not [thread for thread in threading.enumerate() if thread.name == "test"]


def test_the_first_failure_is_told_and_ends_the_writing() -> None:
    told: list[str] = []
    done: list[int] = []

    def fail() -> None:
        raise OSError("disk full")

    writer = Writer("test", lambda error: told.append(str(error)), (OSError,))
    writer.do(fail)
    writer.do(lambda: done.append(1))
    writer.do(fail)
    writer.close()
    assert told == ["disk full"]
    assert done == []


def test_a_bug_comes_out_when_it_closes() -> None:
    writer = Writer("test", lambda _error: None, (OSError,))
    writer.do(lambda: 1 / 0)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        writer.close()


def test_a_disk_that_does_not_keep_up_is_given_up() -> None:
    told: list[str] = []
    gate = threading.Event()
    writer = Writer("test", lambda error: told.append(str(error)), (OSError,), limit=10)
    for _ in range(20):
        writer.do(gate.wait)  # type: ignore[arg-type]
    gate.set()
    writer.close()
    assert told == ["the disk does not keep up"]


def test_a_history_on_a_disk_that_hangs_is_left_behind(tmp_path: Path) -> None:
    told: list[str] = []
    pen = Pen(DiaryPlan(tmp_path / "history.db", OPENING), lambda _severity, text, _advice: told.append(text))
    began = threading.Event()

    def hang() -> None:  # inside SQLite, as a disk does: until the end of the test
        began.set()
        pen._opened().db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        )

    pen._writer.do(hang)
    assert began.wait(20)
    give_up = threading.Timer(10, pen._opened().db.interrupt)
    give_up.start()
    began_s = time.monotonic()
    pen.close(wait_s=0.2)
    assert time.monotonic() - began_s < 5
    give_up.cancel()
    pen._opened().db.interrupt()
    pen.close()
    assert told == ["The history is not kept any more: interrupted."]
