"""An event loop whose clock jumps: it never sleeps, it moves its time to the next timer.

Ten minutes of conversation take a fraction of a second and always happen in the same order. While a thread
works for the loop (`run_in_executor`, `asyncio.to_thread`), time stands still and the loop really waits for
it.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

from realtime_cli.clock import monotonic

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _JumpSelector(selectors.DefaultSelector):
    """Asks the real selector whether something happened already; if not, moves the clock instead of
    waiting.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.threads_at_work = 0
        self._there_before = set(
            threading.enumerate()
        )  # a server that other tests share is no concern of ours

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self.threads_at_work:
            # Only a thread or a socket can wake us. Ten real seconds without either is a test that hangs.
            return list(super().select(10.0))
        if self._strangers():
            before_s = monotonic()
            events = super().select(min(timeout, 0.005))
            self.now_s += min(timeout, monotonic() - before_s)
            return events
        self.now_s += max(timeout, 0.0)
        return []

    def _strangers(self) -> bool:
        """Threads begun since then, that belong neither to the test itself nor to a pool that waits for work."""
        return any(
            thread not in self._there_before and not thread.name.startswith(("asyncio_", "ThreadPool"))
            for thread in threading.enumerate()
        )


class JumpLoop(asyncio.SelectorEventLoop):
    """A selector loop on the jumping clock; `time()` starts at 0."""

    def __init__(self) -> None:
        self._jumps = _JumpSelector()
        super().__init__(self._jumps)

    def time(self) -> float:
        return self._jumps.now_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self._jumps.threads_at_work += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: asyncio.Future[Any]) -> None:
        self._jumps.threads_at_work -= 1


def run_jumping(main: Coroutine[Any, Any, T], *, limit_s: float = 3600.0) -> T:
    """Run a coroutine on a JumpLoop; more than `limit_s` of its time is a failure, and so are tasks left
    behind.
    """

    async def bounded() -> T:
        async with asyncio.timeout(limit_s):
            result = await main
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, f"tasks left behind: {left}"
        return result

    with asyncio.Runner(loop_factory=JumpLoop) as runner:
        return runner.run(bounded())
