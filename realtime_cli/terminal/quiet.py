"""Keeps file descriptor 2 off the screen: ALSA, PortAudio and speech engines print there from C."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path


class QuietStderr:
    """While started, fd 2 goes to a file (or nowhere), and `sys.stderr` still reaches the real one.

    Child processes inherit the quiet descriptor. Only a stderr that is the screen needs it: one that the user sent
    elsewhere is left alone.
    """

    def __init__(self, log_file: Path | None = None) -> None:
        """`log_file` gets what is printed, appended; None throws it away."""
        self._log_file = log_file
        self._saved_fd: int | None = None
        self._python_stderr: io.TextIOWrapper | None = None

    def start(self) -> None:
        """Redirect fd 2, when it is a terminal. May be called twice."""
        if self._saved_fd is not None or not _is_terminal(2):
            return
        self._saved_fd = os.dup(2)
        os.set_inheritable(self._saved_fd, False)
        target = os.open(self._log_file or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sys.stderr.flush()
        os.dup2(target, 2)
        os.close(target)
        if _uses_fd(sys.stderr, 2):
            self._python_stderr = sys.stderr  # type: ignore[assignment]
            # A second owner of the descriptor: closing it must not close ours.
            sys.stderr = open(os.dup(self._saved_fd), "w", buffering=1, errors="backslashreplace")  # noqa: SIM115

    def stop(self) -> None:
        """Put fd 2 and `sys.stderr` back. May be called twice."""
        if self._saved_fd is None:
            return
        if self._python_stderr is not None:
            sys.stderr.close()
            sys.stderr, self._python_stderr = self._python_stderr, None
        os.dup2(self._saved_fd, 2)
        os.close(self._saved_fd)
        self._saved_fd = None


def _is_terminal(fd: int) -> bool:
    try:
        return os.isatty(fd)
    except OSError:
        return False


def _uses_fd(stream: object, fd: int) -> bool:
    fileno = getattr(stream, "fileno", None)
    try:
        return fileno is not None and fileno() == fd
    except (OSError, ValueError):
        return False  # a stream in memory
