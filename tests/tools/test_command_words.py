"""A line becomes the words that the user meant, on every system."""

from __future__ import annotations

import pytest

from realtime_cli.tools.command_words import words_of


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"C:\tools\df.exe -h {folder}", [r"C:\tools\df.exe", "-h", "{folder}"]),
        (
            r'"C:\Program Files\a.exe" --dir "C:\my notes"',
            [r"C:\Program Files\a.exe", "--dir", r"C:\my notes"],
        ),
        (r"C:\Users\O'Brien\x.exe #1", [r"C:\Users\O'Brien\x.exe", "#1"]),
        ('say "" end', ["say", "", "end"]),
    ],
)
def test_on_windows_a_backslash_is_part_of_a_path(line: str, words: list[str]) -> None:
    assert words_of(line, windows=True) == words


def test_elsewhere_it_is_as_in_a_shell() -> None:
    assert words_of(r"""a\ b 'c d' "e f" """, windows=False) == ["a b", "c d", "e f"]


@pytest.mark.parametrize("windows", [True, False])
def test_an_open_quotation_is_refused(windows: bool) -> None:
    with pytest.raises(ValueError, match="quotation"):
        words_of('say "hello', windows=windows)
