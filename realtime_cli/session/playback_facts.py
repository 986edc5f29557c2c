"""Facts about the answer that sounds: the user seems to speak into it, or wants it louder."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class LocalSpeechStarted(Struct, frozen=True):
    """The local detector hears the user while an answer sounds: sooner than the server, and less surely."""


class LocalSpeechEnded(Struct, frozen=True):
    """It hears the user no more."""


class VolumeTurned(Struct, frozen=True):
    """The user wants the speaker louder or quieter, by so many percent of the sound as it came."""

    by_percent: int


PlaybackFact: TypeAlias = LocalSpeechStarted | LocalSpeechEnded | VolumeTurned
