"""How an engine's worker process and we talk: length-prefixed frames on its stdin and stdout.

A frame is the length of its body (4 bytes, little endian), one letter that says what it is, and the body.
Chosen over `multiprocessing`: no fork of a threaded process, no pickles, and the worker sees our end as EOF.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import Any, BinaryIO, Final, NamedTuple

HEADER: Final = struct.Struct("<Ic")
MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""More than the 15 MiB that a client may append at once; a longer length means that the pipe is out of step."""


class Frame(NamedTuple):
    """One message: a letter and its body."""

    kind: str
    body: bytes

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


def pack(kind: str, body: bytes | dict[str, Any] = b"") -> bytes:
    """The bytes of one frame; a dict goes as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HEADER.pack(len(data), kind.encode("ascii")) + data


def read(stream: BinaryIO) -> Frame | None:
    """The next frame of a blocking stream; None at its end, also when it ends inside a frame."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    length, kind = HEADER.unpack(head)
    if length > MAX_BODY_BYTES:
        return None
    body = stream.read(length)
    return Frame(kind.decode("ascii"), body) if len(body) == length else None


def claim_stdio() -> tuple[BinaryIO, BinaryIO]:
    """Take the process's stdin and stdout for frames.

    Afterwards file descriptor 1 leads to stderr, so that a C library that prints cannot break the frames.

    Returns:
        The stream to read frames from and the one to write them to.
    """
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return sys.stdin.buffer, out
