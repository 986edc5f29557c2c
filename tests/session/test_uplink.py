"""Which audio becomes appends."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.session.uplink import BYTES_PER_MS, KEPT_MS, Uplink


def ms(count: int) -> bytes:
    return b"\x01\x02" * (count * BYTES_PER_MS // 2)


@given(st.lists(st.integers(1, 60), max_size=40))
def test_open_audio_is_passed_on_whole_and_in_order(lengths_ms: list[int]) -> None:
    uplink = Uplink()
    sent = b""
    for length_ms in lengths_ms:
        for append in uplink.hear_open(ms(length_ms), ready=True, silence=False):
            assert len(append) >= 20 * BYTES_PER_MS
            sent += append
    rest_ms = sum(lengths_ms) - len(sent) // BYTES_PER_MS
    assert 0 <= rest_ms < 20


def test_muted_audio_is_nothing_or_silence() -> None:
    uplink = Uplink()
    uplink.muted = True
    assert uplink.hear_open(ms(20), ready=True, silence=False) == []
    assert uplink.hear_open(ms(20), ready=True, silence=True) == [bytes(960)]


def test_the_newest_ten_seconds_wait_for_a_session() -> None:
    uplink = Uplink()
    for _ in range(110):
        assert uplink.hear_open(ms(100), ready=False, silence=False) == []
    assert uplink.dropped_ms == 1000
    kept = uplink.kept()
    assert sum(map(len, kept)) == KEPT_MS * BYTES_PER_MS
    assert max(map(len, kept)) == 200 * BYTES_PER_MS
    assert uplink.kept() == []


def test_a_turn_has_its_pre_roll_and_its_rest() -> None:
    uplink = Uplink()
    for _ in range(50):
        assert uplink.hear_keyed(ms(20), ready=True) == []
    assert [len(append) for append in uplink.begin_turn(ready=True)] == [300 * BYTES_PER_MS]
    assert len(uplink.hear_keyed(ms(110), ready=True)) == 1
    assert uplink.hear_keyed(ms(10), ready=True) == []
    assert uplink.end_turn() == ([ms(10)], True)
    assert uplink.turn is None


def test_the_pre_roll_does_not_make_a_turn_long_enough() -> None:
    uplink = Uplink()
    for _ in range(50):
        uplink.hear_keyed(ms(20), ready=False)
    uplink.begin_turn(ready=False)
    uplink.hear_keyed(ms(99), ready=False)
    assert uplink.end_turn() == ([], False)
    assert uplink.kept() == []
    assert uplink.end_turn() == ([], False)
