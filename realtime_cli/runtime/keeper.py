"""Keeps one sound device open: opens it, notices that it is lost or dumb, and opens it again.

opening --- it delivers ---> working --- lost, or 1 s without a block ---> waiting --- 0 to 5 s ---> opening
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Final, TypeAlias, TypeVar

from realtime_cli.devices.contract import Device, Lost
from realtime_cli.errors import AudioLibraryMissing, RealtimeCliError

Result = TypeVar("Result")

PAUSES_S: Final = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Before the first, second, ... attempt after a loss; the last one for ever."""

_CHECK_S: Final = 0.25
_DUMB_CHECKS: Final = 4
"""Checks in a row without a block: 1 s of a loop that runs. A clock alone would blame the device for a loop that
stood still. (A suspended sink stops calling back, and says nothing at all.)"""

_REOPEN: Final = ""

Open: TypeAlias = Callable[[Lost], Awaitable[None]]
"""Opens the device so that every block reaches `Keeper.delivered`."""

Told: TypeAlias = Callable[[str, int], None]
"""Gets "" when the device delivers; a problem and 0 when it was lost; a problem and the number of attempts in a row
that failed to open it."""


class Keeper:
    """One device's life. All of it is for the loop's thread.

    Attributes:
        is_open: It was opened, and neither lost nor closed for good.
        works: It delivered.
        naps: It is closed until somebody needs it.

    Args:
        device: What to keep open.
        open_device: Opens it.
        told: Learns what happens to it.
        renew: Called before an attempt is repeated, with the keeper and the number of attempts that failed (0 when
            the user wants it): lists the devices anew, if that may be done.
        lock: Shared by all keepers: listing devices anew and opening one do not go together.
    """

    def __init__(
        self,
        device: Device,
        open_device: Open,
        told: Told,
        renew: Callable[[Keeper, int], Awaitable[None]],
        lock: asyncio.Lock,
    ) -> None:
        self.device = device
        self._open_device = open_device
        self._told = told
        self._renew = renew
        self._lock = lock
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._settled = asyncio.Event()
        self._trouble: str | None = None
        self._openings = 0
        self._blocks = 0
        self._task: asyncio.Task[None] | None = None
        self.is_open = False
        self.works = False
        self.naps = False

    async def start(self) -> None:
        """Begin; returns when the first attempt has succeeded or failed."""
        self._task = asyncio.create_task(self._keep(), name=f"keeper of {self.device.name}")
        await self._settled.wait()

    async def stop(self) -> None:
        """Close the device. What a thread is just doing is waited for, since it cannot be cancelled; a cancellation
        of the caller is obeyed after that.

        Raises:
            Exception: A bug ended the keeper earlier.
        """
        if self._task:
            task = self._task
            task.cancel()
            await uncancelled(asyncio.wait({task}))  # not the task itself: its end is not the caller's
            self._task = None
            if not task.cancelled():
                task.result()

    def delivered(self) -> None:
        """A block came."""
        self._blocks += 1
        if not self.works:
            self._woken.set()

    def reopen(self) -> None:
        """Close and open again, now."""
        self._stir(_REOPEN)

    async def rest(self) -> None:
        """Close for a moment, by the holder of the lock."""
        self._openings += 1  # what the old stream still has to say is no news
        await self.device.close()

    async def resume(self) -> None:
        """Open after `rest`, by the holder of the lock."""
        try:
            await self._open_device(self._listener())
        except RealtimeCliError as exc:
            self._stir(describe(exc))

    async def nap(self) -> None:
        """Close until `wake`, by the holder of the lock."""
        await self.rest()
        self.naps = True

    async def wake(self) -> None:
        """Open again, by the holder of the lock."""
        self.naps = False
        await self.resume()

    async def _keep(self) -> None:
        attempts = 0
        try:
            while True:
                hopeless = not self.device.can_return
                self._trouble = None
                try:
                    problem = await self._serve()
                    attempts = 0
                except RealtimeCliError as exc:
                    problem = describe(exc)
                    hopeless = hopeless or isinstance(exc, AudioLibraryMissing)
                    attempts += 1
                await uncancelled(self._close())
                if problem != _REOPEN:
                    self._told(problem, attempts)
                    self._settled.set()
                    await self._pause(attempts, hopeless)
                if attempts or self._trouble == _REOPEN:
                    await uncancelled(self._renew(self, 0 if self._trouble == _REOPEN else attempts))
        finally:
            try:
                await uncancelled(self._close())
            finally:
                self._settled.set()

    async def _serve(self) -> str:
        """Open, and wait until it is lost: the reason, or "" when it is to be opened again.

        Raises:
            RealtimeCliError: It cannot be opened.
        """
        self._blocks = 0
        await uncancelled(self._open())
        quiet_checks = 0
        while quiet_checks < _DUMB_CHECKS:
            seen = self._blocks
            if not self.works and seen:
                self.works = True
                self._told("", 0)
                self._settled.set()
            await self._nap(_CHECK_S)
            if self._trouble is not None:
                return self._trouble
            quiet_checks = 0 if self._blocks != seen or self.naps else quiet_checks + 1
        return "it has delivered no sound for 1 s"

    async def _open(self) -> None:
        async with self._lock:
            await self._open_device(self._listener())
            self.is_open = True

    async def _close(self) -> None:
        async with self._lock:
            self._openings += 1
            self.works = self.is_open = self.naps = False
            await self.device.close()

    async def _pause(self, attempts: int, hopeless: bool) -> None:
        """Wait before the next attempt; `reopen` ends it, also one that came while the device was closed."""
        if self._trouble != _REOPEN:
            self._trouble = None
        if not hopeless:
            await self._nap(PAUSES_S[min(attempts, len(PAUSES_S) - 1)])
            return
        while self._trouble != _REOPEN:
            await self._nap(None)

    async def _nap(self, seconds: float | None) -> None:
        """Sleep; ends early when something happens."""
        alarm = self._loop.call_later(seconds, self._woken.set) if seconds is not None else None
        try:
            await self._woken.wait()
        finally:
            if alarm is not None:
                alarm.cancel()
        self._woken.clear()

    def _listener(self) -> Lost:
        """What this opening, and no earlier one, may report, from any thread."""
        self._openings += 1
        opening = self._openings

        def arrived(reason: str) -> None:
            if opening == self._openings:
                self._stir(reason)

        def lost(reason: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
                self._loop.call_soon_threadsafe(arrived, reason)

        return lost

    def _stir(self, trouble: str) -> None:
        self._trouble = trouble
        self._woken.set()


def describe(error: RealtimeCliError) -> str:
    """An error and what to do about it, in one line."""
    return f"{error}. {error.advice}" if error.advice else str(error)


async def uncancelled(work: Coroutine[None, None, Result] | Awaitable[Result]) -> Result:
    """Await work that must not be left half done: a cancellation is obeyed after its end."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            raise error from None
        raise
