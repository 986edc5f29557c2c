"""The user's voice under the server's turn detection."""

from realtime_cli import protocol as p
from realtime_cli.session import facts as f
from realtime_cli.session.state import Phase, ResponseState, UserState
from tests.support.facts import (
    Mind,
    begun,
    ended,
    flushed,
    kinds,
    mic,
    said,
    typed_wish,
    user_turn,
    voice,
    voice_config,
    voice_wish,
)


def completed(item_id: str, words: str) -> p.ConversationItemInputAudioTranscriptionCompleted:
    return p.ConversationItemInputAudioTranscriptionCompleted(item_id=item_id, transcript=words)


def test_microphone_audio_goes_out_in_20_ms_appends() -> None:
    mind = Mind()
    mind.ready()
    (append,) = said(mind.tell(mic(20)), p.InputAudioBufferAppend)
    assert len(append.audio) == 960
    assert append.event_id is p.UNSET
    assert kinds(mind.tell(mic(10))) == []
    assert kinds(mind.tell(mic(10))) == ["input_audio_buffer.append"]
    assert mind.see().mic_dbfs == -20.0


def test_typed_sessions_never_send_audio() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    assert kinds(mind.tell(*(mic() for _ in range(50)))) == []


def test_a_turn_is_heard_answered_and_settled() -> None:
    mind = Mind()
    mind.ready()
    turn = user_turn()
    mind.hear(turn[0])
    assert (mind.see().phase, mind.see().user) == (Phase.HEARING, UserState.SPEAKING)
    mind.hear(turn[1])
    assert mind.see().phase is Phase.THINKING
    mind.hear(*turn[2:], *begun())
    assert mind.see().phase is Phase.THINKING
    mind.hear(*voice(1000, "Good day"))
    assert mind.see().phase is Phase.SPEAKING
    mind.hear(*ended())
    assert mind.see().phase is Phase.SPEAKING
    assert mind.see().settled == 1  # the user's words; the answer is being heard
    mind.tell(f.Played((f.Piece("a1", 0, 24000),), -20.0, 0.05), f.PlayoutEmpty())
    assert mind.see().phase is Phase.LISTENING
    assert mind.see().settled == 2
    assert mind.lines() == ["user: hello there", "assistant: Good day"]


def test_the_mind_asks_for_no_answer_where_the_server_answers_by_itself() -> None:
    mind = Mind()
    mind.ready()
    told = mind.hear(*user_turn(), *begun(), *voice(100, "hi"), *ended())
    assert said(told, p.ResponseCreate) == []


def test_latency_runs_from_the_end_of_speech_to_the_first_word_or_sound() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn())
    mind.at_s += 0.5
    mind.hear(*begun(), *voice(20, "hi"))
    latency_ms = mind.see().latency_ms
    assert latency_ms is not None
    assert 500 < latency_ms < 520


def test_latency_counts_from_the_last_word_not_from_the_news_of_it() -> None:
    mind = Mind()
    mind.ready()
    for _ in range(100):  # 2 s of sound: the last half second is the silence that ends the turn
        mind.at_s += 0.019
        mind.tell(mic(20))
    last_word_at_s = mind.at_s - 0.5
    mind.at_s += 0.1  # the way to the server and back
    mind.hear(
        p.InputAudioBufferSpeechStarted(item_id="u1", audio_start_ms=500),
        p.InputAudioBufferSpeechStopped(item_id="u1", audio_end_ms=2_000),
    )
    mind.at_s += 0.3
    mind.hear(*begun(), *voice(20, "hi"))
    latency_ms = mind.see().latency_ms
    assert latency_ms is not None
    assert abs(latency_ms - (mind.at_s - last_word_at_s) * 1000) < 25


def test_a_late_transcript_stands_above_its_answer() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(transcript=None), *begun(), *voice(100, "Fine"), *ended())
    mind.tell(f.Played((f.Piece("a1", 0, 2400),), -20.0, 0.0), f.PlayoutEmpty())
    assert mind.lines() == ["user: ", "assistant: Fine"]
    assert mind.see().settled == 0
    mind.hear(p.ConversationItemInputAudioTranscriptionDelta(item_id="u1", delta="How are"))
    assert mind.lines() == ["user: How are", "assistant: Fine"]
    mind.hear(completed("u1", "How are you?"))
    assert mind.lines() == ["user: How are you?", "assistant: Fine"]
    assert mind.see().settled == 2


def test_a_transcript_that_comes_twice_is_replaced() -> None:
    mind = Mind()
    mind.ready()
    turn = user_turn(transcript=None)
    mind.hear(*turn, completed("u1", "How"), completed("u1", "How are you?"))
    assert mind.lines() == ["user: How are you?"]
    early = Mind()
    early.ready()
    early.hear(completed("u9", "before its item"), *user_turn("u9", None)[2:])
    assert early.lines() == ["user: before its item"]


def test_no_transcript_in_ten_seconds_is_said() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(transcript=None))
    mind.wait(11)
    assert mind.spoken()[0].problem == "no transcript came"
    assert mind.spoken()[0].final


def test_what_could_not_be_understood_is_said() -> None:
    mind = Mind()
    mind.ready()
    detail = p.ErrorDetail(type="x", code="audio_unintelligible", message="?")
    mind.hear(
        *user_turn(transcript=None),
        p.ConversationItemInputAudioTranscriptionFailed(item_id="u1", error=detail),
    )
    assert mind.spoken()[0].problem == "inaudible"
    mind.hear(*user_turn("u2", ""))
    assert mind.spoken()[1].problem == "nothing was understood"


def test_without_transcription_the_line_says_so() -> None:
    mind = Mind(voice_wish(config=voice_config(transcribed=False)))
    mind.ready()
    mind.hear(*user_turn(transcript=None))
    assert mind.spoken()[0].problem == "not transcribed"
    mind.hear(completed("u1", "surprise"))
    assert (mind.spoken()[0].text, mind.spoken()[0].problem) == ("surprise", "")


def test_without_auto_response_the_answer_waits_for_the_key() -> None:
    config = voice_config(p.ServerVad(create_response=False, interrupt_response=False))
    mind = Mind(voice_wish(config=config, auto_response=False))
    mind.ready()
    assert said(mind.hear(*user_turn()), p.ResponseCreate) == []
    assert mind.see().answer_waits
    assert any("turn is over" in text for text in mind.notices())
    assert kinds(mind.tell(f.AnswerPressed())) == ["response.create"]
    assert not mind.see().answer_waits
    assert kinds(mind.tell(f.AnswerPressed())) == []  # one is on its way


def test_a_server_that_does_not_answer_by_itself_is_asked() -> None:
    mind = Mind()
    mind.ready(voice_config(p.ServerVad(create_response=False)))
    assert kinds(mind.hear(*user_turn())) == ["response.create"]


def test_a_server_that_decides_not_to_answer_does_not_shut_the_gate_for_good() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn())
    assert mind.see().response is ResponseState.REQUESTED
    mind.wait(16)
    assert mind.see().response is ResponseState.NONE
    assert kinds(mind.tell(f.PromptTyped("well?"))) == ["conversation.item.create", "response.create"]


def test_mute_sends_silence_until_the_turn_can_end_and_then_nothing() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    mind.tell(f.MuteToggled())
    mind.wait(5)
    (append,) = said(mind.tell(mic(20)), p.InputAudioBufferAppend)
    assert not any(append.audio)
    mind.hear(p.InputAudioBufferSpeechStopped(item_id="u1"))
    assert kinds(mind.tell(mic(20))) == []
    assert mind.see().muted
    mind.tell(f.MuteToggled())
    assert kinds(mind.tell(mic(20))) == ["input_audio_buffer.append"]


def test_muted_is_shown_when_nothing_else_goes_on() -> None:
    mind = Mind()
    mind.ready()
    mind.tell(f.MuteToggled())
    assert mind.see().phase is Phase.MUTED


def test_servers_that_give_no_ids_and_leave_events_out_are_understood() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(
        p.InputAudioBufferSpeechStarted(),
        p.InputAudioBufferCommitted(item_id="u1"),
        p.ResponseOutputAudioTranscriptDelta(response_id="r1", delta="Good "),
        p.ResponseOutputAudioTranscriptDelta(response_id="r1", delta="day"),
        p.ResponseOutputAudioDelta(response_id="r1", delta=b"\0" * 480),
    )
    assert mind.see().user is UserState.SILENT
    assert mind.lines() == ["user: ", "assistant: Good day"]
    mind.hear(p.ResponseDone(response=p.Response(id="r1", status="completed")))
    assert mind.see().response is ResponseState.NONE


def test_an_announced_turn_that_never_came_is_taken_back() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"), p.InputAudioBufferCleared())
    assert mind.lines() == []
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2"), p.InputAudioBufferSpeechStarted(item_id="u3"))
    assert len(mind.lines()) == 1


def test_the_idle_timeout_makes_an_answer_of_the_servers() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(p.InputAudioBufferTimeoutTriggered(item_id="u1"), p.InputAudioBufferCommitted(item_id="u1"))
    mind.hear(completed("u1", ""), *begun(), *voice(100, "Still there?"), *ended())
    assert mind.lines()[-1] == "assistant: Still there?"


def test_previous_item_id_puts_items_in_order() -> None:
    mind = Mind()
    mind.ready()
    answer = p.MessageItem(id="a1", role="assistant")
    mind.hear(
        p.ResponseCreated(response=p.Response(id="r1")),
        p.ResponseOutputItemAdded(item=answer, response_id="r1"),
        p.ConversationItemAdded(item=answer, previous_item_id="u1"),
        *voice(100, "Fine"),
        p.InputAudioBufferCommitted(item_id="u1"),
        completed("u1", "How are you?"),
    )
    assert mind.lines() == ["user: How are you?", "assistant: Fine"]


def test_heard_text_keeps_step_with_the_voice() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(1000, "0123456789"), *ended())
    assert mind.spoken()[1].heard_chars == 0
    mind.tell(f.Played((f.Piece("a1", 0, 12000),), -20.0, 0.05))
    assert mind.spoken()[1].heard_chars == 5
    mind.tell(f.Played((f.Piece("a1", 0, 12000),), -20.0, 0.05))
    assert mind.spoken()[1].heard_chars == 10
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))
    mind.tell(flushed(a1=1000))
    assert not mind.spoken()[1].interrupted


def test_times_of_speech_go_on_after_a_reconnection() -> None:
    mind = Mind(voice_wish(listens_only=True))
    mind.ready()

    def turn(item_id: str, start_ms: int, end_ms: int) -> None:
        mind.hear(
            p.InputAudioBufferSpeechStarted(item_id=item_id, audio_start_ms=start_ms),
            p.InputAudioBufferSpeechStopped(item_id=item_id, audio_end_ms=end_ms),
            p.InputAudioBufferCommitted(item_id=item_id),
            completed(item_id, f"words of {item_id}"),
        )

    mind.tell(*(mic(20) for _ in range(200)))
    turn("u1", 500, 2_500)
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(3)
    mind.connect(attempt=2)
    mind.tell(*(mic(20) for _ in range(100)))
    first, resent_ms = mind.spoken()[0], 4_000 - round(mind.core._desk.input_clock._base_ms)
    turn("u2", resent_ms + 100, resent_ms + 1_500)
    second = mind.spoken()[1]
    assert (first.start_ms, first.end_ms) == (500, 2_500)
    assert (second.start_ms, second.end_ms) == (4_100, 5_500)
