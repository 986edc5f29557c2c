"""Prices of one model, as the mind uses them."""

from __future__ import annotations

from msgspec import Struct


class Rates(Struct, frozen=True):
    """US dollars for one token of each kind, from a price list: every sum made of them is an estimate.

    Attributes:
        source: Whose list, and of which day; shown with the estimate.
        transcription_second: For a second of the user's speech written down.
        transcription_input: For a token of the same, where tokens are billed.
        transcription_output: For a token of the transcript.
    """

    input_text: float = 0.0
    input_audio: float = 0.0
    input_image: float = 0.0
    cached_text: float = 0.0
    cached_audio: float = 0.0
    cached_image: float = 0.0
    output_text: float = 0.0
    output_audio: float = 0.0
    transcription_second: float = 0.0
    transcription_input: float = 0.0
    transcription_output: float = 0.0
    source: str = ""
