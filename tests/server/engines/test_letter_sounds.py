"""Guessed sounds of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.letter_sounds import phones_of
from realtime_cli.server.engines.number_words import row

ARPABET = frozenset(
    row(
        "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
    )
)


@given(st.text(st.characters(codec="ascii", categories=["Lu", "Ll"]), min_size=1, max_size=20))
def test_every_word_of_letters_sounds_like_something_the_recogniser_knows(word: str) -> None:
    phones = phones_of(word)
    assert phones is None or set(phones.split()) <= ARPABET


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("ship", "SH IH P"),
        ("note", "N OW T"),
        ("quick", "K W IH K"),
        ("city", "S IH T IY"),
        ("zorblax", "Z AO R B L AE K S"),
        ("o'neil", "AA N EY L"),
    ],
)
def test_a_few_words(word: str, phones: str) -> None:
    assert phones_of(word) == phones


@pytest.mark.parametrize("word", ["", "größe", "x2", "日本"])
def test_other_letters_have_no_sound(word: str) -> None:
    assert phones_of(word) is None
