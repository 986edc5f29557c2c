"""Ctrl+Z and `fg`: the terminal is the shell's while we are stopped, and ours again afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable

# After the stop signal was sent nothing of us runs, so a timer that ends means that nobody stopped us.
_IGNORED_S = 0.3


class JobControl:
    """Stops the process, with the terminal given back first, and takes the terminal again when it is continued.

    Ctrl+Z arrives as a key in raw mode; `kill -TSTP` from elsewhere as a signal. Both end in `suspend`.
    """

    def __init__(self, give_back: Callable[[], None], take_again: Callable[[], None]) -> None:
        """Called around each stop, on the loop."""
        self._give_back = give_back
        self._take_again = take_again
        self._stopped = False
        self._watching = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch for signals; without the main thread or on Windows there is no job control, only keys."""
        if sys.platform == "win32":
            return
        self._loop = asyncio.get_running_loop()
        try:
            self._loop.add_signal_handler(signal.SIGTSTP, self.suspend)
            self._loop.add_signal_handler(signal.SIGCONT, self._continued)
        except (RuntimeError, ValueError):
            return  # not the main thread
        self._watching = True

    def stop(self) -> None:
        """Leave the signals as they were."""
        self._stopped = False
        if self._timer is not None:
            self._timer.cancel()
        if self._watching and not self._loop.is_closed():
            self._watching = False
            self._loop.remove_signal_handler(signal.SIGTSTP)
            self._loop.remove_signal_handler(signal.SIGCONT)

    def suspend(self) -> None:
        """Give the terminal back and stop until the shell continues us."""
        if not self._watching or self._stopped:
            return
        self._stopped = True
        self._give_back()
        self._loop.remove_signal_handler(signal.SIGTSTP)
        # To the whole process group, as the terminal itself does it: workers and a pipeline stop, too. Where no
        # shell could continue us (an orphaned group) the kernel ignores it and the timer goes on at once.
        os.kill(0, signal.SIGTSTP)
        self._timer = self._loop.call_later(_IGNORED_S, self._continued)

    def _continued(self) -> None:
        if not self._stopped:
            return  # stopped by force (SIGSTOP), without our having given anything back
        self._stopped = False
        if self._timer is not None:
            self._timer.cancel()
        self._loop.add_signal_handler(signal.SIGTSTP, self.suspend)
        self._take_again()
