"""Barge-in and Esc: silence first, then the server learns what was heard."""

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.state import PlayoutState, ResponseState
from tests.support.facts import (
    Mind,
    begun,
    call_answer,
    call_item,
    done,
    ended,
    flushed,
    kinds,
    of,
    played,
    said,
    sound,
    text_answer,
    typed_wish,
    user_turn,
    voice,
    voice_config,
    voice_wish,
)

BARGE_IN = p.InputAudioBufferSpeechStarted(item_id="u2")


def speaking(mind: Mind, *, over: bool = False, heard_ms: int = 400) -> None:
    """A turn whose answer of 1000 ms is being played."""
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(1000, "one two three four five"))
    if over:
        mind.hear(*ended())
    mind.tell(played("a1", heard_ms))


def test_barge_in_flushes_and_truncates_to_what_was_heard() -> None:
    mind = Mind()
    speaking(mind)
    assert kinds(mind.hear(BARGE_IN)) == ["FlushPlayout"]
    assert mind.see().playout is PlayoutState.QUIET
    (cut,) = said(mind.tell(flushed(a1=450)), p.ConversationItemTruncate)
    assert (cut.item_id, cut.content_index, cut.audio_end_ms) == ("a1", 0, 450)
    (answer,) = [entry for entry in mind.spoken() if entry.role == "assistant"]
    assert answer.interrupted
    assert "one two three four five".startswith(answer.text)
    assert 0 < len(answer.text) < 12
    assert answer.heard_chars == len(answer.text)


def test_the_server_cancels_by_itself_unless_it_was_told_not_to() -> None:
    mind = Mind()
    speaking(mind)
    assert said(mind.hear(BARGE_IN), p.ResponseCancel) == []
    wish = voice_wish(config=voice_config(p.ServerVad(interrupt_response=False)))
    other = Mind(wish)
    speaking(other)
    told = other.hear(BARGE_IN)
    assert kinds(told) == ["FlushPlayout", "response.cancel"]
    assert said(told, p.ResponseCancel)[0].response_id == "r1"
    assert other.see().response is ResponseState.CANCELLING


def test_the_effective_settings_count_not_the_asked_ones() -> None:
    mind = Mind()
    mind.ready(voice_config(p.ServerVad(interrupt_response=False)))
    mind.hear(*user_turn(), *begun(), *voice(1000, "one two"))
    assert kinds(mind.hear(BARGE_IN)) == ["FlushPlayout", "response.cancel"]


def test_late_words_and_sound_of_an_interrupted_answer_are_dropped() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(BARGE_IN)
    mind.tell(flushed(a1=450))
    before = mind.lines()
    told = mind.hear(*voice(500, " six seven"), *ended(status="cancelled", reason="turn_detected"))
    assert of(told, c.Play) == []
    assert mind.lines() == before
    assert mind.see().response is ResponseState.NONE


def test_the_next_answer_is_complete() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(BARGE_IN)
    mind.tell(flushed(a1=450))
    mind.hear(*ended(status="cancelled", reason="turn_detected"))
    mind.hear(*user_turn("u2", "stop"), *begun("r2", "a2"))
    told = mind.hear(*voice(300, "Fine", "r2", "a2"), *ended("r2", "a2"))
    assert kinds(told) == ["Play", "EndPlay"]
    assert mind.lines()[2:] == ["user: stop", "assistant: Fine"]


def test_an_answer_heard_to_its_end_is_left_alone() -> None:
    mind = Mind()
    speaking(mind, over=True, heard_ms=1000)
    assert kinds(mind.hear(BARGE_IN)) == ["FlushPlayout"]  # the speaker has not said that it is empty
    assert kinds(mind.tell(f.Flushed(()))) == []
    assert not mind.spoken()[1].interrupted


def test_speech_while_nothing_plays_interrupts_nothing() -> None:
    mind = Mind()
    speaking(mind, over=True, heard_ms=1000)
    mind.tell(f.PlayoutEmpty())
    assert kinds(mind.hear(BARGE_IN)) == []


def test_an_answer_that_is_still_coming_is_cut_even_in_a_gap() -> None:
    mind = Mind()
    speaking(mind, heard_ms=1000)
    mind.tell(f.PlayoutEmpty())
    assert mind.see().playout is PlayoutState.QUIET
    assert kinds(mind.hear(BARGE_IN)) == ["FlushPlayout"]
    (cut,) = said(mind.tell(flushed(a1=1000)), p.ConversationItemTruncate)
    assert cut.audio_end_ms == 1000


def test_more_than_arrived_is_never_claimed() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(BARGE_IN)
    (cut,) = said(mind.tell(flushed(a1=1200)), p.ConversationItemTruncate)
    assert cut.audio_end_ms == 1000


def test_what_nobody_heard_is_deleted() -> None:
    mind = Mind()
    speaking(mind, heard_ms=0)
    mind.hear(BARGE_IN)
    told = mind.tell(flushed(a1=0))
    assert [event.item_id for event in said(told, p.ConversationItemDelete)] == ["a1"]
    assert mind.lines() == ["user: hello there", "user: "]


def test_of_several_items_the_one_being_played_is_cut_and_later_ones_go() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(
        *user_turn(),
        *begun(item_id="a1"),
        *voice(200, "First"),
        p.ResponseOutputAudioDone(response_id="r1", item_id="a1"),
    )
    for item_id, words in (("a2", "second part"), ("a3", "third")):
        item = p.MessageItem(id=item_id, role="assistant")
        mind.hear(p.ResponseOutputItemAdded(item=item, response_id="r1"), *voice(400, words, item_id=item_id))
    mind.tell(played("a1", 200), played("a2", 100))
    mind.hear(BARGE_IN)
    told = mind.tell(flushed(a2=120, a3=0))
    assert kinds(told) == ["conversation.item.truncate", "conversation.item.delete"]
    assert said(told, p.ConversationItemTruncate)[0].item_id == "a2"
    assert said(told, p.ConversationItemDelete)[0].item_id == "a3"
    assert [entry.interrupted for entry in mind.spoken() if entry.role == "assistant"] == [False, True]


def test_the_only_answer_to_a_call_is_not_deleted() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *call_answer(call_item("c1")))
    mind.tell(f.ToolReturned("c1", "noon"))
    mind.hear(*begun("r2", "a2"), *voice(1000, "It is noon", "r2", "a2"))
    mind.hear(BARGE_IN)
    assert said(mind.tell(flushed(a2=0)), p.ConversationItemDelete) == []


def test_an_item_that_begins_after_the_interruption_is_deleted_when_the_answer_is_over() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(BARGE_IN)
    mind.tell(flushed(a1=450))
    late = p.MessageItem(id="a9", role="assistant")
    told = mind.hear(
        p.ResponseOutputItemAdded(item=late, response_id="r1"), *voice(100, "late", item_id="a9")
    )
    assert kinds(told) == []
    told = mind.hear(done(status="cancelled"))
    assert [event.item_id for event in said(told, p.ConversationItemDelete)] == ["a9"]
    assert all("late" not in line for line in mind.lines())


def test_words_without_sound_are_unheard_too() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(0, "I was about"))
    assert kinds(mind.hear(BARGE_IN)) == []
    told = mind.hear(done(status="cancelled"))
    assert [event.item_id for event in said(told, p.ConversationItemDelete)] == ["a1"]
    assert mind.lines() == ["user: hello there", "user: "]


def test_without_interruption_the_answer_goes_on() -> None:
    mind = Mind(voice_wish(interrupt=False, config=voice_config(p.ServerVad(interrupt_response=False))))
    speaking(mind)
    assert kinds(mind.hear(BARGE_IN)) == []
    assert kinds(mind.hear(*voice(100, " six"))) == ["Play"]


def test_esc_stops_voice_and_answer_and_never_ends() -> None:
    mind = Mind()
    speaking(mind)
    assert kinds(mind.tell(f.InterruptPressed())) == ["FlushPlayout", "response.cancel"]
    mind.tell(flushed(a1=450))
    mind.hear(*ended(status="cancelled", reason="client_cancelled"))
    assert kinds(mind.tell(f.InterruptPressed(), f.InterruptPressed())) == []
    assert mind.see().response is ResponseState.NONE


def test_an_answer_asked_for_is_cancelled_when_it_begins() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    mind.tell(f.PromptTyped("hi"))
    assert kinds(mind.tell(f.InterruptPressed())) == []
    told = mind.hear(p.ResponseCreated(response=p.Response(id="r1")))
    assert [event.response_id for event in said(told, p.ResponseCancel)] == ["r1"]


def test_a_cancel_that_is_never_answered_does_not_block_the_next_answer() -> None:
    mind = Mind()
    speaking(mind)
    mind.tell(f.InterruptPressed(), flushed(a1=450))
    mind.wait(6)
    assert kinds(mind.tell(f.PromptTyped("next"))) == ["conversation.item.create", "response.create"]


def test_late_sound_of_a_cancelled_answer_that_was_given_up_stays_silent() -> None:
    mind = Mind()
    speaking(mind)
    mind.tell(f.InterruptPressed(), flushed(a1=450))
    mind.wait(6)
    assert of(mind.hear(*voice(100, "late")), c.Play) == []
    assert mind.see().response is ResponseState.NONE


def test_a_speaker_that_does_not_answer_does_not_block() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(BARGE_IN)
    told = mind.wait(3)
    (cut,) = said(told, p.ConversationItemTruncate)
    assert cut.audio_end_ms == 400  # by the reports that came


def test_without_a_speaker_the_words_were_read_and_stay() -> None:
    mind = Mind()
    mind.begin()
    mind.tell(f.DeviceChanged("speaker", "", "no such device"))
    mind.connect()
    mind.hear(*user_turn(), *begun(), *voice(1000, "one two three"))
    mind.hear(BARGE_IN)
    assert kinds(mind.tell(f.Flushed(()))) == []
    assert mind.lines()[1] == "assistant: one two three"


def test_servers_that_cannot_truncate_cancel_or_delete_are_not_asked_to() -> None:
    mind = Mind(abilities=frozenset())
    speaking(mind)
    assert kinds(mind.tell(f.InterruptPressed())) == ["FlushPlayout"]
    assert kinds(mind.tell(flushed(a1=450))) == []
    assert kinds(mind.hear(*ended(status="cancelled"))) == []
    assert mind.spoken()[1].interrupted


def test_text_answers_keep_what_was_read() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    mind.tell(f.PromptTyped("hi"))
    mind.hear(*begun(), p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Once upon"))
    assert kinds(mind.tell(f.InterruptPressed())) == ["response.cancel"]
    mind.hear(
        p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta=" a time"), done(status="cancelled")
    )
    assert mind.lines() == ["user: hi", "assistant: Once upon"]
    assert mind.spoken()[1].interrupted


def test_a_second_barge_in_does_not_flush_twice() -> None:
    mind = Mind()
    speaking(mind)
    told = mind.hear(BARGE_IN, BARGE_IN)
    assert kinds(told) == ["FlushPlayout"]
    mind.tell(flushed(a1=450))
    assert kinds(mind.tell(flushed(a1=450))) == []


def test_an_answer_the_server_begins_while_the_user_speaks_again_is_cancelled() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), BARGE_IN)  # the answer to u1 is expected, the user goes on
    told = mind.hear(p.ResponseCreated(response=p.Response(id="r1")))
    assert kinds(told) == ["response.cancel"]
    told = mind.hear(*voice(100, "hm"), done(status="cancelled"))
    assert of(told, c.Play) == []


def test_text_that_follows_an_interrupted_voice_is_not_lost() -> None:
    mind = Mind()
    speaking(mind)
    mind.hear(BARGE_IN)
    mind.tell(flushed(a1=450))
    mind.hear(done(status="cancelled"), *user_turn("u2", "again"))
    mind.hear(*text_answer("in writing", "r2", "a2"))
    assert mind.lines()[-1] == "assistant: in writing"


def test_half_a_frame_waits_for_its_other_half() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*begun())
    odd, rest = sound(10)[:101], sound(10)[101:]
    told = mind.hear(
        p.ResponseOutputAudioDelta(response_id="r1", item_id="a1", delta=odd),
        p.ResponseOutputAudioDelta(response_id="r1", item_id="a1", delta=rest),
    )
    pieces = [command.pcm for command in of(told, c.Play)]
    assert b"".join(pieces) == sound(10)
    assert all(len(piece) % 2 == 0 for piece in pieces)
