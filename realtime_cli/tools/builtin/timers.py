"""Timers that speak up: when one is over, the model is told and tells the user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from realtime_cli.errors import ToolError

_MOST = 20
_LONGEST_S = 24 * 3600


class Timers:
    """Running timers. All methods are called on the loop.

    Args:
        announce: Gets a sentence when a timer is over.
    """

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce
        self._running: dict[str, asyncio.TimerHandle] = {}

    def set(self, seconds: float, label: str) -> str:
        """Start a timer; one of the same name starts anew."""
        name = " ".join(label.split())[:60] or "timer"
        if not 1 <= seconds <= _LONGEST_S:
            raise ToolError("A timer takes from one second to 24 hours.")
        if len(self._running) >= _MOST and name not in self._running:
            raise ToolError(f"{_MOST} timers are running already.")
        self._forget(name)
        self._running[name] = asyncio.get_running_loop().call_later(seconds, self._over, name)
        return f"The timer {name!r} is set: {seconds:g} seconds from now you will be told."

    def list(self) -> str:
        """What is running, with the seconds left."""
        now_s = asyncio.get_running_loop().time()
        left = [f"{name}: {handle.when() - now_s:.0f} s left" for name, handle in self._running.items()]
        return "\n".join(left) or "No timer is running."

    def cancel(self, label: str) -> str:
        """Stop a timer."""
        if not self._forget(" ".join(label.split())[:60]):
            raise ToolError(f"There is no timer {label!r}. {self.list()}")
        return "stopped"

    def stop(self) -> None:
        """The session is over: no timer speaks up any more."""
        for name in list(self._running):
            self._forget(name)

    def _forget(self, name: str) -> bool:
        handle = self._running.pop(name, None)
        if handle is None:
            return False
        handle.cancel()
        return True

    def _over(self, name: str) -> None:
        self._running.pop(name, None)
        self._announce(f"The timer {name!r} is over. Tell the user so now.")
