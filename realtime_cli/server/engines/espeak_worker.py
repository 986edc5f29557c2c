"""The espeak library of `espeakng_loader` in a process of its own: it keeps global state and may call exit().

Frames: see `speaking`; a request also has "pitch" and "rate".
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from realtime_cli.server.engines.frames import claim_stdio, pack
from realtime_cli.server.engines.speaking import serve

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
        self.voices: Sequence[str] = ()
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
