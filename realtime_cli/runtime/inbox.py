"""The one doorway from any thread or task into the loop, and with it one total order of facts.

`post` is what audio threads, key readers, sockets, timers and tools call; the loop's single reader hands each
fact to the mind together with the time at which it was posted.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from realtime_cli.session.facts import Fact, MicHeard, NewsArrived, UplinkDropped

# Microphone audio that waited longer than this is worth less than keeping up: the talk would stay late for
# ever.
LAG_LIMIT_S = 2.0
# Facts handed out without a pause before other tasks (the line's sender first of all) get their turn.
BURST_FACTS = 64

_BYTES_PER_MS = 48  # PCM16 mono 24 kHz

Take: TypeAlias = Callable[[Fact, float], bool]
"""Gets a fact and its time (loop seconds); True: that was the last one."""


class Inbox:
    """A queue of (fact, time) with many writers and one reader, bound to the running loop.

    Attributes:
        shed_ms: Microphone audio left out so far because the loop came too late.
        refused: Facts posted after the end, or to a loop that was closed; they are forgotten.
    """

    def __init__(self, lag_limit_s: float = LAG_LIMIT_S) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._lag_limit_s = lag_limit_s
        self._lock = threading.Lock()
        self._facts: deque[tuple[Fact, float]] = deque()
        self._closed = False
        self._asleep: asyncio.Future[None] | None = None
        self._take: Take | None = None
        self._enough = False
        self._failure: BaseException | None = None
        self._at_work = False
        self._in_a_row = 0
        self._gap_bytes = 0
        self._gap_at_s = 0.0
        self.shed_ms = 0
        self.refused = 0

    def post(self, fact: Fact) -> None:
        """Add a fact, stamped with the loop's time. From any thread; never blocks, never raises.

        The lock is held for a stamp and an append (1 us), so that stamps never go backwards in the queue.
        """
        with self._lock:
            if self._closed or self._loop.is_closed():
                self.refused += 1
                return
            self._facts.append((fact, self._loop.time()))
            wake = self._asleep is not None
        if not wake:
            return
        if threading.get_ident() == self._loop_thread:
            if self._at_work:
                return  # read as soon as the work is done
            self._wake()  # who is in the loop need not write to its pipe: half of all facts come from there
            return
        try:
            self._loop.call_soon_threadsafe(self._wake)
        except RuntimeError:  # the loop is closed: an audio thread was a moment slower than the end
            with self._lock:
                self.refused += 1

    def run(self, work: Callable[..., None], *arguments: object) -> None:
        """Do something on the loop, and have the facts it posts read in the same turn. From any thread.

        Fifty times a second a block of sound comes this way, and each turn that the loop is spared counts.
        """
        try:
            self._loop.call_soon_threadsafe(self._work, work, *arguments)
        except RuntimeError:  # the loop is closed
            with self._lock:
                self.refused += 1

    async def read(self, take: Take) -> None:
        """Hand every fact to `take`, in order, until it has enough or the inbox is closed.

        Raises:
            BaseException: Whatever `take` raises, a bug of ours.
        """
        self._take = take
        try:
            async for fact, at_s in self:
                if take(fact, at_s):
                    return
        finally:
            self._take = None

    def close(self) -> None:
        """No more facts; what is queued is still read. From the loop."""
        with self._lock:
            self._closed = True
        self._wake()

    def unread_news(self) -> tuple[NewsArrived, ...]:
        """What somebody still had to tell the user when the mind had heard its last fact."""
        with self._lock:
            return tuple(fact for fact, _ in self._facts if isinstance(fact, NewsArrived))

    def __aiter__(self) -> Inbox:
        return self

    async def __anext__(self) -> tuple[Fact, float]:
        """The next fact and its time (loop seconds); ends after `close`."""
        if self._in_a_row >= BURST_FACTS:
            self._in_a_row = 0
            await asyncio.sleep(0)
        while True:
            if self._failure is not None:
                raise self._failure
            if self._enough:
                raise StopAsyncIteration
            entry = self._next()
            if entry is not None:
                self._in_a_row += 1
                return entry
            if self._closed:
                raise StopAsyncIteration
            self._in_a_row = 0
            await self._sleep()

    def _work(self, work: Callable[..., None], *arguments: object) -> None:
        self._at_work = True
        try:
            work(*arguments)
        finally:
            self._at_work = False
            self._read_at_once()

    def _read_at_once(self) -> None:
        """What the reading task would do if it were not asleep."""
        if self._asleep is None or self._asleep.done() or self._take is None:
            return  # it is about to read, or has ended
        for _ in range(BURST_FACTS):
            entry = self._next()
            if entry is None:
                return
            try:
                self._enough = self._take(*entry)
            except BaseException as error:  # noqa: BLE001 - raised again by the reader, whose bug it is
                self._failure = error
            if self._enough or self._failure is not None:
                break
        self._wake()

    def _next(self) -> tuple[Fact, float] | None:
        """The next fact that is still worth hearing; a gap of microphone audio is told before what follows
        it.
        """
        now_s = self._loop.time()
        with self._lock:
            while self._facts:
                fact, at_s = self._facts[0]
                if not isinstance(fact, MicHeard) or now_s - at_s <= self._lag_limit_s:
                    break
                self._gap_bytes += len(fact.pcm)
                self._gap_at_s = at_s
                self._facts.popleft()
            if self._gap_bytes:
                gap_ms, self._gap_bytes = self._gap_bytes // _BYTES_PER_MS, 0
                self.shed_ms += gap_ms
                return UplinkDropped(gap_ms), self._gap_at_s
            return self._facts.popleft() if self._facts else None

    async def _sleep(self) -> None:
        with self._lock:
            if self._facts or self._closed:
                return
            self._asleep = self._loop.create_future()
        try:
            await self._asleep
        finally:
            with self._lock:
                self._asleep = None

    def _wake(self) -> None:
        if self._asleep is not None and not self._asleep.done():
            self._asleep.set_result(None)
