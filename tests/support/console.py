"""A person at a terminal: runs a program on a real pseudo terminal, types, and looks at the screen."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from realtime_cli import clock
from tests.terminal.screen import Screen


class ProgramEnded(Exception):
    """It should have gone on. No `AssertionError`: a machine that stood still is no reason to end."""


class Console:
    """One program on one pty. `seen` keeps every picture that held something new."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path, size: tuple[int, int]
    ) -> None:
        self.screen = Screen(*size)
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.attributes_before = termios.tcgetattr(self._slave)
        self._lock = threading.Condition()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.seen: list[str] = []
        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=dict(env),
            cwd=cwd,
            preexec_fn=_become_session_leader,
        )
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, name="console", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._ended.is_set():
            if not select.select([self._master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:  # Linux says EIO when the last program on the terminal has gone
                return
            with self._lock:
                self.screen.feed(self._decoder.decode(data))
                text = self.screen.text
                if not self.seen or self.seen[-1] != text:
                    self.seen.append(text)
                self._lock.notify_all()

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def look(self) -> str:
        """The whole text so far: what scrolled away, and the screen."""
        with self._lock:
            return "\n".join(self.screen.scrollback)

    def wait(self, shown: Callable[[str], bool], within_s: float, what: str) -> None:
        """Until the screen shows something."""
        deadline_s = clock.monotonic() + within_s
        with self._lock:
            while not shown("\n".join(self.screen.scrollback)):
                if self.process.poll() is not None and not self._lock.wait(0.3):  # nothing is left to be read
                    raise ProgramEnded(f"before {what} was shown; the screen:\n{self.screen.text}")
                left_s = deadline_s - clock.monotonic()
                if left_s <= 0:
                    raise AssertionError(f"no {what} within {within_s} s; the screen:\n{self.screen.text}")
                self._lock.wait(min(left_s, 0.5))

    def wait_for(self, text: str, within_s: float = 10) -> None:
        self.wait(lambda screen: text in screen, within_s, repr(text))

    def was_seen(self, text: str) -> bool:
        """Whether any picture so far held this."""
        with self._lock:
            return any(text in picture for picture in self.seen)

    def wait_end(self, within_s: float = 10) -> int:
        """The exit code."""
        return self.process.wait(within_s)

    def attributes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
        self._ended.set()
        self._reader.join(5)
        os.close(self._master)
        os.close(self._slave)


def _become_session_leader() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def console(
    arguments: Sequence[str], env: Mapping[str, str], cwd: Path, size: tuple[int, int] = (100, 30)
) -> Iterator[Console]:
    """`realtime-cli ARGUMENTS` on a terminal; killed at the end if it still runs."""
    clean = {k: v for k, v in env.items() if not k.startswith(("OPENAI_", "REALTIME_CLI_"))}
    # What a program remembers (history, a device's latency) must not reach the next test, nor the user's own.
    clean |= {"TERM": "xterm-256color", "REALTIME_CLI_CONFIG_DIR": str(cwd / "nobody")}
    clean |= {"REALTIME_CLI_DATA_DIR": str(cwd / "data")}
    command = [sys.executable, "-m", "realtime_cli", *arguments]
    shown = Console(command, clean, cwd, size)
    try:
        yield shown
    finally:
        shown.close()
