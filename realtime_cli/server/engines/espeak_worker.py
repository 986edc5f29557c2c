"""The espeak library of `espeakng_loader` in a process of its own: it keeps global state and may call exit().

Frames in: `S` {"id", "text", "voice", "pitch", "rate"}; `X` {"id"}: stop that one. Frames out: `R` {"rate_hz"} when
ready or `!` with the reason; `A` id (4 bytes) and PCM16; `D` {"id", "error"?} at the end of one.
"""

from __future__ import annotations

import ctypes
import os
import queue
import struct
import threading
from pathlib import Path
from typing import Any, BinaryIO, Final

from realtime_cli.server.engines.frames import claim_stdio, pack, read

_SYNCHRONOUS: Final = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples come to the callback before espeak_Synth returns
_DONT_EXIT: Final = 0x8000  # without it the library ends the whole process when it does not find its data
_UTF8: Final = 1
_CHUNK_MS: Final = 60
_POSITION_CHARACTER: Final = 1
_PITCH: Final = 3  # espeakPITCH
_RATE: Final = 1  # espeakRATE

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakLibrary:
    """The library, loaded and ready. One synthesis at a time."""

    def __init__(self, library: str, data: str) -> None:
        # Paths of 160 and more characters are cut off inside the library, so it gets "." instead.
        os.chdir(Path(data).parent)
        self._espeak = ctypes.CDLL(library)
        self._espeak.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self.rate_hz = int(self._espeak.espeak_Initialize(_SYNCHRONOUS, _CHUNK_MS, b".", _DONT_EXIT))
        if self.rate_hz <= 0:
            raise OSError("espeak_Initialize failed")

    def speak(self, request: dict[str, Any], on_pcm: Any) -> None:
        """Say `request["text"]`; `on_pcm(bytes)` gets the audio and returns True to stop."""

        def callback(wave: Any, frames: int, _events: object) -> int:
            return int(on_pcm(ctypes.string_at(wave, frames * 2))) if wave and frames > 0 else 0

        kept = _Callback(callback)  # the library holds only the address
        self._espeak.espeak_SetSynthCallback(kept)
        if self._espeak.espeak_SetVoiceByName(str(request["voice"]).encode()) != 0:
            self._espeak.espeak_SetVoiceByName(b"en-us")
        self._espeak.espeak_SetParameter(_PITCH, int(request["pitch"]), 0)
        self._espeak.espeak_SetParameter(_RATE, int(request["rate"]), 0)
        text = str(request["text"]).encode()
        failed = self._espeak.espeak_Synth(text, len(text) + 1, 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
        if failed:
            raise OSError(f"espeak_Synth returned {failed}")


def serve(library: EspeakLibrary, source: BinaryIO, sink: BinaryIO) -> None:
    """Say what comes until the stream ends."""
    requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    stopped: set[int] = set()

    def listen() -> None:
        # A thread of its own, so that a stop is seen while the library works (ctypes lets go of the lock).
        try:
            while (frame := read(source)) is not None:
                if frame.kind == "S":
                    requests.put(frame.json())
                elif frame.kind == "X":
                    stopped.add(int(frame.json()["id"]))
        finally:
            requests.put(None)  # also after a frame that makes no sense: the process ends and is replaced

    threading.Thread(target=listen, daemon=True).start()
    sink.write(pack("R", {"rate_hz": library.rate_hz}))
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
                library.speak(request, on_pcm)
        except OSError as exc:
            end["error"] = str(exc)
        stopped.discard(number)
        sink.write(pack("D", end))


def main() -> None:
    """Load the library and serve; say why when that fails."""
    source, sink = claim_stdio()
    try:
        import espeakng_loader

        library = EspeakLibrary(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
    except (ImportError, OSError) as exc:
        sink.write(pack("!", str(exc).encode()))
        return
    try:
        serve(library, source, sink)
    except BrokenPipeError:
        return  # the other end is gone


if __name__ == "__main__":
    main()
