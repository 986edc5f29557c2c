"""While no answer is in sight the speaker's device may doze; it is awake before the first sound comes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.calm import CALM_S
from realtime_cli.session.state import PlayoutState
from tests.support.facts import Mind, begun, done, ended, key_wish, kinds, played, user_turn, voice


def calm() -> Mind:
    mind = Mind()
    mind.ready()
    assert kinds(mind.wait(CALM_S + 0.1)) == ["DozeSpeaker"]
    return mind


def test_it_dozes_once_after_five_calm_seconds() -> None:
    mind = Mind()
    mind.ready()
    assert kinds(mind.wait(CALM_S - 0.1)) == []
    assert kinds(mind.wait(60)) == ["DozeSpeaker"]


@pytest.mark.parametrize(
    "sign",
    [
        f.ServerSaid(p.InputAudioBufferSpeechStarted(item_id="u1")),
        f.PromptTyped("hello"),
        f.ServerSaid(begun()[0]),
    ],
    ids=["the user speaks", "a prompt is typed", "the server begins by itself"],
)
def test_a_sign_of_an_answer_rouses_it(sign: f.Fact) -> None:
    assert kinds(calm().tell(sign))[-1] == "RouseSpeaker"


def test_a_pressed_talk_key_rouses_it() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.wait(CALM_S + 1)
    assert "RouseSpeaker" in kinds(mind.tell(f.TalkKeyPressed()))


def test_it_stays_awake_from_the_users_first_word_to_five_seconds_after_the_answer() -> None:
    mind = calm()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    assert "DozeSpeaker" not in kinds(mind.wait(30)), "somebody tells a long story"
    mind.hear(*user_turn()[1:], *begun(), *voice(500, "a"), *ended())
    assert "DozeSpeaker" not in kinds(mind.wait(0.2))
    mind.tell(played("a1", 500), f.PlayoutEmpty())
    assert "DozeSpeaker" not in kinds(mind.wait(CALM_S - 0.1))
    assert kinds(mind.wait(1)) == ["DozeSpeaker"]


def test_a_device_that_was_opened_anew_is_awake_and_dozes_again() -> None:
    mind = calm()
    mind.tell(f.DeviceChanged("speaker", "Box", "was unplugged"))
    mind.tell(f.DeviceChanged("speaker", "Box", ""))
    assert kinds(mind.wait(CALM_S + 0.1)) == ["DozeSpeaker"]


def test_without_a_speaker_nothing_is_told_to_it() -> None:
    mind = Mind()
    mind.begin()
    mind.connect()
    mind.wait(60)
    assert not {"DozeSpeaker", "RouseSpeaker"} & set(kinds(mind.log))


_FACTS = st.sampled_from(
    [
        f.ServerSaid(p.InputAudioBufferSpeechStarted(item_id="u1")),
        f.ServerSaid(p.InputAudioBufferSpeechStopped(item_id="u1")),
        f.ServerSaid(begun()[0]),
        f.ServerSaid(voice(100)[0]),
        f.ServerSaid(done()),
        f.PlayoutEmpty(),
        f.PromptTyped("hello"),
        f.InterruptPressed(),
        f.DeviceChanged("speaker", "Box", "was unplugged"),
        f.DeviceChanged("speaker", "Box", ""),
    ]
)


@given(st.lists(st.tuples(_FACTS, st.sampled_from([0.0, 1.0, 7.0])), max_size=30))
@settings(max_examples=200, deadline=None)
def test_what_sounds_never_meets_a_device_that_dozes(story: list[tuple[f.Fact, float]]) -> None:
    mind, dozes = Mind(), False
    mind.ready()
    for fact, pause_s in story:
        if isinstance(fact, f.DeviceChanged) and fact.problem:
            dozes = False  # when it comes back it is awake
        for step in (mind.tell(fact), mind.wait(pause_s)):
            for command in step:
                if isinstance(command, c.DozeSpeaker | c.RouseSpeaker):
                    assert dozes is isinstance(command, c.RouseSpeaker), "told once each"
                    dozes = not dozes
        assert not (dozes and mind.see().playout is PlayoutState.PLAYING)
