"""Words that are told are never taken back."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.stable_words import StableWords

hypotheses = st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=6), max_size=30)


@given(hypotheses)
def test_what_was_told_only_grows(rows: list[list[str]]) -> None:
    words, told = StableWords(), ""
    for row in rows:
        grew = words.update(row)
        assert words.text.startswith(told)
        assert grew == (words.text != told)
        told = words.text


@given(hypotheses)
def test_the_newest_word_is_never_told_at_once(rows: list[list[str]]) -> None:
    words = StableWords()
    for row in rows:
        if words.update(row):
            assert len(words.text.split()) < len(row)


def test_a_word_is_told_after_three_hypotheses_agree() -> None:
    words = StableWords()
    assert [words.update(["what", "time", "is"]) for _ in range(3)] == [False, False, True]
    assert words.text == "what time"


def test_a_word_that_changes_is_held_back() -> None:
    words = StableWords()
    for row in (["what", "by"], ["what", "time", "is"], ["what", "time", "is", "it"]):
        words.update(row)
    assert words.text == "what"
