"""Sound on its way in: turns, commits, transcripts, barge-in."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.engines.contract import Utterer
from realtime_cli.server.options import MAX_APPEND_BYTES, ServerOptions
from tests.server.desk import LOUD, QUIET, Desk, kinds, typed

WRITTEN = p.Transcription(model="any")


def tuned(desk: Desk, **audio_in: object) -> Desk:
    """The desk after an update of the way in."""
    audio = p.AudioConfig(input=p.AudioInput(**audio_in))  # type: ignore[arg-type]
    desk.say(p.SessionUpdate(session=p.SessionConfig(audio=audio)))
    return desk


def by_hand(desk: Desk) -> Desk:
    return tuned(desk, turn_detection=None, transcription=WRITTEN)


def test_a_spoken_turn_is_found_written_down_and_answered() -> None:
    desk = tuned(Desk(transcripts=["what time is it"]), transcription=WRITTEN)
    assert kinds(desk.sound(quiet_ms=400, loud_ms=0)) == []
    assert kinds(desk.sound(loud_ms=800, quiet_ms=700)) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]
    assert not desk.all(v.Reply), "the brain waits for the ears"
    assert kinds(desk.work())[:3] == [
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "response.output_item.added",
    ]
    assert desk.last(v.Reply).question.history == (Utterer("user", "what time is it"),)
    completed = desk.last(p.ConversationItemInputAudioTranscriptionCompleted)
    assert completed.transcript == "what time is it"
    desk.judge.finish()


def test_positions_are_in_ms_of_the_whole_stream_with_padding_and_silence() -> None:
    desk = Desk()
    desk.sound(quiet_ms=1000)
    desk.sound(loud_ms=640, quiet_ms=1000)
    started, stopped = desk.last(p.InputAudioBufferSpeechStarted), desk.last(p.InputAudioBufferSpeechStopped)
    assert abs(started.audio_start_ms - 700) <= 40
    assert abs(stopped.audio_end_ms - (1640 + 500)) <= 64
    assert started.item_id == stopped.item_id == desk.last(p.InputAudioBufferCommitted).item_id


def test_the_ears_get_the_padding_and_the_item_has_all_of_it() -> None:
    desk = Desk()
    desk.sound(quiet_ms=1000)
    desk.sound(loud_ms=640, quiet_ms=1000)
    fed = b"".join(feed.pcm for feed in desk.all(v.Feed))
    item_id = desk.last(v.Transcribe).item_id
    desk.say(p.ConversationItemRetrieve(item_id=item_id))
    item = desk.last(p.ConversationItemRetrieved).item
    assert isinstance(item, p.MessageItem)
    part = item.content[0]
    assert isinstance(part, p.InputAudio)
    assert part.audio == fed
    assert fed.startswith(bytes(48 * 200))
    duration_ms = len(fed) // 48
    stopped, started = desk.last(p.InputAudioBufferSpeechStopped), desk.last(p.InputAudioBufferSpeechStarted)
    assert abs(duration_ms - (stopped.audio_end_ms - started.audio_start_ms)) <= 1


def test_padding_never_reaches_back_into_the_turn_before() -> None:
    desk = tuned(Desk(), turn_detection=p.ServerVad(prefix_padding_ms=2000, create_response=False))
    desk.sound(loud_ms=300, quiet_ms=600)
    desk.sound(loud_ms=300, quiet_ms=600)
    first, second = desk.all(p.InputAudioBufferSpeechStarted)
    assert first.audio_start_ms == 0
    assert second.audio_start_ms >= desk.all(p.InputAudioBufferSpeechStopped)[0].audio_end_ms


def test_without_create_response_the_turn_is_only_written_down() -> None:
    desk = tuned(Desk(), turn_detection=p.ServerVad(create_response=False))
    desk.sound(loud_ms=400, quiet_ms=700)
    desk.work()
    assert not desk.all(p.ResponseCreated)
    assert len(desk.judge.order) == 1


@pytest.mark.parametrize(("eagerness", "window_ms"), [("high", 400), ("auto", 800), ("low", 1500)])
def test_eagerness_is_a_silence_window(eagerness: p.Eagerness, window_ms: int) -> None:
    desk = tuned(Desk(), turn_detection=p.SemanticVad(eagerness=eagerness))
    desk.sound(loud_ms=320, quiet_ms=2000)
    stopped = desk.last(p.InputAudioBufferSpeechStopped)
    assert abs(stopped.audio_end_ms - (320 + window_ms)) <= 64


def test_barge_in_cancels_the_answer_with_all_its_dones() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "A long story. "), v.EngineSpoke(response_id, bytes(960)))
    assert kinds(desk.sound(loud_ms=200)) == [
        "input_audio_buffer.speech_started",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
        "rate_limits.updated",
    ]
    details = desk.last(p.ResponseDone).response.status_details
    assert details == p.StatusDetails(type="cancelled", reason="turn_detected")


def test_without_interrupt_response_the_answer_goes_on_and_the_turn_is_answered_after_it() -> None:
    desk = tuned(Desk(), turn_detection=p.ServerVad(interrupt_response=False))
    desk.say(typed("Hi"), p.ResponseCreate())
    desk.sound(loud_ms=400, quiet_ms=700)
    assert len(desk.all(p.ResponseCreated)) == 1
    desk.work()
    assert [done.response.status for done in desk.all(p.ResponseDone)] == ["completed", "completed"]
    desk.judge.finish()


def test_a_turn_that_waited_is_not_answered_once_the_client_decides_about_turns() -> None:
    desk = tuned(Desk(), turn_detection=p.ServerVad(interrupt_response=False))
    desk.say(typed("Hi"), p.ResponseCreate())
    desk.sound(loud_ms=400, quiet_ms=700)
    tuned(desk, turn_detection=None)
    desk.work()
    assert len(desk.all(p.ResponseCreated)) == 1
    desk.judge.finish()


def test_push_to_talk_clear_append_commit_create() -> None:
    desk = by_hand(Desk(transcripts=["hello"]))
    assert kinds(desk.say(p.InputAudioBufferClear())) == ["input_audio_buffer.cleared"]
    assert kinds(desk.sound(loud_ms=300)) == []
    assert kinds(desk.say(p.InputAudioBufferCommit())) == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert not desk.all(p.ResponseCreated)
    desk.say(p.ResponseCreate())
    desk.work()
    assert desk.last(p.ResponseDone).response.status == "completed"
    assert b"".join(feed.pcm for feed in desk.all(v.Feed)) == LOUD * 300
    desk.judge.finish()


def test_words_that_come_after_the_answer_are_still_told() -> None:
    desk = tuned(by_hand(Desk()), transcription=WRITTEN)
    desk.sound(loud_ms=300)
    desk.say(p.InputAudioBufferCommit())
    item_id = desk.last(v.Transcribe).item_id
    desk.say(p.ResponseCreate(response=p.ResponseConfig(input=())))
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplyEnded(response_id))
    assert kinds(desk.happen(v.EngineTranscribed(item_id, "late"))) == [
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
    ]


def test_partial_words_are_told_during_speech_and_only_what_is_new() -> None:
    desk = tuned(Desk(), transcription=WRITTEN)
    desk.sound(loud_ms=400)
    item_id = desk.last(v.Listen).item_id
    desk.happen(v.EngineHeardPartial(item_id, "what time"))
    desk.happen(v.EngineHeardPartial(item_id, "what time"))
    desk.sound(quiet_ms=700)
    desk.happen(v.EngineTranscribed(item_id, "what time is it"))
    deltas = desk.all(p.ConversationItemInputAudioTranscriptionDelta)
    assert [event.delta for event in deltas] == ["what time", " is it"]


def test_partial_words_of_push_to_talk_wait_for_the_commit_that_names_the_item() -> None:
    desk = by_hand(Desk())
    desk.sound(loud_ms=300)
    item_id = desk.last(v.Listen).item_id
    assert desk.happen(v.EngineHeardPartial(item_id, "hel")) == []
    assert (
        kinds(desk.say(p.InputAudioBufferCommit()))[-1] == "conversation.item.input_audio_transcription.delta"
    )


def test_without_transcription_the_client_reads_nothing() -> None:
    desk = Desk(transcripts=["secret"])
    desk.sound(loud_ms=400, quiet_ms=700)
    desk.work()
    assert not desk.all(p.ConversationItemInputAudioTranscriptionCompleted)
    assert desk.last(v.Reply).question.history == (Utterer("user", "secret"),)


def test_ears_that_fail_fail_the_answer_that_needs_them() -> None:
    desk = tuned(Desk(), transcription=WRITTEN)
    desk.sound(loud_ms=400, quiet_ms=700)
    shown = desk.happen(v.EngineHearingFailed(desk.last(v.Transcribe).item_id, "deaf"))
    assert kinds(shown) == [
        "conversation.item.input_audio_transcription.failed",
        "response.done",
        "rate_limits.updated",
    ]
    assert desk.last(p.ResponseDone).response.status == "failed"
    desk.ask("Still there?")
    assert desk.last(p.ResponseDone).response.status == "completed"


def test_ears_that_die_in_mid_turn_get_the_whole_turn_again() -> None:
    desk = tuned(Desk(transcripts=["again"]), transcription=WRITTEN)
    desk.sound(loud_ms=400)
    item_id = desk.last(v.Listen).item_id
    assert desk.happen(v.EngineHearingFailed(item_id, "died")) == []
    desk.sound(quiet_ms=700)
    tail = [command for command in desk.commands if isinstance(command, v.Listen | v.Feed | v.Transcribe)][
        -3:
    ]
    assert [type(command) for command in tail] == [v.Listen, v.Feed, v.Transcribe]
    assert isinstance(tail[1], v.Feed)
    assert len(tail[1].pcm) > 48 * 800
    desk.work()
    assert desk.last(p.ConversationItemInputAudioTranscriptionCompleted).transcript == "again"


def test_a_commit_below_100_ms_is_refused_and_keeps_the_sound() -> None:
    desk = by_hand(Desk())
    desk.sound(loud_ms=80)
    error = desk.error(desk.say(p.InputAudioBufferCommit(event_id="e")))
    assert (error.code, error.event_id) == ("input_audio_buffer_commit_empty", "e")
    desk.sound(loud_ms=20)
    assert kinds(desk.say(p.InputAudioBufferCommit()))[0] == "input_audio_buffer.committed"


def test_clear_forgets_the_sound_and_the_utterance() -> None:
    desk = by_hand(Desk())
    desk.sound(loud_ms=300)
    desk.say(p.InputAudioBufferClear())
    assert desk.last(v.StopListening).item_id == desk.last(v.Listen).item_id
    assert desk.error(desk.say(p.InputAudioBufferCommit())).code == "input_audio_buffer_commit_empty"


def test_clearing_during_speech_ends_the_speech_as_well() -> None:
    desk = Desk()
    desk.sound(loud_ms=400)
    assert kinds(desk.say(p.InputAudioBufferClear())) == [
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.cleared",
    ]
    desk.sound(loud_ms=400, quiet_ms=700)
    assert len(desk.all(p.InputAudioBufferSpeechStarted)) == 2


def test_a_commit_during_speech_ends_the_speech_first() -> None:
    desk = Desk()
    desk.sound(loud_ms=400)
    assert kinds(desk.say(p.InputAudioBufferCommit()))[:2] == [
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
    ]
    assert kinds(desk.sound(quiet_ms=700)) == []


def test_silence_can_be_committed_by_hand_under_voice_detection() -> None:
    desk = Desk()
    desk.sound(quiet_ms=500)
    assert kinds(desk.say(p.InputAudioBufferCommit()))[0] == "input_audio_buffer.committed"
    assert b"".join(feed.pcm for feed in desk.all(v.Feed)) == QUIET * 500


def test_an_append_above_15_mib_is_refused() -> None:
    desk = by_hand(Desk())
    error = desk.error(desk.say(p.InputAudioBufferAppend(audio=bytes(MAX_APPEND_BYTES + 1), event_id="big")))
    assert (error.param, error.event_id) == ("audio", "big")


def test_a_buffer_that_nobody_commits_is_bounded() -> None:
    desk = by_hand(Desk(ServerOptions(max_manual_buffer_s=1)))
    desk.sound(loud_ms=1000)
    assert desk.error(desk.sound(loud_ms=20)).code == "input_audio_buffer_full"


def test_endless_noise_is_cut_into_turns() -> None:
    desk = tuned(Desk(ServerOptions(max_turn_s=1)), turn_detection=p.ServerVad(create_response=False))
    desk.sound(loud_ms=3500)
    assert len(desk.all(p.InputAudioBufferCommitted)) >= 2
    desk.judge.finish()


def test_turning_the_detection_off_in_mid_speech_keeps_the_sound_for_a_commit() -> None:
    desk = Desk()
    desk.sound(loud_ms=400)
    tuned(desk, turn_detection=None)
    assert desk.last(p.InputAudioBufferSpeechStopped).audio_end_ms == 400
    desk.sound(loud_ms=100)
    assert len(desk.all(v.Listen)) == 1
    fed = b"".join(feed.pcm for feed in desk.all(v.Feed))
    assert fed == LOUD * 500


def test_turning_the_detection_on_forgets_an_utterance_begun_by_hand() -> None:
    desk = by_hand(Desk())
    desk.sound(loud_ms=100)
    tuned(desk, turn_detection=p.ServerVad())
    assert desk.last(v.StopListening).item_id == desk.last(v.Listen).item_id
    desk.sound(loud_ms=300, quiet_ms=700)
    desk.work()
    desk.judge.finish()


def test_a_long_silence_makes_the_model_speak_up() -> None:
    desk = tuned(Desk(), turn_detection=p.ServerVad(idle_timeout_ms=5000))
    desk.ask("Hi")
    timer = desk.last(v.StartTimer)
    assert timer == v.StartTimer("idle", 5.0 + 0.08)  # "Yes." takes 80 ms to play
    desk.sound(quiet_ms=1000)
    shown = desk.happen(v.TimerFired("idle"))
    assert kinds(shown) == [
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]
    desk.work()
    desk.judge.finish()


def test_speech_stops_the_idle_timer() -> None:
    desk = tuned(Desk(), turn_detection=p.ServerVad(idle_timeout_ms=5000))
    desk.ask("Hi")
    desk.sound(loud_ms=200)
    assert desk.last(v.StopTimer).name == "idle"
    assert desk.happen(v.TimerFired("idle")) == []


def test_g711_input_is_heard_as_24_khz() -> None:
    desk = tuned(Desk(), turn_detection=None, format=p.PCMU)
    desk.say(p.InputAudioBufferAppend(audio=b"\x00" * 8 * 200))
    assert len(b"".join(feed.pcm for feed in desk.all(v.Feed))) == 48 * 200
    assert kinds(desk.say(p.InputAudioBufferCommit()))[0] == "input_audio_buffer.committed"


def test_a_transcription_session_writes_down_and_never_answers() -> None:
    desk = Desk(hello=v.ClientConnected(transcription=True), transcripts=["take this down"])
    assert desk.last(p.SessionCreated).session.type == "transcription"
    desk.sound(loud_ms=400, quiet_ms=700)
    desk.work()
    assert desk.last(p.ConversationItemInputAudioTranscriptionCompleted).transcript == "take this down"
    assert not desk.all(p.ResponseCreated)
    desk.judge.finish()


def test_a_deleted_item_gets_no_transcript_and_blocks_nobody() -> None:
    desk = tuned(Desk(), transcription=WRITTEN)
    desk.sound(loud_ms=400, quiet_ms=700)
    item_id = desk.last(v.Transcribe).item_id
    desk.say(p.ConversationItemDelete(item_id=item_id))
    desk.happen(v.EngineTranscribed(item_id, "gone"))
    assert not desk.all(p.ConversationItemInputAudioTranscriptionCompleted)
    desk.work()
    assert desk.last(p.ResponseDone).response.status == "completed"


def test_partial_words_of_a_deleted_item_are_not_told() -> None:
    desk = by_hand(Desk())
    desk.sound(loud_ms=300)
    desk.say(p.InputAudioBufferCommit())
    item_id = desk.last(p.InputAudioBufferCommitted).item_id
    desk.say(p.ConversationItemDelete(item_id=item_id))
    assert desk.happen(v.EngineHeardPartial(item_id, "hello")) == []
