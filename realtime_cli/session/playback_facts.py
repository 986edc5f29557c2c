"""Facts about the answer that sounds: the user seems to speak into it, or wants it louder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class LocalSpeechStarted:
    """The local detector hears the user while an answer sounds: sooner than the server, and less surely."""


@dataclass(frozen=True, slots=True)
class LocalSpeechEnded:
    """It hears the user no more."""


@dataclass(frozen=True, slots=True)
class VolumeTurned:
    """The user wants the speaker louder or quieter, by so many percent of the sound as it came."""

    by_percent: int


PlaybackFact: TypeAlias = LocalSpeechStarted | LocalSpeechEnded | VolumeTurned
