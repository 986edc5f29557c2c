"""Connecting, agreeing on settings, losing the line and coming back."""

import pytest

from realtime_cli import protocol as p
from realtime_cli.errors import RemoteProtocolError
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.state import ConnectionState, Phase
from tests.support.facts import (
    Mind,
    begun,
    ended,
    error,
    key_wish,
    kinds,
    mic,
    of,
    said,
    text_answer,
    typed_wish,
    user_turn,
    voice,
    voice_config,
    voice_wish,
)


def test_the_first_word_is_connect_and_greetings_are_shown() -> None:
    mind = Mind(voice_wish(greeting=("Talking to the demo.",)))
    assert kinds(mind.begin()) == ["Connect"]
    assert mind.see().phase is Phase.CONNECTING
    assert mind.notices() == ["Talking to the demo."]


def test_nothing_is_said_before_the_server_spoke() -> None:
    mind = Mind()
    mind.begin()
    assert kinds(mind.tell(f.Connected(1))) == []
    assert kinds(mind.hear(p.SessionCreated(session=p.SessionConfig(id="s")))) == ["session.update"]
    assert mind.see().connection is ConnectionState.CONFIGURING
    assert kinds(mind.hear(p.SessionUpdated(session=voice_config()))) == []
    assert mind.see().connection is ConnectionState.READY
    assert mind.see().phase is Phase.LISTENING


def test_the_update_says_exactly_what_was_wished() -> None:
    mind = Mind()
    (update,) = said(mind.ready(), p.SessionUpdate)
    assert update.session == voice_config()
    assert update.event_id


def test_the_picture_names_what_the_server_made_of_it() -> None:
    mind = Mind()
    config = p.SessionConfig(
        id="sess_9",
        model="big",
        expires_at=1234,
        audio=p.AudioConfig(output=p.AudioOutput(voice=p.VoiceId("mine"))),
    )
    mind.ready(config)
    state = mind.see()
    assert (state.session_id, state.model, state.voice, state.expires_at_epoch_s) == (
        "sess_9",
        "big",
        "mine",
        1234,
    )


def test_a_server_that_says_nothing_is_told_the_settings_after_a_while() -> None:
    mind = Mind()
    mind.begin()
    mind.tell(f.Connected(1))
    assert kinds(mind.wait(11)) == ["session.update"]
    mind.wait(6)
    assert mind.see().connection is ConnectionState.READY
    assert any("did not confirm" in text for text in mind.notices())


def test_typed_prompts_wait_until_the_session_is_ready() -> None:
    mind = Mind(typed_wish(first_prompt="hi"))
    mind.begin()
    mind.tell(f.Connected(1))
    told = mind.hear(p.SessionCreated(session=p.SessionConfig()))
    assert kinds(told) == ["session.update"]
    assert kinds(mind.hear(p.SessionUpdated(session=p.SessionConfig()))) == [
        "conversation.item.create",
        "response.create",
    ]


def test_a_refused_update_is_tried_once_without_what_only_some_models_know() -> None:
    config = p.SessionConfig(reasoning=p.Reasoning(effort="low"), instructions="be kind")
    mind = Mind(typed_wish(config=config))
    mind.begin()
    told = mind.tell(f.Connected(1))
    told += mind.hear(p.SessionCreated(session=p.SessionConfig()))
    told += mind.hear(
        error("invalid_value", "Unsupported option for this model")
    )  # no event_id: seen in the wild
    first, second = said(told, p.SessionUpdate)
    assert first.session.reasoning == p.Reasoning(effort="low")
    assert second.session.reasoning is p.UNSET
    assert second.session.instructions == "be kind"
    assert any("reasoning" in text for text in mind.notices())


def test_an_update_that_stays_refused_does_not_end_a_talk_but_a_script() -> None:
    for once, ends in ((False, False), (True, True)):
        mind = Mind(typed_wish(once=once))
        mind.begin()
        mind.tell(f.Connected(1))
        (update,) = said(mind.hear(p.SessionCreated(session=p.SessionConfig())), p.SessionUpdate)
        told = mind.hear(error("unknown_parameter", "session.foo", str(update.event_id)))
        assert bool(of(told, c.Finish)) is ends
        assert (mind.see().connection is ConnectionState.READY) is not ends


def test_a_failed_first_connection_ends_at_once_with_its_class() -> None:
    mind = Mind()
    mind.begin()
    (end,) = of(mind.tell(f.ConnectFailed("nobody there", "check the URL", 69, True)), c.Finish)
    assert end == c.Finish(69, "nobody there", "check the URL")
    assert mind.see().phase is Phase.ENDED


def test_a_lost_line_is_taken_up_again_and_the_conversation_sent_again() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(100, "Hello you"), *ended())
    told = mind.tell(f.ConnectionLost(1011, "oops"))
    assert kinds(told) == []
    assert mind.see().phase is Phase.RECONNECTING
    assert mind.see().retry_at_s is not None
    assert kinds(mind.wait(1)) == ["Connect"]
    told = mind.connect(attempt=2)
    items = [event.item for event in said(told, p.ConversationItemCreate)]
    assert items == [
        p.MessageItem(id="u1", role="user", content=(p.InputText("hello there"),)),
        p.MessageItem(id="a1", role="assistant", content=(p.OutputText("Hello you"),)),
    ]
    assert said(told, p.ResponseCreate) == []
    mind.hear(*(p.ConversationItemAdded(item=item) for item in items))
    assert mind.lines() == ["user: hello there", "assistant: Hello you"]
    assert mind.see().phase is not Phase.RECONNECTING


def test_items_that_a_server_renames_are_not_shown_twice() -> None:
    mind = Mind(typed_wish(first_prompt="hi"))
    mind.ready()
    renamed = p.MessageItem(id="server_7", role="user", content=(p.InputText("hi"),))
    mind.hear(p.ConversationItemAdded(item=renamed))
    mind.hear(*text_answer("yes"))
    assert mind.lines() == ["user: hi", "assistant: yes"]


def test_a_turn_that_was_being_answered_is_answered_by_the_next_session() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), p.ResponseCreated(response=p.Response(id="r1")))
    mind.tell(f.ConnectionLost(None, ""))
    mind.wait(1)
    assert kinds(mind.connect(attempt=2)) == ["session.update", "conversation.item.create", "response.create"]


def test_words_that_were_never_written_down_are_lost_with_the_line() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(transcript=None))
    mind.tell(f.ConnectionLost(None, ""))
    mind.wait(1)
    assert kinds(mind.connect(attempt=2)) == ["session.update"]
    assert mind.spoken()[0].problem == "lost with the connection"
    assert any("Your last words were lost" in text for text in mind.notices())


def test_half_an_answer_is_not_asked_for_again() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(100, "Well, the"))
    told = mind.tell(f.ConnectionLost(None, ""))
    assert kinds(told) == ["EndPlay"]  # what arrived is still played
    mind.wait(1)
    told = mind.connect(attempt=2)
    assert said(told, p.ResponseCreate) == []
    assert [
        event.item.role
        for event in said(told, p.ConversationItemCreate)
        if isinstance(event.item, p.MessageItem)
    ] == [
        "user",
        "assistant",
    ]


def test_a_script_with_half_an_answer_ends() -> None:
    mind = Mind(typed_wish(once=True, first_prompt="hi"))
    mind.ready()
    mind.hear(*begun(), p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="We"))
    (end,) = of(mind.tell(f.ConnectionLost(1006, "")), c.Finish)
    assert end.exit_code == 69


def test_the_budget_is_refilled_by_a_session_not_by_a_handshake() -> None:
    mind = Mind(voice_wish(max_retries=3))
    mind.ready()
    pauses = 0
    for attempt in range(2, 10):
        told = mind.tell(f.ConnectionLost(1006, ""))
        if of(told, c.Finish):
            break
        pauses += 1
        mind.wait(10)
        mind.tell(f.Connected(attempt))  # accepted, and dropped at once
    assert pauses == 3
    assert mind.see().phase is Phase.ENDED


def test_sessions_that_drop_at_once_do_not_refill_the_budget() -> None:
    mind = Mind(voice_wish(max_retries=4))
    mind.ready()
    drops = 0
    for attempt in range(2, 12):
        drops += 1
        if of(mind.tell(f.ConnectionLost(1006, "")), c.Finish):
            break
        mind.wait(10)
        mind.connect(attempt=attempt)
    assert drops == 5


def test_sessions_that_last_refill_the_budget() -> None:
    mind = Mind(voice_wish(max_retries=2))
    mind.ready()
    for attempt in range(2, 9):
        mind.wait(40)
        assert of(mind.tell(f.ConnectionLost(1006, "")), c.Finish) == []
        mind.wait(10)
        mind.connect(attempt=attempt)
    assert mind.see().connection is ConnectionState.READY


@pytest.mark.parametrize(
    ("code", "reason", "exit_code"),
    [
        (1008, "missing key", 77),
        (3000, "invalid_request_error.invalid_api_key", 77),
        (4000, "invalid_request_error.beta_api_shape_disabled", 76),
        (4003, "not enabled", 76),
        (1007, "", 76),
        (1000, "", 76),
    ],
)
def test_closes_that_no_retry_can_help_end_with_code_and_reason(
    code: int, reason: str, exit_code: int
) -> None:
    mind = Mind()
    mind.ready()
    told = mind.tell(f.ConnectionLost(code, reason))
    (end,) = of(told, c.Finish)
    assert end.exit_code == exit_code
    assert str(code) in end.message
    assert reason in end.message
    assert end.advice


def test_an_expired_session_is_replaced_before_the_line_closes() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(100, "Hello"), *ended())
    assert kinds(mind.hear(error("session_expired", "Your session hit the maximum duration"))) == [
        "Disconnect"
    ]
    assert kinds(mind.tell(f.ConnectionLost(1001, "maximum duration"))) == []
    assert kinds(mind.wait(1)) == ["Connect"]
    assert "conversation.item.create" in kinds(mind.connect(attempt=2))


def test_what_was_said_while_there_was_no_session_is_sent_after_the_conversation() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(100, "Hello"), *ended())
    mind.tell(f.ConnectionLost(1006, ""))
    assert kinds(mind.tell(*(mic() for _ in range(30)))) == []
    mind.wait(1)
    assert kinds(mind.connect(attempt=2)) == [
        "session.update",
        "conversation.item.create",
        "conversation.item.create",
        "input_audio_buffer.append",
        "input_audio_buffer.append",
        "input_audio_buffer.append",
    ]


def test_audio_beyond_ten_seconds_without_a_session_is_dropped_and_counted() -> None:
    mind = Mind()
    mind.begin()
    mind.tell(*(mic(100) for _ in range(120)))
    assert mind.see().uplink_dropped_ms == 2000
    mind.tell(f.UplinkDropped(500))
    assert mind.see().uplink_dropped_ms == 2500


def test_a_server_without_turn_detection_is_named() -> None:
    mind = Mind()
    mind.ready(voice_config(None))
    assert any("does not notice" in text for text in mind.notices())
    keyed = Mind(key_wish())
    keyed.ready()
    assert keyed.notices() == []


def test_old_news_of_the_line_is_nothing() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(f.ConnectionLost(1006, ""))
    assert kinds(mind.tell(f.ConnectionLost(1006, ""))) == []
    assert kinds(mind.hear(error("session_expired"), p.SessionCreated(session=p.SessionConfig()))) == []
    assert kinds(mind.wait(1)) == ["Connect"]
    assert (
        kinds(mind.tell(f.TimerFired("reconnect"), f.TimerFired("hello"), f.TimerFired("configured"))) == []
    )


def test_a_failed_reconnection_is_tried_again_unless_the_key_is_refused() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(1)
    assert of(mind.tell(f.ConnectFailed("timed out", "", 69, True)), c.Finish) == []
    assert kinds(mind.wait(2)) == ["Connect"]
    (end,) = of(mind.tell(f.ConnectFailed("401", "check the key", 77, False)), c.Finish)
    assert end == c.Finish(77, "401", "check the key")


def test_an_update_refused_in_mid_session_is_shown() -> None:
    mind = Mind()
    (update,) = said(mind.ready(), p.SessionUpdate)
    mind.hear(error("unknown_parameter", "session.foo", str(update.event_id)))
    assert mind.see().connection is ConnectionState.READY
    assert mind.notices() == ["unknown_parameter: session.foo"]


def test_a_second_greeting_changes_nothing() -> None:
    mind = Mind()
    mind.ready()
    assert kinds(mind.hear(p.SessionCreated(session=p.SessionConfig(id="other")))) == []


@pytest.mark.parametrize("patient", [True, False])
def test_the_first_line_is_tried_again_only_where_that_is_wanted(patient: bool) -> None:
    mind = Mind(typed_wish(patient=patient, max_retries=2))
    mind.begin()
    failure = f.ConnectFailed("HTTP 429", "Wait a little.", 75, retryable=True)
    told = mind.tell(failure)
    if not patient:
        assert of(told, c.Finish) == [c.Finish(75, "HTTP 429", "Wait a little.")]
        return
    assert of(told, c.Finish) == []
    assert mind.notices() == ["No connection: HTTP 429. Connecting again."]
    assert of(mind.wait(2), c.Connect) == [c.Connect()]
    mind.tell(failure)
    mind.wait(10)
    assert of(mind.tell(failure), c.Finish) == [c.Finish(75, "HTTP 429", "Wait a little.")]


def test_a_key_that_is_refused_is_never_tried_again() -> None:
    mind = Mind(typed_wish(patient=True))
    mind.begin()
    told = mind.tell(f.ConnectFailed("HTTP 401", "Check the key.", 77, retryable=False))
    assert of(told, c.Finish) == [c.Finish(77, "HTTP 401", "Check the key.")]


def test_a_server_that_never_says_anything_readable_is_left() -> None:
    mind = Mind(typed_wish())
    mind.begin()
    mind.tell(f.Connected(1))
    assert of(mind.tell(f.ServerGarbled("no JSON"), f.ServerGarbled("no JSON")), c.Finish) == []
    (finish,) = of(mind.tell(f.ServerGarbled("no JSON")), c.Finish)
    assert finish.exit_code == RemoteProtocolError.exit_code
    assert "no JSON" in finish.message


def test_a_server_that_said_one_unreadable_thing_and_then_nothing_is_left() -> None:
    mind = Mind(typed_wish())
    mind.begin()
    mind.tell(f.Connected(1), f.ServerGarbled("no JSON"), f.TimerFired("hello"))
    (finish,) = of(mind.tell(f.TimerFired("configured")), c.Finish)
    assert finish.exit_code == RemoteProtocolError.exit_code


def test_unreadable_messages_between_readable_ones_are_only_remarked() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    assert of(mind.tell(*[f.ServerGarbled("no JSON")] * 2000), c.Finish) == []
    assert len(mind.notices()) == 10
    assert mind.see().connection is ConnectionState.READY
