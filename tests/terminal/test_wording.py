"""The same words on every screen."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from realtime_cli.session.state import Call, CallStatus
from realtime_cli.terminal.wording import (
    amount,
    call_outcome,
    call_signature,
    phase_words,
    role_name,
    seconds,
    time_left,
)
from tests.terminal.states import ANSWER, CALL, QUESTION, READY, RECONNECTING


def call(arguments: str) -> Call:
    return replace(CALL, arguments=arguments)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('{"zone": "Europe/Berlin", "n": 2}', 'clock_time(zone="Europe/Berlin", n=2)'),
        ("{}", "clock_time()"),
        ("", "clock_time()"),
        ('{"zone": "Eur', 'clock_time({"zone": "Eur)'),
        ("[1, 2]", "clock_time([1, 2])"),
        ('{"a": "\\u001b[2J\\u202e"}', 'clock_time(a="\\u001b[2J")'),
        ('{"a": ' + "[" * 100_000 + "}", None),
    ],
)
def test_arguments_are_shown_as_python_would_write_them(arguments: str, expected: str | None) -> None:
    signature = call_signature(call(arguments))
    assert signature == expected or (expected is None and len(signature) < 230)


def test_a_name_is_untrusted_too() -> None:
    assert call_signature(replace(CALL, name="a\x1b[2J\nb", arguments="{}")) == "a�[2J b()"
    assert call_signature(replace(CALL, name="", arguments="{}")) == "?()"


@pytest.mark.parametrize(
    ("status", "ended_at_s", "expected"),
    [
        (CallStatus.WRITING, None, "writing"),
        (CallStatus.RUNNING, None, "running 1.5 s"),
        (CallStatus.DONE, 99.25, "0.2 s"),
        (CallStatus.FAILED, 101.0, "failed 2.0 s"),
        (CallStatus.CANCELLED, 99.5, "cancelled 0.5 s"),
    ],
)
def test_outcomes(status: CallStatus, ended_at_s: float | None, expected: str) -> None:
    assert call_outcome(replace(CALL, status=status, ended_at_s=ended_at_s), 100.5) == expected


def test_an_outcome_without_times_has_none() -> None:
    assert call_outcome(Call("c", "f", "{}", CallStatus.DONE), None) == "done"
    assert call_outcome(Call("c", "f", "{}", CallStatus.RUNNING), None) == "running"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0"), (999, "999"), (1_234, "1.2k"), (9_960, "10k"), (34_499, "34k"), (1_500_000, "1.5M")],
)
def test_amounts(number: int, expected: str) -> None:
    assert amount(number) == expected


@pytest.mark.parametrize(
    ("left_s", "expected"), [(3_400, "57 min left"), (119, "119 s left"), (-1, "time is over")]
)
def test_time_left(left_s: float, expected: str) -> None:
    assert time_left(left_s) == expected


@pytest.mark.parametrize(
    ("duration_s", "expected"), [(0.02, "20 ms"), (0.25, "0.2 s"), (42.4, "42 s"), (185.0, "3:05 min")]
)
def test_seconds(duration_s: float, expected: str) -> None:
    assert seconds(duration_s) == expected


def test_reconnecting_counts_down_and_then_just_says_so() -> None:
    assert phase_words(RECONNECTING, 100.0) == "reconnecting in 3 s"
    assert phase_words(RECONNECTING, 104.0) == "reconnecting"
    assert phase_words(READY, 100.0) == "listening"


def test_roles() -> None:
    assert role_name(QUESTION) == "you"
    assert role_name(ANSWER) == "assistant"
    assert role_name(replace(ANSWER, commentary=True)) == "aside"
    assert role_name(replace(QUESTION, role="system")) == "system"
