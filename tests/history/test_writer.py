"""The writer: in order, once failed for good, bugs come out at the end."""

import threading

import pytest

from realtime_cli.history.writer import Writer


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
