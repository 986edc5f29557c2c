"""Words and numbers for the speaker's latency."""

import pytest

from realtime_cli.devices.buffering import LADDER, Buffering, buffering_of


def test_words_and_milliseconds() -> None:
    assert buffering_of("auto") == buffering_of("low") == LADDER[0] == Buffering(8, "low")
    assert buffering_of("high") == Buffering(20, "high")
    assert buffering_of("35") == buffering_of("35 ms") == Buffering(10, 0.035)
    assert buffering_of("200").block_ms == 20


@pytest.mark.parametrize("wish", ["", "soon", "0", "-5", "3000", "nan"])
def test_anything_else_is_refused(wish: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        buffering_of(wish)


def test_each_step_of_the_ladder_gives_more_time() -> None:
    held = [step.latency for step in LADDER[1:]]
    assert held == sorted(held, key=float)
    assert [step.block_ms for step in LADDER] == sorted(step.block_ms for step in LADDER)
