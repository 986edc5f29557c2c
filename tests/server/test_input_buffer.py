"""The input buffer: nothing lost, nothing heard twice, bounded, positions of the whole stream."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from realtime_cli.protocol import PCM16_24KHZ, UNSET, SemanticVad, ServerVad
from realtime_cli.server.input_buffer import (
    IDLE_KEPT_S,
    Heard,
    InputBuffer,
    Offset,
    Onset,
    TurnRules,
    turn_rules,
)
from realtime_cli.server.refused import Refused
from tests.server.desk import LOUD, QUIET, loud_is_speech


def buffer(rules: TurnRules | None = None) -> InputBuffer:
    made = InputBuffer(loud_is_speech)
    made.configure(PCM16_24KHZ, rules)
    return made


def test_without_rules_everything_is_heard_as_it_comes() -> None:
    made = buffer()
    assert made.append(LOUD * 50) == [Heard(LOUD * 50)]
    assert made.append(LOUD * 60) == [Heard(LOUD * 60)]
    cut = made.commit()
    assert (cut.pcm, cut.unheard) == (LOUD * 110, b"")
    assert made.end_ms == 110


def test_an_odd_byte_waits_for_its_other_half() -> None:
    made = buffer()
    whole = LOUD * 100
    heard = [news for piece in (whole[:1], whole[1:301], whole[301:]) for news in made.append(piece)]
    assert b"".join(news.pcm for news in heard if isinstance(news, Heard)) == whole


def test_a_refused_commit_says_how_little_there_is() -> None:
    made = buffer()
    made.append(LOUD * 99)
    with pytest.raises(Refused, match=r"only has 99\.00ms") as refused:
        made.commit()
    assert refused.value.code == "input_audio_buffer_commit_empty"


def test_silence_under_rules_is_kept_only_for_a_while() -> None:
    made = buffer(TurnRules())
    for _ in range(IDLE_KEPT_S + 5):
        assert made.append(QUIET * 1000) == []
    assert len(made.commit().pcm) == IDLE_KEPT_S * 48_000
    assert made.end_ms == (IDLE_KEPT_S + 5) * 1000


@settings(max_examples=40, deadline=None)
@example(pieces=[(False, 603), (True, 900), (False, 193)], cut_bytes=202, prefix_ms=0, silence_ms=129)
@given(
    pieces=st.lists(st.tuples(st.booleans(), st.integers(1, 900)), min_size=1, max_size=8),
    cut_bytes=st.integers(199, 9000),
    prefix_ms=st.integers(0, 800),
    silence_ms=st.integers(100, 600),
)
def test_what_is_heard_is_the_utterance_whatever_the_blocks(
    pieces: list[tuple[bool, int]], cut_bytes: int, prefix_ms: int, silence_ms: int
) -> None:
    stream = b"".join((LOUD if loud else QUIET) * length_ms for loud, length_ms in pieces)
    made = buffer(TurnRules(prefix_ms=prefix_ms, silence_ms=silence_ms))
    news = [
        fact for at in range(0, len(stream), cut_bytes) for fact in made.append(stream[at : at + cut_bytes])
    ]
    start_ms, heard, last_end_ms = None, b"", 0
    for fact in news:
        if isinstance(fact, Onset):
            assert start_ms is None
            assert fact.start_ms >= last_end_ms
            start_ms, heard = fact.start_ms, b""
        elif isinstance(fact, Heard):
            heard += fact.pcm
        elif isinstance(fact, Offset):
            assert start_ms is not None
            assert fact.pcm == heard == stream[start_ms * 48 : fact.end_ms * 48]
            start_ms, last_end_ms = None, fact.end_ms
    assert made.speaking == (start_ms is not None)


def test_rules_are_read_from_both_kinds_of_turn_detection() -> None:
    assert turn_rules(None) is None
    assert turn_rules(ServerVad()) == TurnRules()
    rules = turn_rules(
        ServerVad(threshold=0.8, prefix_padding_ms=1, silence_duration_ms=2, idle_timeout_ms=5000)
    )
    assert rules == TurnRules(threshold=0.8, prefix_ms=1, silence_ms=2, idle_ms=5000)
    assert turn_rules(SemanticVad(create_response=False)) == TurnRules(silence_ms=800, create_response=False)
    assert turn_rules(UNSET) is None


def test_the_threshold_is_the_sessions() -> None:
    made = InputBuffer(lambda _block: 0.6)
    made.configure(PCM16_24KHZ, TurnRules(threshold=0.7))
    assert made.append(QUIET * 400) == []
    made.configure(PCM16_24KHZ, TurnRules(threshold=0.5))
    assert any(isinstance(news, Onset) for news in made.append(QUIET * 400))
