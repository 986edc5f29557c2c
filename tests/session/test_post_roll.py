"""The last syllable of a talk key's turn."""

from __future__ import annotations

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.talk_key import POST_ROLL_TIMER
from tests.support.facts import Mind, key_wish, kinds, mic, said


def keyed() -> Mind:
    mind = Mind(replace(key_wish(), post_roll_ms=250))
    mind.ready()
    return mind


def test_what_is_said_while_the_key_goes_up_is_sent() -> None:
    mind = keyed()
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(10)))
    told = mind.tell(f.TalkKeyReleased())
    assert [x for x in told if isinstance(x, c.StartTimer)] == [c.StartTimer(POST_ROLL_TIMER, 0.25)]
    assert "input_audio_buffer.commit" not in kinds(told)
    tail = mind.tell(*(mic() for _ in range(12)))
    assert sum(len(e.audio) for e in said(tail, p.InputAudioBufferAppend)) == 12 * 960
    assert "input_audio_buffer.commit" in kinds(mind.tell(f.TimerFired(POST_ROLL_TIMER)))
    assert said(mind.tell(mic()), p.InputAudioBufferAppend) == []


def test_too_short_a_press_is_a_hint_at_once() -> None:
    mind = keyed()
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(3)))
    assert kinds(mind.tell(f.TalkKeyReleased())) == ["input_audio_buffer.clear"]
    assert any("too short" in text for text in mind.notices())
    assert mind.tell(f.TimerFired(POST_ROLL_TIMER)) == []


def test_the_next_press_completes_the_turn_that_still_rolls() -> None:
    mind = keyed()
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(10)), f.TalkKeyReleased())
    told = kinds(mind.tell(f.TalkKeyPressed()))
    assert "input_audio_buffer.commit" in told
    assert mind.see().talk_key_down
    assert mind.tell(f.TimerFired(POST_ROLL_TIMER)) == []


def test_a_tap_while_it_rolls_begins_the_next_turn() -> None:
    mind = keyed()
    mind.tell(f.TalkKeyTapped(), *(mic() for _ in range(10)), f.TalkKeyTapped())
    told = kinds(mind.tell(f.TalkKeyTapped()))
    assert "input_audio_buffer.commit" in told
    assert mind.see().talk_key_down
