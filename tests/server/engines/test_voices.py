"""Voices and text for espeak."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.voices import VOICES, speakable, voice_named, words_per_minute


def test_no_two_voices_sound_the_same() -> None:
    assert len(set(VOICES.values())) == len(VOICES)


def test_an_unknown_voice_is_the_default_one() -> None:
    assert voice_named("nobody") == voice_named("MARIN") == VOICES["marin"]


def test_speed_is_kept_in_range() -> None:
    assert [words_per_minute(speed) for speed in (0.0, 0.25, 1.0, 4.0, 100.0)] == [44, 44, 175, 700, 700]


@given(st.text(st.sampled_from("[]ab\x01\x00\x1b\n\u202e <&-")))
def test_nothing_in_a_text_works_as_a_command(text: str) -> None:
    clean = speakable(text)
    assert "[[" not in clean
    assert clean.isprintable()
    assert [letter for letter in clean if letter in "ab<&-"] == [
        letter for letter in text if letter in "ab<&-"
    ]
