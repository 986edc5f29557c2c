"""How sessions end."""

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.state import Phase
from tests.support.facts import (
    Mind,
    begun,
    call_answer,
    call_item,
    ended,
    flushed,
    key_wish,
    kinds,
    mic,
    of,
    played,
    typed_wish,
    user_turn,
    voice,
    voice_config,
    voice_wish,
)


def test_quit_closes_the_line_and_finishes_with_success() -> None:
    mind = Mind()
    mind.ready()
    assert kinds(mind.tell(f.QuitPressed())) == ["Disconnect", "Finish"]
    assert mind.see().phase is Phase.ENDED
    assert mind.tell(f.QuitPressed(), mic(), f.TimerFired("answer")) == []


def test_quit_before_a_line_is_open_has_nothing_to_close() -> None:
    mind = Mind()
    mind.begin()
    mind.tell(f.ConnectionLost(None, ""))
    assert kinds(mind.tell(f.QuitPressed())) == ["Finish"]


def test_everything_said_is_settled_at_the_end() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(1000, "unfinished"))
    mind.tell(f.QuitPressed())
    assert mind.see().settled == len(mind.see().entries) == 2


def test_ctrl_c_stops_what_is_in_progress_and_ends_when_nothing_is() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(1000, "a story"))
    assert kinds(mind.tell(f.BreakPressed())) == ["FlushPlayout", "response.cancel"]
    mind.tell(flushed(a1=100))
    mind.hear(*ended(status="cancelled"))
    mind.wait(3)
    assert kinds(mind.tell(f.BreakPressed())) == ["Disconnect", "Finish"]


def test_ctrl_c_twice_within_two_seconds_ends() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(1000, "a story"))
    mind.tell(f.BreakPressed())
    mind.wait(1)
    (end,) = of(mind.tell(f.BreakPressed()), c.Finish)
    assert end.exit_code == 0


def test_the_end_of_the_input_waits_for_the_answer_to_be_heard() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    mind.tell(f.InputEnded())
    assert of(mind.wait(10), c.Finish) == []
    mind.hear(*user_turn()[1:], *begun(), *voice(1000, "Good day"), *ended())
    assert of(mind.tell(played("a1", 1000)), c.Finish) == []
    (end,) = of(mind.tell(f.PlayoutEmpty()), c.Finish)
    assert end.exit_code == 0
    assert mind.lines() == ["user: hello there", "assistant: Good day"]


def test_the_end_of_a_silent_input_ends_after_its_last_words_had_their_time() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(f.InputEnded())
    assert of(mind.wait(3.4), c.Finish) == []
    assert of(mind.wait(0.2), c.Finish)


def test_a_patient_turn_detection_gets_more_time() -> None:
    mind = Mind(voice_wish(config=voice_config(p.SemanticVad(eagerness="low"))))
    mind.ready()
    mind.tell(f.InputEnded())
    assert of(mind.wait(10), c.Finish) == []
    assert of(mind.wait(2), c.Finish)


def test_an_input_that_is_over_before_the_session_is_ready_is_waited_for() -> None:
    mind = Mind()
    mind.begin()
    mind.tell(mic(), f.InputEnded())
    assert of(mind.wait(8), c.Finish) == []
    mind.connect()
    assert of(mind.wait(8), c.Finish)


def test_the_end_of_the_input_waits_for_calls_and_their_answer() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(f.InputEnded())
    mind.hear(*user_turn(), *call_answer(call_item("c1")))
    assert of(mind.wait(20), c.Finish) == []
    mind.tell(f.ToolReturned("c1", "noon"))
    mind.hear(*begun("r2", "a2"), *voice(100, "Noon", "r2", "a2"), *ended("r2", "a2"))
    assert of(mind.tell(played("a2", 100), f.PlayoutEmpty()), c.Finish)


def test_the_end_of_the_input_waits_for_the_transcript_but_not_for_ever() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(transcript=None), *begun(), *ended())
    mind.tell(f.InputEnded())
    assert of(mind.wait(9), c.Finish) == []
    assert of(mind.wait(3), c.Finish)


def test_a_server_that_hears_endless_speech_does_not_hold_the_end_for_ever() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    mind.tell(f.InputEnded())
    assert of(mind.wait(20), c.Finish) == []
    assert of(mind.wait(20), c.Finish)


def test_a_talk_key_left_down_ends_its_turn_with_the_input() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(20)), f.InputEnded())
    assert "input_audio_buffer.commit" in kinds(mind.wait(4))


def test_a_script_ends_with_its_answer() -> None:
    mind = Mind(typed_wish(once=True, first_prompt="hi"))
    mind.ready()
    mind.hear(*begun(), p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Yes"))
    assert of(mind.hear(*ended()), c.Finish) == [c.Finish(0)]


def test_a_script_with_calls_ends_with_the_answer_after_them() -> None:
    mind = Mind(typed_wish(once=True, first_prompt="time?"))
    mind.ready()
    assert of(mind.hear(*call_answer(call_item("c1"))), c.Finish) == []
    mind.tell(f.ToolReturned("c1", "noon"))
    mind.hear(*begun("r2", "a2"), p.ResponseOutputTextDelta(response_id="r2", item_id="a2", delta="Noon"))
    assert of(mind.hear(*ended("r2", "a2")), c.Finish) == [c.Finish(0)]
    assert mind.see().answer_text == "Noon"
