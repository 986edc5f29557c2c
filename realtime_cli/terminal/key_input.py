"""Where strokes come from: a POSIX terminal in raw mode, or the Windows console."""

from __future__ import annotations

import asyncio
import atexit
import codecs
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Protocol

from realtime_cli.terminal.kitty import ASK, POP, TALKING, TYPING, Stroke, push, switch
from realtime_cli.terminal.raw_mode import raw_mode
from realtime_cli.terminal.strokes import FocusLost, KittyAnswered, StrokeReader

_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
_FOCUS_ON, _FOCUS_OFF = "\x1b[?1004h", "\x1b[?1004l"
# An arrow key's bytes arrive together, also over slow lines; a person does not notice 50 ms after Escape.
_ESCAPE_S = 0.05
_ANSWER_S = 1.0  # terminals at the end of a slow line answer within this time
_READ_BYTES = 4096


class KeyInput(Protocol):
    """A keyboard that is read on the asyncio loop."""

    @property
    def can_hold(self) -> bool:
        """Key releases are reported."""

    def open(
        self,
        on_key: Callable[[Stroke | FocusLost], None],
        on_change: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        """Take the keyboard. `on_change`: `can_hold` changed. `on_end`: no key will ever come again."""

    def type_text(self, typing: bool) -> None:
        """A line is typed from now on (or no longer): text counts, not keys."""

    def close(self) -> None:
        """Give the keyboard back exactly as it was. May be called twice; `open` may follow."""


def find_key_input() -> KeyInput | None:
    """The keyboard of this process: stdin, or else the controlling terminal.

    None where there is neither, and for a job in the background: its terminal is somebody else's now.
    """
    if sys.platform == "win32":
        from realtime_cli.terminal.console_keys import ConsoleKeys

        return ConsoleKeys() if sys.stdin is not None and sys.stdin.isatty() else None
    fd = _find_terminal()
    if fd is None or _is_in_background(fd):
        return None
    return TerminalKeys(fd)


def _find_terminal() -> int | None:
    for fd in (0, 1, 2):
        try:
            if not os.isatty(fd):
                continue
            if fd == 0 and os.access(os.ttyname(0), os.W_OK):
                return 0
            # By name: kqueue on macOS cannot watch /dev/tty, and an output may be open for writing only.
            return os.open(os.ttyname(fd), os.O_RDWR | os.O_NOCTTY)
        except OSError:
            continue  # closed, or not ours to open: the next one
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None


def _is_in_background(fd: int) -> bool:
    try:
        return os.tcgetpgrp(fd) != os.getpgrp()
    except OSError:
        return False  # a terminal without job control


class TerminalKeys:
    """A POSIX terminal in raw mode: Ctrl+C and Ctrl+Z are keys, nothing is echoed."""

    def __init__(self, fd: int) -> None:
        """`fd` is a terminal open for reading and writing."""
        self._fd = fd
        self._can_hold = False
        self._asked_at_s: float | None = None
        self._reader = StrokeReader()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._house: ExitStack | None = None
        self._escape_timer: asyncio.TimerHandle | None = None

    @property
    def can_hold(self) -> bool:
        """The terminal answered that it speaks the kitty protocol."""
        return self._can_hold

    def open(
        self,
        on_key: Callable[[Stroke | FocusLost], None],
        on_change: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        """Raw mode, bracketed paste, the question for the kitty protocol; keys are read on the running loop."""
        if self._house is not None:
            return
        self._on_key, self._on_change, self._on_end = on_key, on_change, on_end
        self._loop = asyncio.get_running_loop()
        self._reader = StrokeReader()
        self._house = house = ExitStack()
        atexit.register(self.close)
        house.enter_context(raw_mode(self._fd))
        house.callback(self._forget_answers)
        self._write(_PASTE_ON + ASK)
        self._asked_at_s = self._loop.time()
        house.callback(self._undo_modes)
        self._loop.add_reader(self._fd, self._readable)
        house.callback(self._stop_reading)

    def type_text(self, typing: bool) -> None:
        """Switch between text and keys, where the terminal speaks the kitty protocol."""
        if self._can_hold and self._house is not None:
            self._write(switch(TYPING if typing else TALKING))

    def close(self) -> None:
        """Leave every mode, in the reverse order."""
        atexit.unregister(self.close)
        if self._house is not None:
            house, self._house = self._house, None
            house.close()

    def _stop_reading(self) -> None:
        if self._escape_timer is not None:
            self._escape_timer.cancel()
        if not self._loop.is_closed():
            self._loop.remove_reader(self._fd)

    def _undo_modes(self) -> None:
        self._write((_FOCUS_OFF + POP if self._can_hold else "") + _PASTE_OFF)

    def _forget_answers(self) -> None:
        """Throw away what the shell would take for typing: a late answer, the release of the key that ended us.

        Where neither can come, what was typed ahead stays for the shell.
        """
        answer_may_come = self._asked_at_s is not None and self._loop.time() - self._asked_at_s < _ANSWER_S
        if answer_may_come or self._can_hold:
            import termios

            with suppress(termios.error):  # the terminal is gone, and its input with it
                termios.tcflush(self._fd, termios.TCIFLUSH)
        self._can_hold = False

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # EIO: the terminal hung up
        if not data:
            self._loop.remove_reader(self._fd)
            self._on_end()
            return
        if self._escape_timer is not None:
            self._escape_timer.cancel()
        self._handle(self._reader.feed(self._decoder.decode(data)))
        if self._reader.waits:
            self._escape_timer = self._loop.call_later(_ESCAPE_S, self._flush)

    def _flush(self) -> None:
        self._handle(self._reader.flush())

    def _handle(self, said: list[Stroke | KittyAnswered | FocusLost]) -> None:
        for one in said:
            if self._house is None:
                return  # a key closed us: what was typed behind it is nobody's
            if isinstance(one, KittyAnswered):
                self._answered()
            else:
                self._on_key(one)

    def _answered(self) -> None:
        self._asked_at_s = None
        if not self._can_hold:
            self._can_hold = True
            self._write(push(TALKING) + _FOCUS_ON)
            self._on_change()

    def _write(self, text: str) -> None:
        data = text.encode()
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            return  # the terminal is gone: reading will say so
