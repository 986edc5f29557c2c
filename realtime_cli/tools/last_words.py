"""What a program says on stderr, kept only as far as it explains its end: the last two kilobytes."""

from __future__ import annotations

import asyncio
import os
import sys
from types import TracebackType
from typing import TextIO

_KEPT_BYTES = 2_000


class LastWords:
    """A file for a program's stderr; `line` is the last line it wrote. On Windows nothing is kept."""

    def __init__(self) -> None:
        self._kept = b""
        self.file: TextIO

    @property
    def line(self) -> str:
        """The last line that is not empty."""
        lines = [one.strip() for one in self._kept.decode(errors="replace").splitlines()]
        return next((one for one in reversed(lines) if one), "")[:300]

    def __enter__(self) -> LastWords:
        if sys.platform == "win32":
            self.file = open(os.devnull, "w", encoding="utf-8")
            return self
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        self.file = os.fdopen(writing, "w")
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._reading, self._read)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        if sys.platform != "win32":
            self._read()
            self._loop.remove_reader(self._reading)
            os.close(self._reading)

    def _read(self) -> None:
        try:
            data = os.read(self._reading, 65_536)
        except BlockingIOError:
            return
        self._kept = (self._kept + data)[-_KEPT_BYTES:]
        if not data:
            self._loop.remove_reader(self._reading)
