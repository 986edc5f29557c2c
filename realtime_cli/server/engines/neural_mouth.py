"""Neural voices that a user installs beside the program: piper or kokoro, in a worker process."""

from __future__ import annotations

import importlib.util
from typing import Any, Final, Literal, TypeAlias

from realtime_cli.server.engines.voices import VOICES
from realtime_cli.server.engines.worker_mouth import WorkerMouth

_MODULE: Final = "realtime_cli.server.engines.neural_worker"

NeuralKind: TypeAlias = Literal["piper", "kokoro"]
PACKAGES: Final[dict[NeuralKind, str]] = {"piper": "piper", "kokoro": "kokoro_onnx"}


def is_neural_installed(kind: NeuralKind) -> bool:
    """Whether the package is there; it is not imported for that."""
    return importlib.util.find_spec(PACKAGES[kind]) is not None


class NeuralMouth(WorkerMouth):
    """One voice file in one process.

    Args:
        kind: Which package.
        files: piper: the `.onnx` file of a voice, its `.onnx.json` beside it. kokoro: the model's `.onnx` file and
            the file of voices, with a comma between.
        language: What the voices speak, for kokoro, such as "en-us".
    """

    def __init__(self, kind: NeuralKind, files: str, language: str = "") -> None:
        super().__init__(kind, _MODULE, (kind, files, language), tuple(VOICES))
        self._known: tuple[str, ...] = ()

    def _ready(self, ready: dict[str, Any]) -> None:
        self._known = tuple(str(name) for name in ready["voices"])
        self.voices = (*self._known, *VOICES)

    def _request(self, words: str, voice: str, speed: float) -> dict[str, Any]:
        return {"text": words, "voice": mapped(voice, self._known), "speed": speed}


def mapped(voice: str, known: tuple[str, ...]) -> str:
    """The engine's own voice for a name: itself, or a fixed one for each voice of the hosted services."""
    if voice in known or not known:
        return voice
    names = tuple(VOICES)
    return known[names.index(voice.lower()) % len(known)] if voice.lower() in names else known[0]
