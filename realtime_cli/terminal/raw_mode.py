"""A POSIX terminal that hands over each key as it is pressed, and is given back as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Places in the list that `tcgetattr` returns; the module `tty` names them, and costs an import.
_INPUT, _LOCAL, _CHARACTERS = 0, 3, 6


@contextmanager
def raw_mode(fd: int) -> Iterator[None]:
    """No echo, no lines, no signals by keys, and Enter stays Enter (`\\r`); output is left alone.

    A descriptor that is no terminal (any more) is left alone too.

    Args:
        fd: Of the terminal.
    """
    assert sys.platform != "win32"
    import termios

    try:
        before = termios.tcgetattr(fd)
        raw = termios.tcgetattr(fd)
    except termios.error:
        yield  # the terminal hung up: reading from it will say so
        return
    raw[_LOCAL] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    # Ctrl+S and Ctrl+Q are keys here.
    raw[_INPUT] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    raw[_CHARACTERS][termios.VMIN] = 1  # where VMIN shares its place with Ctrl+D it is 4
    termios.tcsetattr(fd, termios.TCSANOW, raw)
    try:
        yield
    finally:
        with suppress(termios.error):  # it hung up meanwhile: there is nobody to give it back to
            termios.tcsetattr(fd, termios.TCSANOW, before)
