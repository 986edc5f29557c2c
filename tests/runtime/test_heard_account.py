"""What was played reaches the session a few times a second, and nothing of it is lost on the way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.runtime.heard_account import HeardAccount
from realtime_cli.session.facts import Fact, Played

MS = 24


def block(ms: int, item: str = "", **more: bool) -> SpeakerBlock:
    frames = np.full(ms * MS, 100 if item else 0, dtype=np.int16)
    return SpeakerBlock(frames, 24_000, (((item, 0), ms * MS),) if item else (), 0.02, **more)


def told(*blocks: SpeakerBlock) -> list[int]:
    """After which of these blocks something was told."""
    facts: list[Fact] = []
    account, at = HeardAccount(facts.append), []
    for index, one in enumerate(blocks):
        before = len(facts)
        account.played(one)
        at += [index] * (len(facts) - before)
    return at


def test_silence_is_told_once_when_a_sound_has_ended() -> None:
    assert told(*[block(20)] * 50) == []
    assert told(block(20, "a"), *[block(20)] * 50) == [0, 1]


def test_a_sound_is_told_when_it_begins_and_then_every_60_ms() -> None:
    assert told(*[block(20, "a")] * 10) == [0, 3, 6, 9]
    assert told(*[block(8, "a")] * 20) == [0, 8, 16]


def test_what_runs_empty_or_misses_a_block_is_told_at_once() -> None:
    assert told(block(20, "a"), block(20, "a", emptied=True)) == [0, 1]
    assert told(block(20, "a"), block(20, "a", underflowed=True), block(20, "a")) == [0, 1]


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from([8, 20, 40]), st.booleans())))
def test_nothing_is_lost(made: list[tuple[str, int, bool]]) -> None:
    facts: list[Fact] = []
    account = HeardAccount(facts.append)
    for item, ms, emptied in made:
        account.played(block(ms, item, emptied=emptied and bool(item)))
    account.played(block(20))
    pieces = [piece for fact in facts if isinstance(fact, Played) for piece in fact.pieces]
    for name in ("a", "b"):
        sent = sum(ms * MS for item, ms, _ in made if item == name)
        assert sum(piece.frames for piece in pieces if piece.item_id == name) == sent
