"""An echo canceller that is loaded beside the first blocks of the microphone, not before them.

Its library takes 130 to 220 ms to import. Until it is there nothing can have been played, so there is no echo yet: the
microphone passes as it is. What it gives is 15 ms late, and begins with silence, so it takes over between two words.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from realtime_cli.dsp.level import rms_dbfs
from realtime_cli.dsp.pcm16 import frames_in

if TYPE_CHECKING:
    from realtime_cli.dsp.echo import EchoCanceller, Separator
    from realtime_cli.dsp.pcm16 import Int16

_LOG = logging.getLogger(__name__)

_SETTLES_S: Final = 0.25
"""LiveKit's runtime, ended sooner than this after its beginning, prints a panic of Rust on the user's screen (in 18 of
40 sessions shorter than half a second; the end of the program waits for this thread)."""

_QUIET_DBFS: Final = -50.0
_PATIENCE_FRAMES: Final = frames_in(3_000)
"""Then it takes over at once: in a loud room nothing is quiet."""


class LateCanceller:
    """An `EchoCanceller` that makes another one in a thread, which begins with the first block.

    Args:
        make: Makes the canceller; None where its library is missing.
        instead: Makes what is used where `make` has none, or fails.
    """

    def __init__(
        self, make: Callable[[], EchoCanceller | None], instead: Callable[[], EchoCanceller | None]
    ) -> None:
        self._make, self._instead = make, instead
        self._made: EchoCanceller | None = None
        self._at_work: EchoCanceller | None = None
        self._waited_frames = 0
        self._separator: Separator | None = None
        self._thread: threading.Thread | None = None

    def process(self, near: Int16, far: Int16) -> Int16:
        """See `EchoCanceller.process`."""
        if self._at_work is not None:
            return self._at_work.process(near, far)
        if self._made is not None and self._may_take_over(near, far):
            self._at_work = self._made
            return self._at_work.process(near, far)
        if self._thread is None:
            # Not a daemon: the end of the program must not meet a library that is half loaded.
            self._thread = threading.Thread(target=self._load, name="load echo canceller")
            self._thread.start()
        return near

    def take_voice(self) -> Int16 | None:
        """See `dsp.echo.Separator`; None while the canceller is not there, and from one that cannot tell."""
        return self._separator.take_voice() if self._separator else None

    def wait(self) -> None:
        """Until it is there, if it was begun; for tests and measurements."""
        if self._thread is not None:
            self._thread.join()

    def _may_take_over(self, near: Int16, far: Int16) -> bool:
        self._waited_frames += len(near)
        return bool(far.any()) or self._waited_frames > _PATIENCE_FRAMES or rms_dbfs(near) < _QUIET_DBFS

    def _load(self) -> None:
        from realtime_cli.dsp.echo import Separator

        made = None
        try:
            made = self._make()
        except Exception:  # noqa: BLE001 - a library of C code: a session with a worse canceller is better than none
            _LOG.exception("the echo canceller cannot be made")
        made = made or self._instead()
        self._separator = made if isinstance(made, Separator) else None
        self._made = made
        threading.Event().wait(_SETTLES_S)
