"""Whether the process that wrote a run still lives: another program must not call a running one interrupted."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from realtime_cli.history.process import alive, is_same, process_mark


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for its input to end."""
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_another_running_process_lives_and_so_do_we(other: subprocess.Popen[bytes]) -> None:
    assert alive(other.pid, process_mark(other.pid))
    assert alive(os.getpid(), process_mark(os.getpid()))


def test_one_that_has_ended_does_not(other: subprocess.Popen[bytes]) -> None:
    mark = process_mark(other.pid)
    other.kill()
    other.wait()
    assert not alive(other.pid, mark)


@pytest.mark.skipif(
    not hasattr(os, "waitid") or not sys.platform.startswith("linux"), reason="/proc tells it"
)
def test_one_that_has_ended_and_was_not_asked_how_does_not_either(other: subprocess.Popen[bytes]) -> None:
    mark = process_mark(other.pid)
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert not alive(other.pid, mark)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells it")
def test_a_later_process_with_the_same_number_is_not_the_one_that_wrote(
    other: subprocess.Popen[bytes],
) -> None:
    assert not alive(other.pid, f"{socket.gethostname()} 12")


def test_one_of_another_machine_is_believed_to_live(other: subprocess.Popen[bytes]) -> None:
    mark = process_mark(other.pid).replace(socket.gethostname(), "another-host")
    other.kill()
    other.wait()
    assert alive(other.pid, mark)


def test_a_mark_of_an_older_version_without_a_time_needs_the_number_alone(
    other: subprocess.Popen[bytes],
) -> None:
    mark = f"{socket.gethostname()} "
    assert alive(other.pid, mark)
    other.kill()
    other.wait()
    assert not alive(other.pid, mark)


@pytest.mark.parametrize(
    ("began", "now", "same"),
    [
        ("133", "133", True),
        ("133", "134", False),
        ("133", None, False),
        ("", None, False),
        ("", "133", True),
        ("133", "", True),  # another user's on Windows: it is there, and will not say since when
        ("", "", True),
    ],
)
def test_it_is_the_same_unless_something_says_otherwise(began: str, now: str | None, same: bool) -> None:
    assert is_same(began, now) is same
