"""Silences that are not sent, and cues."""

from __future__ import annotations

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.trim import SilenceTrim
from realtime_cli.session.wish import Wish
from tests.support.facts import Mind, said

STEP = bytes(960)


def sent_ms(trim: SilenceTrim, level_dbfs: float, steps: int, *, wanted: bool = False) -> int:
    parts = [part for _ in range(steps) for part in trim.pass_on(STEP, level_dbfs, wanted=wanted)]
    return sum(map(len, parts)) // 48


def test_a_second_of_silence_is_sent_and_no_more() -> None:
    trim = SilenceTrim()
    assert sent_ms(trim, -70, 500) == 1000
    assert trim.trimmed_ms == 10_000 - 1000 - 300


def test_what_came_just_before_a_sound_is_sent_with_it() -> None:
    trim = SilenceTrim()
    sent_ms(trim, -70, 500)
    assert sent_ms(trim, -30, 1) == 320
    assert sent_ms(trim, -30, 100) == 2000


def test_in_the_middle_of_a_turn_nothing_is_left_out() -> None:
    trim = SilenceTrim()
    assert sent_ms(trim, -70, 500, wanted=True) == 10_000


def test_a_steady_fan_becomes_the_floor() -> None:
    trim = SilenceTrim()
    sent_ms(trim, -40, 1500)
    assert sent_ms(trim, -40, 100) == 0
    assert sent_ms(trim, -25, 1) == 320


def test_a_session_trims_when_asked_to() -> None:
    for trims, expected in ((False, 10_000), (True, 1000)):
        mind = Mind(replace(Wish(), trim_silence=trims))
        mind.ready()
        told = mind.tell(*(f.MicHeard(STEP, -70.0) for _ in range(500)))
        assert sum(len(e.audio) for e in said(told, p.InputAudioBufferAppend)) // 48 == expected


def test_cues_sound_when_asked_for() -> None:
    for wants, expected in ((False, []), (True, ["heard", "lost"])):
        mind = Mind(replace(Wish(), cues=wants))
        mind.ready()
        told = mind.hear(
            p.InputAudioBufferSpeechStarted(item_id="u1"), p.InputAudioBufferSpeechStopped(item_id="u1")
        )
        told += mind.tell(f.ConnectionLost(1006, "gone"))
        assert [x.cue for x in told if isinstance(x, c.PlayCue)] == expected
