"""A Whisper model in a process of its own: `whisper_worker MODEL`.

Frames in: `U` id (4 bytes), length of the language (1 byte), language, PCM16 at 16 kHz. Frames out: `R` when ready or
`!` with the reason; `T` {"id", "text"} or {"id", "error"}.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from realtime_cli.server.engines.frames import claim_stdio, pack, read


def recogniser(model_name: str) -> Callable[[Any, str | None], str]:
    """A function from float32[n] at 16 kHz and a language to text."""
    from faster_whisper import WhisperModel

    model = WhisperModel(model_name, device="auto", compute_type="default")

    def recognise(samples: Any, language: str | None) -> str:
        segments, _ = model.transcribe(
            samples, language=language, beam_size=1, condition_on_previous_text=False, without_timestamps=True
        )
        return " ".join(segment.text.strip() for segment in segments)

    return recognise


def serve(recognise: Callable[[Any, str | None], str], source: BinaryIO, sink: BinaryIO) -> None:
    """Recognise what comes until the stream ends."""
    sink.write(pack("R"))
    while (frame := read(source)) is not None:
        number, size = struct.unpack_from("<IB", frame.body)
        language = frame.body[5 : 5 + size].decode() or None
        samples = np.frombuffer(frame.body[5 + size :], "<i2").astype(np.float32) / 32768
        try:
            sink.write(pack("T", {"id": number, "text": recognise(samples, language)}))
        except BrokenPipeError:
            raise
        except Exception as exc:  # noqa: BLE001 - a foreign package: its failure is told, the process goes on
            sink.write(pack("T", {"id": number, "error": f"{type(exc).__name__}: {exc}"}))


def main() -> None:
    """Load the model and serve; say why when that fails."""
    source, sink = claim_stdio()
    try:
        recognise = recogniser(sys.argv[1])
    except Exception as exc:  # noqa: BLE001 - a foreign package; whatever it is, the user reads it
        sink.write(pack("!", f"{type(exc).__name__}: {exc}".encode()))
        return
    try:
        serve(recognise, source, sink)
    except BrokenPipeError:
        return  # the other end is gone


if __name__ == "__main__":
    main()
