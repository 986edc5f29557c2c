"""The machines and the table that couples them."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.session.joints import JOINTS, Consequence, Flag
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, UserState
from realtime_cli.session.turns import (
    CONNECTION_MOVES,
    PLAYOUT_MOVES,
    RESPONSE_MOVES,
    USER_MOVES,
    Happening,
    Turns,
)


@given(st.lists(st.sampled_from(Happening)))
def test_any_happening_may_come_at_any_time(happenings: list[Happening]) -> None:
    turns = Turns()
    for happening in happenings:
        turns.happen(happening)
    assert turns.connection in ConnectionState


def test_every_state_has_its_moves_and_every_state_is_reached() -> None:
    for states, moves in (
        (ConnectionState, CONNECTION_MOVES),
        (UserState, USER_MOVES),
        (ResponseState, RESPONSE_MOVES),
        (PlayoutState, PLAYOUT_MOVES),
    ):
        assert set(moves) == set(states)
        reached = {target for row in moves.values() for target in row.values()}
        assert set(states) - reached <= {ConnectionState.OFFLINE}


def test_a_lost_line_ends_every_answer() -> None:
    for moves in RESPONSE_MOVES.values():
        assert moves.get(Happening.LINE_LOST, ResponseState.NONE) is ResponseState.NONE


def test_nothing_follows_without_a_flag() -> None:
    turns = Turns()
    assert turns.next_joint(()) is None
    assert all(row.up for row in JOINTS)


def test_every_consequence_has_a_row_and_every_flag_is_looked_at() -> None:
    assert {row.then for row in JOINTS} == set(Consequence)
    assert {flag for row in JOINTS for flag in row.up | row.down} == set(Flag)


@pytest.mark.parametrize("flag", [Flag.BARGE_IN, Flag.INTERRUPTION])
def test_silence_comes_before_everything_else(flag: Flag) -> None:
    turns = Turns()
    turns.playout = PlayoutState.PLAYING
    turns.response = ResponseState.ACTIVE
    turns.flags = set(Flag) - {Flag.FLUSHING} if flag is Flag.INTERRUPTION else {flag}
    row = turns.next_joint(())
    assert row is not None
    assert row.then is Consequence.FLUSH


def test_the_gate_opens_only_when_no_answer_is_made() -> None:
    turns = Turns()
    turns.connection = ConnectionState.READY
    turns.flags = {Flag.ANSWER_WANTED}
    for state in ResponseState:
        turns.response = state
        row = turns.next_joint(())
        assert (row is not None) is (state is ResponseState.NONE)


def test_derived_flags_count_like_raised_ones() -> None:
    turns = Turns()
    turns.connection = ConnectionState.READY
    row = turns.next_joint({Flag.PROMPTS_WAITING})
    assert row is not None
    assert row.then is Consequence.SEND_PROMPTS
    turns.flags = {Flag.FLUSHING}
    assert turns.next_joint({Flag.PROMPTS_WAITING}) is None


def test_the_diagram_is_drawn_from_the_tables() -> None:
    script = Path(__file__).parents[2] / "scripts" / "draw-turns"
    for option, words in (("--text", "NONE         --answer asked--> REQUESTED"), ("", "stateDiagram-v2")):
        arguments = [sys.executable, str(script), *filter(None, [option])]
        drawn = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
        assert words in drawn
        assert all(row.then.value in drawn for row in JOINTS)
