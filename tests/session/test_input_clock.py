"""When was that said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.session.input_clock import InputClock


def test_a_position_was_said_when_its_append_went_out() -> None:
    clock = InputClock()
    for step in range(10):
        clock.sent(20, 100.0 + step * 0.02)
    assert clock.time_of(20) == 100.0
    assert clock.time_of(21) == clock.time_of(40) == 100.02
    assert clock.time_of(201) is None
    assert clock.time_of(0) is None


def test_a_new_session_counts_from_zero() -> None:
    clock = InputClock()
    clock.sent(5_000, 1.0)
    clock.restart()
    clock.sent(20, 9.0)
    assert clock.time_of(20) == 9.0


def test_positions_go_on_in_the_next_session_and_sound_said_again_keeps_its_place() -> None:
    clock = InputClock()
    clock.heard(4_000)
    clock.sent(4_000, 1.0)
    assert clock.position_of(1_500) == 1_500
    clock.restart()
    clock.heard(1_000)  # while there was no line
    clock.sent(3_000, 9.0)  # of the unanswered turn, and of what was kept
    clock.begin()
    assert clock.position_of(0) == 2_000
    clock.heard(500)
    clock.sent(500, 9.5)
    assert clock.position_of(3_500) == 5_500


def test_what_the_line_lost_was_never_counted_by_the_server() -> None:
    clock = InputClock()
    for step in range(10):
        clock.sent(20, float(step))
    clock.lost(60)
    assert clock.time_of(140) == 9.0
    assert clock.time_of(141) is None


@given(st.lists(st.floats(1, 500), min_size=1, max_size=50), st.floats(0, 1))
def test_later_words_were_never_said_earlier(durations_ms: list[float], share: float) -> None:
    clock = InputClock()
    for step, duration_ms in enumerate(durations_ms):
        clock.sent(duration_ms, float(step))
    whole_ms = sum(durations_ms)
    early, late = clock.time_of(whole_ms * share), clock.time_of(whole_ms * 0.999999)
    if early is not None and late is not None:
        assert early <= late
