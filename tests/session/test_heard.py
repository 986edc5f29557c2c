"""The one delicate sum."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.session.facts import Piece
from realtime_cli.session.heard import Heard

A, B = ("a", 0), ("b", 0)


def test_what_was_handed_over_is_what_was_heard() -> None:
    heard = Heard()
    heard.receive(A, b"\0" * 4800)
    heard.played([Piece("a", 0, 480), Piece("a", 0, 480)])
    (cut,) = heard.flushed([])
    assert (cut.item_id, cut.content_index, cut.heard_ms, cut.share) == ("a", 0, 40, 0.4)


def test_the_speakers_total_counts_more_than_the_blocks_before_it() -> None:
    heard = Heard()
    heard.receive(A, b"\0" * 4800)
    heard.played([Piece("a", 0, 480)])
    (cut,) = heard.flushed([Piece("a", 0, 1219)])
    assert cut.heard_ms == 50  # 50.79 ms: rounded down


def test_parts_that_were_heard_to_their_end_are_not_cut() -> None:
    heard = Heard()
    heard.receive(A, b"\0" * 4800)
    heard.complete(A)
    heard.played([Piece("a", 0, 2400)])
    heard.receive(B, b"\0" * 480)
    assert [cut.item_id for cut in heard.flushed([Piece("b", 0, 0)])] == ["b"]
    assert heard.flushed([]) == []


def test_rounding_of_another_rate_is_not_unheard() -> None:
    heard = Heard()
    heard.receive(A, b"\0" * 4800)
    heard.complete(A)
    heard.played([Piece("a", 0, 2399)])
    assert heard.all_handed
    assert heard.flushed([]) == []


def test_audio_that_may_go_on_is_cut_even_when_all_of_it_was_heard() -> None:
    heard = Heard()
    heard.receive(A, b"\0" * 4800)
    heard.played([Piece("a", 0, 2400)])
    assert heard.incomplete_tags() == [A]
    (cut,) = heard.flushed([])
    assert (cut.heard_ms, cut.share) == (100, 1.0)


def test_unknown_parts_and_forgotten_items_are_nothing() -> None:
    heard = Heard()
    heard.complete(A)
    heard.played([Piece("a", 0, 5)])
    assert heard.share("a") == 1.0
    assert not heard.knows("a")
    heard.receive(A, b"\0\0")
    assert heard.knows("a")
    assert heard.share("a") == 0.0
    heard.forget("a")
    assert heard.flushed([Piece("a", 0, 3)]) == []


def test_without_a_speaker_complete_parts_are_over() -> None:
    heard = Heard()
    heard.receive(A, b"\0" * 4800)
    heard.complete(A)
    heard.receive(B, b"\0" * 4800)
    heard.forget_heard()
    assert len(heard.incomplete_tags()) == 1
    heard.forget_heard(all_complete=True)
    assert [cut.item_id for cut in heard.flushed([])] == ["b"]


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_no_byte_is_lost_or_made_and_pieces_are_whole(deltas: list[bytes]) -> None:
    heard = Heard()
    pieces = [heard.receive(A, delta) for delta in deltas]
    whole = b"".join(deltas)
    assert b"".join(pieces) == whole[: len(whole) // 2 * 2]
    assert all(len(piece) % 2 == 0 for piece in pieces)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3000)), max_size=10),
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(-100, 5000)), max_size=10),
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(-100, 9000)), max_size=3),
)
def test_heard_is_never_more_than_received(
    received: list[tuple[str, int]], played: list[tuple[str, int]], totals: list[tuple[str, int]]
) -> None:
    heard = Heard()
    frames = {"a": 0, "b": 0}
    for item_id, count in received:
        heard.receive((item_id, 0), bytes(2 * count))
        frames[item_id] += count
    heard.played(Piece(item_id, 0, count) for item_id, count in played)
    for cut in heard.flushed(Piece(item_id, 0, count) for item_id, count in totals):
        assert 0 <= cut.heard_ms <= frames[cut.item_id] / 24
        assert 0.0 <= cut.share <= 1.0
