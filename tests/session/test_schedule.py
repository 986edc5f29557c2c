"""Pauses between tries."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.session.schedule import Schedule


@given(st.integers(0, 12))
def test_pauses_grow_to_eight_seconds_give_or_take_a_quarter(budget: int) -> None:
    schedule = Schedule(budget)
    pauses = []
    while (pause_s := schedule.next_pause_s()) is not None:
        pauses.append(pause_s)
    assert len(pauses) == schedule.tries == budget
    for number, pause_s in enumerate(pauses):
        plain_s = min(8.0, 0.5 * 2**number)
        assert 0.75 * plain_s <= pause_s <= 1.25 * plain_s


def test_progress_fills_the_budget_again_and_the_spread_goes_on() -> None:
    schedule = Schedule(1)
    first = schedule.next_pause_s()
    assert schedule.next_pause_s() is None
    schedule.progressed()
    second = schedule.next_pause_s()
    assert second is not None
    assert second != first
