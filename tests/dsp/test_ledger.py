"""The accounts of the playout."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.dsp.ledger import Ledger, Piece, summed

A, B = ("item_a", 0), ("item_b", 0)


@given(st.sampled_from([8_000, 24_000, 44_100, 48_000]), st.lists(st.integers(1, 500), max_size=30))
@settings(deadline=None)
def test_remainders_are_carried_so_that_sums_are_exact(rate_hz: int, blocks: list[int]) -> None:
    ledger = Ledger(rate_hz)
    ledger.wrote(A, sum(blocks))
    told = sum(ledger.handed(A, frames) for frames in blocks)
    assert told == sum(blocks) * 24_000 // rate_hz == ledger.net(A)
    assert ledger.queued_frames == 0


def test_a_finished_tag_is_forgotten_when_the_next_one_sounds() -> None:
    ledger = Ledger(24_000)
    ledger.wrote(A, 10)
    ledger.handed(A, 10)
    account = ledger.find(A)
    assert account is not None
    account.ended = True
    assert ledger.net(A) == 10
    ledger.wrote(B, 10)
    assert ledger.net(A) == 10
    ledger.handed(B, 1)
    assert ledger.find(A) is None
    assert ledger.net(A) == 0


def test_losses_are_taken_off_but_never_below_nothing() -> None:
    ledger = Ledger(48_000)
    assert ledger.lost(100) is None
    ledger.wrote(A, 1000)
    ledger.handed(A, 500)
    assert ledger.lost(200) == (A, 100)
    assert ledger.net(A) == 150
    assert ledger.lost(0) is None
    assert ledger.lost(9999) == (A, 150)
    assert ledger.net(A) == 0


def test_a_cut_tells_every_unfinished_total() -> None:
    ledger = Ledger(24_000)
    ledger.wrote(A, 100)
    ledger.wrote(B, 100)
    ledger.handed(A, 40)
    assert ledger.cut({A: 10}) == ((A, 50), (B, 0))
    assert ledger.queued_frames == 10
    assert ledger.cut({A: 10}) == ((A, 50),)


@given(st.lists(st.tuples(st.sampled_from([A, B, ("item_a", 1)]), st.integers(-3, 3))))
def test_pieces_are_summed_by_tag_in_their_order_and_nothing_is_no_piece(pieces: list[Piece]) -> None:
    whole = summed(pieces)
    tags = list(dict.fromkeys(tag for tag, _ in pieces))
    assert [tag for tag, _ in whole] == [
        tag for tag in tags if sum(frames for other, frames in pieces if other == tag)
    ]
    for tag in tags:
        assert dict(whole).get(tag, 0) == sum(frames for other, frames in pieces if other == tag)
    assert summed(whole) == whole
