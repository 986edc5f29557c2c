"""Speech from the espeak library that `espeakng-loader` brings, where the `espeak-ng` program is not installed."""

from __future__ import annotations

import importlib.util
from typing import Any, Final

from realtime_cli.server.engines.voices import VOICES, voice_named, words_per_minute
from realtime_cli.server.engines.worker_mouth import WorkerMouth

_MODULE: Final = "realtime_cli.server.engines.espeak_worker"


def is_library_installed() -> bool:
    """Whether `espeakng_loader` is there; it is not imported for that."""
    return importlib.util.find_spec("espeakng_loader") is not None


class EspeakLibraryMouth(WorkerMouth):
    """The espeak library in one worker process: it keeps global state.

    Args:
        language: espeak's name of the language, such as "de"; "" is English in the accents of `voices`.
    """

    def __init__(self, language: str = "") -> None:
        super().__init__("espeak-loader", _MODULE, (), tuple(VOICES))
        self._language = language

    def _request(self, words: str, voice: str, speed: float) -> dict[str, Any]:
        chosen = voice_named(voice, self._language)
        return {
            "text": words,
            "voice": chosen.identifier,
            "pitch": chosen.pitch,
            "rate": words_per_minute(speed),
        }
