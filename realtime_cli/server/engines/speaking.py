"""A speech synthesis in a process of its own, seen from inside that process: clauses in, audio out, stops obeyed.

Frames in: `S` {"id", "text", "voice", ...}; `X` {"id"}: stop that one. Frames out: `R` {"rate_hz", "voices"} when
ready or `!` with the reason; `A` id (4 bytes) and PCM16; `D` {"id", "error"?} at the end of one.
"""

from __future__ import annotations

import queue
import struct
import threading
from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol

from realtime_cli.server.engines.frames import pack, read


class Speaker(Protocol):
    """A synthesis that is loaded and ready. One clause at a time.

    Attributes:
        rate_hz: Of the PCM16 mono that it makes.
        voices: Names it knows; empty when the other end knows them better.
    """

    rate_hz: int
    voices: Sequence[str]

    def speak(self, request: dict[str, Any], on_pcm: Any) -> None:
        """Say `request["text"]`; `on_pcm(bytes)` gets the audio and returns True to stop. Raises OSError."""


def serve(speaker: Speaker, source: BinaryIO, sink: BinaryIO) -> None:
    """Say what comes until the stream ends."""
    requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    stopped: set[int] = set()

    def listen() -> None:
        # A thread of its own, so that a stop is seen while the synthesis works (it lets go of the lock).
        try:
            while (frame := read(source)) is not None:
                if frame.kind == "S":
                    requests.put(frame.json())
                elif frame.kind == "X":
                    stopped.add(int(frame.json()["id"]))
        finally:
            requests.put(None)  # also after a frame that makes no sense: the process ends and is replaced

    threading.Thread(target=listen, daemon=True).start()
    sink.write(pack("R", {"rate_hz": speaker.rate_hz, "voices": list(speaker.voices)}))
    while (request := requests.get()) is not None:
        number = int(request["id"])
        head = struct.pack("<I", number)
        end: dict[str, Any] = {"id": number}

        def on_pcm(pcm: bytes, head: bytes = head, number: int = number) -> bool:
            if number not in stopped:
                sink.write(pack("A", head + pcm))
            return number in stopped

        try:
            if number not in stopped:
                speaker.speak(request, on_pcm)
        except OSError as exc:
            end["error"] = str(exc)
        stopped.discard(number)
        sink.write(pack("D", end))
