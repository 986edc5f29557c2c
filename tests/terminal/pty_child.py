"""A program on a real pseudo terminal, and the person in front of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.terminal.screen import Screen

ROOT = Path(__file__).parents[2]
PATIENCE_S = 10.0  # a loaded machine: only a failing test waits so long

# A new session has no controlling terminal yet: take the one given, then become the program.
_CONTROLLED = """
import fcntl, os, sys, termios
for fd in filter(os.isatty, (0, 1, 2)):
    fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
    break
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A pseudo terminal with a program in it.

    It answers the question for the kitty protocol when `kitty` says so, as a terminal would.
    """

    def __init__(
        self, *argv: str, kitty: bool = False, width: int = 80, height: int = 24, **streams: int
    ) -> None:
        self.screen = Screen(width, height)
        self.kitty = kitty
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.before = termios.tcgetattr(self._slave)
        environ = {
            name: value for name, value in os.environ.items() if "COLOR" not in name and name != "TMUX"
        }
        environ |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self.child = subprocess.Popen(
            [sys.executable, "-c", _CONTROLLED, sys.executable, *argv],
            stdin=streams.get("stdin", self._slave),
            stdout=streams.get("stdout", self._slave),
            stderr=streams.get("stderr", self._slave),
            env=environ,
            cwd=ROOT,
            start_new_session=True,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        os.close(self._master)
        os.close(self._slave)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def resize(self, width: int, height: int) -> None:
        """Pull at the window's corner: the kernel sends SIGWINCH."""
        self.screen.resize(width, height)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def until(self, seen: str | Callable[[Screen], bool]) -> None:
        """Look until a text stands on the screen, or something else is true of it."""
        condition = (lambda screen: seen in screen.text) if isinstance(seen, str) else seen
        end_s = time.monotonic() + PATIENCE_S
        while not condition(self.screen):
            if time.monotonic() > end_s:
                raise AssertionError(f"{seen!r} did not come; the screen shows:\n{self.screen.text}")
            self._look(0.2)

    def end(self) -> int:
        """Wait for the program's end; its exit code."""
        end_s = time.monotonic() + PATIENCE_S
        while self.child.poll() is None:
            if time.monotonic() > end_s:
                raise AssertionError(f"it did not end; the screen shows:\n{self.screen.text}")
            self._look(0.05)
        while self._look(0.0):
            pass
        return self.child.returncode

    @property
    def attributes(self) -> list[object]:
        """The terminal's settings now."""
        return list(termios.tcgetattr(self._slave))

    def _look(self, wait_s: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], wait_s)
        if not ready:
            return False
        text = os.read(self._master, 65_536).decode("utf-8", "replace")
        self.screen.feed(text)
        if self.kitty:
            for _ in re.findall(r"\x1b\[\?u", text):
                self.press("\x1b[?0u")
        return True
