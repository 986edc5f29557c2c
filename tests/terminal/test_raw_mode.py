"""A terminal in raw mode hands over every key as it is, and comes back as it was."""

from __future__ import annotations

import contextlib
import os
import pty
import termios
from collections.abc import Iterator

import pytest

from realtime_cli.terminal.raw_mode import raw_mode


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The user's end and the program's end."""
    user, program = pty.openpty()
    yield user, program
    os.close(user)
    os.close(program)


@pytest.mark.parametrize("key", [b"\x03", b"\x1a", b"\x13", b"\x11", b"\r", b"\x04", b"x", b"\x16"])
def test_every_key_arrives_as_it_was_pressed(terminal: tuple[int, int], key: bytes) -> None:
    user, program = terminal
    with raw_mode(program):
        os.write(user, key)
        assert os.read(program, 10) == key


def test_nothing_is_echoed(terminal: tuple[int, int]) -> None:
    user, program = terminal
    with raw_mode(program):
        os.write(user, b"secret")
        assert os.read(program, 6) == b"secret"
        os.write(program, b"seen\n")
        assert os.read(user, 100) == b"seen\r\n"


def test_the_terminal_comes_back_as_it_was(terminal: tuple[int, int]) -> None:
    before = termios.tcgetattr(terminal[1])
    with contextlib.suppress(KeyError), raw_mode(terminal[1]):
        assert termios.tcgetattr(terminal[1]) != before
        raise KeyError
    assert termios.tcgetattr(terminal[1]) == before


def test_what_is_no_terminal_is_left_alone(tmp_path: os.PathLike[str]) -> None:
    with open(os.path.join(tmp_path, "file"), "w") as file, raw_mode(file.fileno()):
        assert file.write("x") == 1
