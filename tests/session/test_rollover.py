"""Before the server ends a session the conversation moves to a new one, in a quiet moment."""

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.state import Phase
from tests.support.facts import (
    Mind,
    kinds,
    mic,
    of,
    said,
    text_answer,
    typed_wish,
    user_turn,
    voice_config,
    voice_wish,
)

OFFSET_S = 1_000_000.0


def lasting(minutes: float) -> tuple[Mind, p.SessionConfig]:
    """A mind whose session ends so many minutes after the beginning."""
    mind = Mind(voice_wish(epoch_offset_s=OFFSET_S))
    return mind, replace(voice_config(), expires_at=int(OFFSET_S + mind.at_s + minutes * 60))


def test_a_quiet_session_moves_before_its_end_and_nothing_is_lost() -> None:
    mind, config = lasting(60)
    mind.ready(config)
    mind.hear(*user_turn("u1", "remember me"))
    mind.hear(*text_answer("I do."))
    assert "Connect" not in kinds(mind.wait(54 * 60))
    told = mind.wait(2 * 60)
    assert kinds(told) == ["Disconnect", "Connect"]
    assert mind.see().phase is Phase.LISTENING  # nothing to be alarmed about
    again = mind.connect(replace(config, expires_at=int(OFFSET_S + mind.at_s + 3600)), attempt=2)
    texts = [event.item.content[0].text for event in said(again, p.ConversationItemCreate)]  # type: ignore[union-attr]
    assert texts == ["remember me", "I do."]
    assert mind.notices() == ["The conversation moves to a new session."]


def test_it_moves_again_and_again() -> None:
    mind, config = lasting(30)
    mind.ready(config)
    moves = 0
    for attempt in range(2, 50):
        moves += kinds(mind.wait(30 * 60 - 10)).count("Connect")
        mind.connect(replace(config, expires_at=int(OFFSET_S + mind.at_s + 1800)), attempt=attempt)
    assert moves == 48
    assert not of(mind.log, c.Finish)


def test_while_somebody_speaks_it_waits_and_warns_two_minutes_before_the_end() -> None:
    mind, config = lasting(60)
    mind.ready(config)
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    told = mind.wait(58.5 * 60)
    assert "Connect" not in kinds(told)
    assert any("ends this session in 2 minutes" in notice for notice in mind.notices())
    told = mind.hear(*user_turn("u1", "a long story"), *text_answer("done"))
    assert "Connect" in kinds(told)


def test_what_is_said_during_the_move_reaches_the_new_session() -> None:
    mind, config = lasting(60)
    mind.ready(config)
    mind.tell(*(mic() for _ in range(5)))
    mind.wait(55.5 * 60)
    mind.tell(*(mic() for _ in range(50)))  # one second
    again = mind.connect(config, attempt=2)
    sent = sum(len(event.audio) for event in said(again, p.InputAudioBufferAppend))
    assert sent == 55 * 20 * 48  # with what the old session had not answered yet


def test_a_known_limit_serves_where_the_server_tells_no_end() -> None:
    mind = Mind(typed_wish(session_limit_s=1800.0))
    mind.ready()
    assert "Connect" in kinds(mind.wait(1800))


def test_sleep_ends_the_line_at_once_and_the_clock_of_the_session_is_right_after_it() -> None:
    mind, config = lasting(60)
    mind.ready(config)
    told = mind.tell(f.Awoke(3000.0))
    assert kinds(told) == ["Disconnect"]
    assert mind.see().phase is Phase.RECONNECTING
    mind.wait(10)
    mind.connect(replace(config, expires_at=int(OFFSET_S + 3000 + mind.at_s + 3600)), attempt=2)
    assert "Connect" not in kinds(mind.wait(54 * 60))
    assert "Connect" in kinds(mind.wait(60))


def test_sleep_while_waiting_for_the_next_try_tries_at_once() -> None:
    mind, config = lasting(60)
    mind.ready(config)
    mind.tell(f.ConnectionLost(1006, ""))
    assert kinds(mind.tell(f.Awoke(100.0))) == ["Connect"]


def test_an_utterance_cut_by_a_lost_line_is_said_again_to_the_next_session() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(*(mic() for _ in range(100)))
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1", audio_start_ms=1500))
    mind.tell(*(mic() for _ in range(100)))  # two seconds of speech
    mind.tell(f.ConnectionLost(1006, ""))
    mind.tell(*(mic() for _ in range(25)))
    again = mind.wait(2) + mind.connect(attempt=2)
    sent = sum(len(event.audio) for event in said(again, p.InputAudioBufferAppend))
    assert sent == (50 + 100 + 25) * 20 * 48


def test_a_turn_that_became_a_message_is_not_said_again() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(*(mic() for _ in range(100)))
    mind.hear(*user_turn("u1", "hello"))
    mind.tell(f.ConnectionLost(1006, ""))
    again = mind.wait(2) + mind.connect(attempt=2)
    assert said(again, p.InputAudioBufferAppend) == []
