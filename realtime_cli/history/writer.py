"""One thread that writes, so that a slow disk never holds up a conversation.

Jobs run in the order in which they were given. A job that fails is told once and ends the writing: everything
after it would have gaps.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeAlias

Job: TypeAlias = Callable[[], None]


class Writer:
    """A queue of jobs and the thread that does them.

    Args:
        name: Of the thread.
        failed: Called once, in the writer's thread, with the error of the job that failed.
        errors: What a job may fail with; anything else is a bug and is kept for `close`.
        limit: Jobs that may wait; a disk that is so far behind is as good as broken.

    Attributes:
        broken: A job failed; later ones are dropped.
        pending: Jobs that were given and are not done yet.
    """

    def __init__(
        self,
        name: str,
        failed: Callable[[Exception], None],
        errors: tuple[type[Exception], ...],
        limit: int = 100_000,
    ) -> None:
        self._failed = failed
        self._errors = errors
        self._limit = limit
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._bug: BaseException | None = None
        self._closed = False
        self._given = 0
        self._done = 0
        self.broken = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Job) -> None:
        """Have a job done soon; never waits. Dropped when the writing is over."""
        if self.broken or self._closed:
            return
        if self._jobs.qsize() >= self._limit:
            self.broken = True
            self._failed(OSError("the disk does not keep up"))
            return
        self._given += 1
        self._jobs.put(job)

    @property
    def pending(self) -> int:
        """Jobs that were given and are not done yet; none when the writing is over."""
        return 0 if self.broken else self._given - self._done

    def settle(self, wait_s: float) -> None:
        """Give what is waiting a moment to be done; a slow disk is not waited for."""
        if not (self.broken or self._closed):
            done = threading.Event()
            self.do(done.set)
            done.wait(wait_s)

    def close(self, wait_s: float = 15.0) -> None:
        """Do what is waiting, then end the thread. A disk that hangs is left behind after `wait_s`.

        Raises:
            BaseException: A bug in a job, as it was raised.
        """
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        self._thread.join(wait_s)
        bug, self._bug = self._bug, None
        if bug is not None:
            raise bug

    @property
    def is_stuck(self) -> bool:
        """It was closed, and its disk hangs all the same: what it works with must be left to it."""
        return self._closed and self._thread.is_alive()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self.broken:
                continue
            try:
                job()
                self._done += 1
            except self._errors as exc:
                self.broken = True
                self._failed(exc)
            except BaseException as exc:  # noqa: BLE001 - kept for `close`, which raises it in the right thread
                self.broken = True
                self._bug = exc
                self._failed(RuntimeError(f"{type(exc).__name__}: {exc}"))
