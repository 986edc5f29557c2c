"""Which espeak voice stands for which voice of the hosted services, so that two voices never sound the same."""

from __future__ import annotations

from typing import Final, NamedTuple

WORDS_PER_MINUTE: Final = 175
"""espeak's own default: speed 1.0."""


class EspeakVoice(NamedTuple):
    """How espeak is to speak: `variant` of its formants ("" for the plain voice) and `pitch` 0..99."""

    accent: str
    variant: str
    pitch: int

    @property
    def identifier(self) -> str:
        """What `-v` and `espeak_SetVoiceByName` take."""
        return f"{self.accent}+{self.variant}" if self.variant else self.accent


DEFAULT_VOICE: Final = "marin"

VOICES: Final[dict[str, EspeakVoice]] = {
    "marin": EspeakVoice(
        "en-us", "", 50
    ),  # the plain voice is the clearest, and marin is everybody's default
    "cedar": EspeakVoice("en-us", "m7", 40),
    "alloy": EspeakVoice("en-us", "m3", 55),
    "ash": EspeakVoice("en-us", "m1", 45),
    "ballad": EspeakVoice("en-gb", "", 50),
    "coral": EspeakVoice("en-us", "f2", 55),
    "echo": EspeakVoice("en-us", "m4", 50),
    "fable": EspeakVoice("en-gb", "m2", 55),
    "nova": EspeakVoice("en-us", "f4", 60),
    "onyx": EspeakVoice("en-us", "m6", 30),
    "sage": EspeakVoice("en-us", "f1", 50),
    "shimmer": EspeakVoice("en-us", "f5", 60),
    "verse": EspeakVoice("en-gb-scotland", "", 50),
}


def voice_named(name: str, language: str = "") -> EspeakVoice:
    """The espeak voice for `name`; the default one for an unknown name. A language takes the accent's place."""
    voice = VOICES.get(name.lower(), VOICES[DEFAULT_VOICE])
    return voice._replace(accent=language) if language else voice


def words_per_minute(speed: float) -> int:
    """espeak's rate for `speed` 0.25..4 (clamped). Below 80 words espeak itself stops slowing down much."""
    return round(WORDS_PER_MINUTE * min(4.0, max(0.25, speed)))


def speakable(text: str) -> str:
    """`text` as pure data for espeak: nothing in it works as a command.

    Control characters are dropped (Ctrl-A begins an embedded command), and `[[`, which begins phoneme notation,
    is split. SSML and options need no care: SSML is off, and the text never becomes an argument.
    """
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    while "[[" in clean:
        clean = clean.replace("[[", "[ [")
    return clean.strip()
