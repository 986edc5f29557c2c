"""A hunch that the user speaks: quieter, a pause, and the server's word."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.playback import DECIDE_TIMER, PAUSE_TIMER
from realtime_cli.session.playback_facts import LocalSpeechEnded, LocalSpeechStarted, VolumeTurned
from tests.support.facts import Mind, begun, flushed, key_wish, kinds, played, said, voice

SOUND = (c.DuckPlayout, c.PausePlayout, c.ResumePlayout, c.FlushPlayout)


def speaking(mind: Mind | None = None) -> Mind:
    mind = mind or Mind()
    mind.ready()
    mind.hear(*begun(), *voice(2000, "a long story"))
    mind.tell(played("a1", 200))
    return mind


def sound(commands: list[c.Command]) -> list[str]:
    return [type(command).__name__ for command in commands if isinstance(command, SOUND)]


def test_it_becomes_quieter_at_once_and_silent_when_speech_goes_on() -> None:
    mind = speaking()
    assert sound(mind.tell(LocalSpeechStarted())) == ["DuckPlayout"]
    assert sound(mind.tell(f.TimerFired(PAUSE_TIMER))) == ["PausePlayout"]
    assert mind.see().user.value == "silent", "only the server says that the user speaks"


def test_when_the_server_hears_it_too_the_answer_is_flushed_and_truncated() -> None:
    mind = speaking()
    mind.tell(LocalSpeechStarted(), f.TimerFired(PAUSE_TIMER))
    assert "FlushPlayout" in kinds(mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2")))
    (cut,) = said(mind.tell(flushed(a1=230)), p.ConversationItemTruncate)
    assert cut.audio_end_ms == 230
    assert sound(mind.tell(f.TimerFired(DECIDE_TIMER), LocalSpeechEnded())) == []


def test_when_the_server_hears_nothing_it_goes_on_and_nothing_is_truncated() -> None:
    mind = speaking()
    mind.tell(LocalSpeechStarted(), f.TimerFired(PAUSE_TIMER))
    assert sound(mind.tell(LocalSpeechEnded())) == [], "the server's word is still on its way"
    told = mind.tell(f.TimerFired(DECIDE_TIMER))
    assert sound(told) == ["ResumePlayout"]
    assert said(told, p.ConversationItemTruncate) == []


def test_a_cough_only_ducks() -> None:
    mind = speaking()
    mind.tell(LocalSpeechStarted())
    assert sound(mind.tell(LocalSpeechEnded())) == ["ResumePlayout"]
    assert sound(mind.tell(f.TimerFired(PAUSE_TIMER), f.TimerFired(DECIDE_TIMER))) == []
    assert sound(mind.tell(LocalSpeechStarted())) == ["DuckPlayout"], "the next one counts again"


def test_a_hunch_matters_only_while_an_answer_sounds() -> None:
    mind = Mind()
    mind.ready()
    assert sound(mind.tell(LocalSpeechStarted())) == []


def test_never_while_push_to_talk() -> None:
    assert sound(speaking(Mind(key_wish())).tell(LocalSpeechStarted())) == []


def test_never_while_muted() -> None:
    mind = speaking()
    mind.tell(f.MuteToggled())
    assert sound(mind.tell(LocalSpeechStarted())) == []


def test_pressing_stop_ends_a_hunch_too() -> None:
    mind = speaking()
    mind.tell(LocalSpeechStarted(), f.TimerFired(PAUSE_TIMER))
    assert sound(mind.tell(f.InterruptPressed())) == ["FlushPlayout"]
    assert sound(mind.tell(f.TimerFired(DECIDE_TIMER))) == []


@pytest.mark.parametrize(("steps", "percent"), [([10], 110), ([-30, 10], 80), ([90, 90], 200), ([-150], 0)])
def test_the_volume_stays_within_its_bounds(steps: list[int], percent: int) -> None:
    mind = Mind()
    mind.ready()
    told = mind.tell(*(VolumeTurned(step) for step in steps))
    assert [x.volume for x in told if isinstance(x, c.SetVolume)][-1] == percent / 100
    assert mind.see().volume_percent == percent
