"""Which of two decoders is believed."""

import pytest

from realtime_cli.server.engines.recogniser_pair import Hypothesis, better

NOTHING = Hypothesis("", None, 0)


@pytest.mark.parametrize(
    ("full", "domain", "believed"),
    [
        (
            Hypothesis("what are you", -7000, 100),
            Hypothesis("what time is it", -6000, 100),
            "what time is it",
        ),
        (Hypothesis("the fox", -6000, 100), Hypothesis("the twenty", -7000, 100), "the fox"),
        (Hypothesis("hello", -6000, 100), Hypothesis("bye", -5950, 100), "hello"),
        (Hypothesis("hello", -6000, 100), NOTHING, "hello"),
        (NOTHING, Hypothesis("hello", -6000, 100), "hello"),
        (NOTHING, NOTHING, ""),
    ],
)
def test_the_phrases_win_only_when_they_are_clearly_better(
    full: Hypothesis, domain: Hypothesis, believed: str
) -> None:
    assert better(full, domain).text == believed


def test_scores_are_compared_for_each_frame() -> None:
    assert better(Hypothesis("long", -12_000, 200), Hypothesis("short", -5_000, 100)).text == "short"
