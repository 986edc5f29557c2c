"""No character that leaves the sanitizer can give a terminal an order, or hide."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.terminal.sanitize import clean, clean_line, encodable

# Any code point, surrogates included, and the ones that matter much more often than chance would have it.
ANYTHING = st.text(
    st.characters(exclude_categories=())
    | st.sampled_from("\x1b\x9b\x9d\x07\r\n\t[]mu;1\u200d\u202e\ud83d\ude00a")
)
# Format characters one can see: Arabic, Syriac and Kaithi number signs.
VISIBLE_FORMAT = {
    0x600,
    0x601,
    0x602,
    0x603,
    0x604,
    0x605,
    0x6DD,
    0x70F,
    0x890,
    0x891,
    0x8E2,
    0x110BD,
    0x110CD,
}


def harmless(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cf":
        return ord(character) in VISIBLE_FORMAT or character in "\u200c\u200d"
    return character == "\n" or category not in ("Cc", "Cs", "Zl", "Zp")


def test_every_code_point_comes_out_harmless() -> None:
    for first in range(0, 0x110000, 0x400):
        text = clean("a".join(map(chr, range(first, first + 0x400))))
        assert all(map(harmless, text)), hex(first)


@given(ANYTHING)
def test_no_output_can_start_an_escape_sequence(text: str) -> None:
    assert all(map(harmless, clean(text)))


@given(ANYTHING)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANYTHING)
def test_what_is_clean_can_be_encoded(text: str) -> None:
    clean(text).encode()
    encodable(clean(text), "ascii").encode("ascii")


@given(ANYTHING)
def test_a_clean_line_is_one_line_of_limited_length(text: str) -> None:
    line = clean_line(text, 40)
    assert "\n" not in line
    assert len(line) <= 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello, world", "hello, world"),
        ("a\nb", "a\nb"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\tb", "a    b"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b\x1b[31m[2J", "�[2J"),
        ("\x1b]52;c;aGk=\x07", "�]52;c;aGk=�"),
        ("\x1b]8;;http://x\x1b\\link", "�]8;;http://x�\\link"),
        ("\x9b2J", "�2J"),
        ("\u202eevil\u202c", "evil"),
        ("pay\u200bpal", "paypal"),
        ("a\U000e0041\U000e0042b", "ab"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\U0001f469\U0001f467"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u2764\ufe0f", "\u2764"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\ud83d!", "�!"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("a\u3164b", "a b"),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_tabs_stay_where_they_are_wanted() -> None:
    assert clean("a\tb\x00", keep_tabs=True) == "a\tb�"


def test_over_long_lines_are_cut_with_a_note_and_short_ones_beside_them_are_not() -> None:
    text = clean("short\n" + "x" * 1_500, line_limit_chars=1_000)
    assert text == "short\n" + "x" * 1_000 + "… (500 more characters)"


def test_a_clean_line_has_one_blank_for_each_gap() -> None:
    assert clean_line(" a \n\n b\tc ") == "a b c"


def test_what_an_encoding_lacks_becomes_a_question_mark() -> None:
    assert encodable("naïve 日本", "latin-1") == "naïve ??"
    assert encodable("日本", "utf-8") == "日本"
