"""Push-to-talk."""

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.state import Phase, ResponseState
from tests.support.facts import (
    Mind,
    begun,
    ended,
    flushed,
    key_wish,
    kinds,
    mic,
    played,
    said,
    voice,
    voice_config,
)


def audio_of(commands: list[c.Command]) -> int:
    return sum(len(event.audio) for event in said(commands, p.InputAudioBufferAppend)) // 48


def test_a_turn_clears_appends_commits_and_asks() -> None:
    mind = Mind(key_wish())
    mind.ready()
    assert kinds(mind.tell(*(mic() for _ in range(100)))) == []
    told = mind.tell(f.TalkKeyPressed())
    assert kinds(told) == ["input_audio_buffer.clear", "input_audio_buffer.append"]
    assert audio_of(told) == 300  # what was said just before
    assert (mind.see().phase, mind.see().talk_key_down) == (Phase.HEARING, True)
    told = mind.tell(*(mic() for _ in range(10)))
    assert audio_of(told) == 200
    assert kinds(mind.tell(f.TalkKeyReleased())) == ["input_audio_buffer.commit", "response.create"]
    assert mind.see().phase is Phase.THINKING
    mind.hear(p.InputAudioBufferCommitted(item_id="u1"), *begun(), *voice(100, "Yes"), *ended())
    assert mind.lines() == ["user: ", "assistant: Yes"]


def test_less_than_100_ms_is_never_committed() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(*(mic() for _ in range(100)), f.TalkKeyPressed(), *(mic() for _ in range(4)))
    told = mind.tell(f.TalkKeyReleased())
    assert kinds(told) == ["input_audio_buffer.clear"]
    assert any("too short" in text for text in mind.notices())
    mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(5)))
    assert "input_audio_buffer.commit" in kinds(mind.tell(f.TalkKeyReleased()))


def test_the_key_stops_the_answer_first() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.hear(*begun(), *voice(1000, "a long story"))
    mind.tell(played("a1", 200))
    told = mind.tell(f.TalkKeyPressed())
    assert kinds(told) == ["input_audio_buffer.clear", "FlushPlayout", "response.cancel"]
    (cut,) = said(mind.tell(flushed(a1=220)), p.ConversationItemTruncate)
    assert cut.audio_end_ms == 220
    mind.tell(*(mic() for _ in range(10)))
    assert kinds(mind.tell(f.TalkKeyReleased())) == ["input_audio_buffer.commit"]  # the gate waits
    assert kinds(mind.hear(*ended(status="cancelled"))) == ["response.create"]


def test_taps_begin_and_end() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(f.TalkKeyTapped(), *(mic() for _ in range(10)))
    assert mind.see().talk_key_down
    assert "input_audio_buffer.commit" in kinds(mind.tell(f.TalkKeyTapped()))
    assert not mind.see().talk_key_down


def test_repeated_presses_and_releases_are_harmless() -> None:
    mind = Mind(key_wish())
    mind.ready()
    assert kinds(mind.tell(f.TalkKeyReleased())) == []
    mind.tell(f.TalkKeyPressed())
    assert kinds(mind.tell(f.TalkKeyPressed())) == []


def test_the_key_means_nothing_under_turn_detection() -> None:
    mind = Mind()
    mind.ready()
    assert kinds(mind.tell(f.TalkKeyTapped(), f.TalkKeyPressed(), f.TalkKeyReleased())) == []


def test_without_auto_response_the_turn_waits_for_the_key_a() -> None:
    mind = Mind(key_wish(auto_response=False))
    mind.ready()
    mind.tell(f.TalkKeyTapped(), *(mic() for _ in range(10)))
    assert kinds(mind.tell(f.TalkKeyTapped())) == ["input_audio_buffer.commit"]
    assert mind.see().answer_waits
    assert kinds(mind.tell(f.AnswerPressed())) == ["response.create"]


def test_esc_discards_a_turn_in_progress() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(f.TalkKeyTapped(), *(mic() for _ in range(10)))
    assert kinds(mind.tell(f.InterruptPressed())) == ["input_audio_buffer.clear"]
    assert mind.see().phase is Phase.LISTENING
    assert mind.see().response is ResponseState.NONE


def test_no_microphone_and_mute_are_explained() -> None:
    mind = Mind(key_wish())
    mind.begin()
    mind.connect()
    mind.tell(f.TalkKeyTapped())
    assert mind.notices() == ["There is no microphone."]
    mind.tell(f.DeviceChanged("microphone", "mic", ""), f.MuteToggled(), f.TalkKeyTapped())
    assert mind.notices()[-1] == "The microphone is muted."


def test_a_turn_spoken_before_the_session_is_ready_is_sent_when_it_is() -> None:
    mind = Mind(key_wish())
    mind.begin()
    mind.tell(f.DeviceChanged("microphone", "mic", ""))
    told = mind.tell(f.TalkKeyPressed(), *(mic() for _ in range(10)), f.TalkKeyReleased())
    assert kinds(told) == []
    assert kinds(mind.connect()) == [
        "session.update",
        "input_audio_buffer.clear",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "response.create",
    ]


def test_a_commit_that_the_server_finds_too_short_is_a_hint_only() -> None:
    mind = Mind(key_wish())
    mind.ready()
    mind.tell(f.TalkKeyTapped(), *(mic() for _ in range(10)))
    (commit,) = said(mind.tell(f.TalkKeyTapped()), p.InputAudioBufferCommit)
    detail = p.ErrorDetail(code="input_audio_buffer_commit_empty", message="!", event_id=str(commit.event_id))
    mind.hear(p.ErrorEvent(error=detail))
    assert any("too short" in text for text in mind.notices())


def test_a_server_without_clear_is_not_asked_to() -> None:
    mind = Mind(key_wish(), abilities=p.ALL - {p.Ability.BUFFER_CLEAR})
    mind.ready(voice_config(None))
    mind.tell(mic())
    assert kinds(mind.tell(f.TalkKeyPressed())) == ["input_audio_buffer.append"]
