"""The mind's alarm clocks, on the loop."""

from __future__ import annotations

import asyncio

from realtime_cli.runtime.inbox import Inbox
from realtime_cli.session.facts import TimerFired


class Timers:
    """Named timers; each posts `TimerFired(name)` once."""

    def __init__(self, inbox: Inbox) -> None:
        self._loop = asyncio.get_running_loop()
        self._inbox = inbox
        self._running: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, after_s: float) -> None:
        """Fire after so many seconds from now; a running timer of that name is replaced."""
        self.stop(name)
        self._running[name] = self._loop.call_later(after_s, self._fire, name)

    def stop(self, name: str) -> None:
        """Forget a timer.

        One that fired a moment ago may still be in the inbox: the mind knows which it awaits.
        """
        handle = self._running.pop(name, None)
        if handle is not None:
            handle.cancel()

    def stop_all(self) -> None:
        """Forget all timers."""
        for name in list(self._running):
            self.stop(name)

    def _fire(self, name: str) -> None:
        del self._running[name]
        self._inbox.post(TimerFired(name))
