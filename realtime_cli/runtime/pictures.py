"""The session's pictures: at most ten a second, and none while nothing changes, but for running times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from realtime_cli.runtime.witness import Lasting, Witness
from realtime_cli.session.state import Phase, SessionState
from realtime_cli.terminal.contract import OutputClosed, View

PICTURE_S: Final = 0.1
"""Eyes do not read faster, and Rich at 10 Hz already costs audio threads 5 ms at the 99th percentile."""

DISK_S = 1.0
"""An item is written in about a millisecond; a picture that is a second late is noticed."""
_DISK_LOOK_S: Final = 0.005

IDLE_PICTURE_S: Final = 1.0
"""While nothing happens the session's clock on the screen goes on."""

_MOVING: Final = (Phase.CONNECTING, Phase.CALLING, Phase.RECONNECTING)


class Pictures:
    """Shows one session on a view. On the loop.

    Args:
        view: Where.
        state: The session as it is now; making it costs a tenth of a millisecond.

    Attributes:
        changed: To be set by who knows of something new.
        output_closed: The view's output went away: nobody will see another picture.
    """

    def __init__(self, view: View, state: Callable[[], SessionState]) -> None:
        self._view, self._state = view, state
        self._loop = asyncio.get_running_loop()
        self._lasting: list[Lasting] = []
        self._disk_keeps_up = True
        self._moves = True
        self.changed = asyncio.Event()
        self.output_closed = False

    def come_after(self, witness: Witness) -> None:
        """What is shown for good outlives a crash: where this witness still has to write, pictures wait for it."""
        if isinstance(witness, Lasting):
            self._lasting.append(witness)

    async def show(self) -> None:
        """Until the output is closed."""
        while True:
            if not self._moves:
                await self._something_new()
            self.changed.clear()
            await self._written()
            self.update()
            if self.output_closed:
                return
            await asyncio.sleep(PICTURE_S)

    def update(self) -> None:
        """A picture of now, if it differs from the last one."""
        state = self._state()
        self._moves = state.phase in _MOVING
        try:
            self._view.update(state, self._loop.time())
        except OutputClosed:
            self.output_closed = True

    async def _written(self) -> None:
        """A disk that hangs is waited for once."""
        until_s = self._loop.time() + DISK_S
        while self._disk_keeps_up and any(witness.pending for witness in self._lasting):
            self._disk_keeps_up = self._loop.time() < until_s
            await asyncio.sleep(_DISK_LOOK_S)

    async def _something_new(self) -> None:
        alarm = self._loop.call_later(
            IDLE_PICTURE_S, self.changed.set
        )  # the session's clock moves all the same
        try:
            await self.changed.wait()
        finally:
            alarm.cancel()
