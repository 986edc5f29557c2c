"""Signals become facts for as long as a session runs.

In raw mode Ctrl+C is a key and no signal; where it is one (a pipe, a plain view), it means the same.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType

_ENDING = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


class Signals:
    """A context in which SIGINT, SIGTERM and SIGHUP (Windows: SIGBREAK) call `caught(number)` on the loop.

    Outside the main thread signals cannot be had, and nothing is done. On leaving, the handlers of before are
    back.
    """

    def __init__(self, caught: Callable[[signal.Signals], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._caught = caught
        self._before: list[tuple[signal.Signals, object]] = []

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for name in _ENDING:
                number = signal.Signals[name]
                self._before.append((number, signal.getsignal(number)))
                self._listen(number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before:
            with suppress(NotImplementedError):  # Windows: nothing to remove, the next line restores
                self._loop.remove_signal_handler(number)
            if handler is not None:  # None: set by C code, cannot be put back from here
                signal.signal(number, handler)  # type: ignore[arg-type]
        self._before.clear()

    def _listen(self, number: signal.Signals) -> None:
        try:
            self._loop.add_signal_handler(number, self._caught, number)
        except NotImplementedError:  # Windows has no signals on its loop

            def hand_over(_number: int, _frame: FrameType | None) -> None:
                self._loop.call_soon_threadsafe(self._caught, number)

            signal.signal(number, hand_over)
