"""Writing to streams whose readers may go away."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import IO, TextIO

from realtime_cli.terminal.contract import OutputClosed
from realtime_cli.terminal.sanitize import encodable

GONE = (errno.EPIPE, errno.ECONNRESET, errno.EIO)
"""A pipe nobody reads; EIO: a terminal that hung up."""


def write(stream: TextIO, text: str) -> None:
    """Write harmless text; characters the stream's encoding lacks become "?".

    Raises:
        OutputClosed: The stream is a pipe nobody reads, or a terminal that hung up.
    """
    try:
        stream.write(encodable(text, stream.encoding or "utf-8"))
        stream.flush()
    except OSError as exc:
        if exc.errno not in GONE:
            raise
        silence(stream)
        raise OutputClosed from exc


def silence(stream: IO[str]) -> None:
    """Send a stream nowhere: what it still holds must not raise once more when Python flushes it at its end."""
    with suppress(OSError):  # a stream in memory has no descriptor, and none is needed
        target = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, target)
        os.close(nowhere)
