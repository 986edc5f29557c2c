"""Responses as the core runs them, from values to values."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.engines.contract import PastCall, Utterer, WantsCall
from realtime_cli.server.options import Names, ServerOptions
from realtime_cli.server.response import MAX_UNSAID_CHARS, ResponseRun
from realtime_cli.server.terms import terms
from tests.server.desk import LOUD, Desk, kinds, typed

TEXT = p.ResponseConfig(output_modalities=("text",))
OUT_OF_BAND = p.ResponseConfig(conversation="none", output_modalities=("text",), metadata={"topic": "sums"})


def test_a_text_turn_has_every_event_in_the_documented_order() -> None:
    desk = Desk(replies=[["Four", " of them."]])
    assert kinds(desk.ask("How many?", TEXT)) == [
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
        "rate_limits.updated",
    ]
    done = desk.last(p.ResponseDone).response
    assert (done.status, done.output_modalities) == ("completed", ("text",))
    assert isinstance(done.output[0], p.MessageItem)
    assert done.output[0].content == (p.OutputText("Four of them."),)
    desk.judge.finish()


def test_an_audio_turn_speaks_clause_by_clause_with_the_words_before_their_sound() -> None:
    desk = Desk(replies=[["Hello there. How", " are you?"]])
    shown = [kind for kind in kinds(desk.ask("Hi")) if kind.startswith("response.output_audio")]
    assert shown == [
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.delta",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
    ]
    assert [speech.text for speech in desk.all(v.Speak)] == ["Hello there.", "How are you?"]
    assert desk.last(p.ResponseOutputAudioTranscriptDone).transcript == "Hello there. How are you?"


def test_only_one_clause_is_in_the_mouth_at_a_time() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "One. Two. Three. "), v.EngineReplyEnded(response_id))
    assert [speech.text for speech in desk.all(v.Speak)] == ["One."]
    desk.happen(v.EngineSpeechEnded(response_id))
    assert [speech.text for speech in desk.all(v.Speak)] == ["One.", "Two."]


def test_usage_is_null_at_first_and_counted_at_the_end() -> None:
    desk = Desk()
    desk.ask("What is this?")
    assert desk.last(p.ResponseCreated).response.usage is None
    usage = desk.last(p.ResponseDone).response.usage
    assert isinstance(usage, p.Usage)
    assert isinstance(usage.output_token_details, p.OutputTokenDetails)
    assert usage.input_tokens > 0
    assert usage.output_token_details.audio_tokens == 2  # "Yes." is 80 ms here, 50 ms a token
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


def test_a_function_call_streams_its_arguments_and_its_output_reaches_the_brain() -> None:
    desk = Desk(replies=[["Let me see.", WantsCall("get_time", '{"zone":"utc"}')], ["Noon."]])
    shown = desk.ask("What time is it?", TEXT)
    call = next(
        event.item for event in shown if isinstance(event, p.ResponseOutputItemDone) and event.output_index
    )
    assert isinstance(call, p.FunctionCallItem)
    assert (call.name, call.arguments, call.status) == ("get_time", '{"zone":"utc"}', "completed")
    output = p.FunctionCallOutputItem(call_id=call.call_id, output='"12:00"')
    desk.say(p.ConversationItemCreate(item=output), p.ResponseCreate(response=TEXT))
    history = desk.last(v.Reply).question.history
    assert history[-1] == PastCall(call.call_id, "get_time", '{"zone":"utc"}', '"12:00"')
    assert history[:2] == (Utterer("user", "What time is it?"), Utterer("assistant", "Let me see."))
    desk.work()
    desk.judge.finish()


def test_words_after_a_call_make_a_message_of_their_own() -> None:
    desk = Desk(replies=[["Before.", WantsCall("f", "{}"), "After."]])
    desk.ask("Go", TEXT)
    output = desk.last(p.ResponseDone).response.output
    assert [p.type_of(item) for item in output] == ["message", "function_call", "message"]


def test_an_answer_of_nothing_is_completed_with_no_output() -> None:
    desk = Desk(replies=[[]])
    desk.ask("Hm", TEXT)
    done = desk.last(p.ResponseDone).response
    assert (done.status, done.output) == ("completed", ())


def test_cancel_sends_every_done_and_stops_the_engines() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(
        v.EngineReplied(response_id, "A long story. It goes"), v.EngineSpoke(response_id, bytes(9600))
    )
    assert kinds(desk.say(p.ResponseCancel())) == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
        "rate_limits.updated",
    ]
    done = desk.last(p.ResponseDone).response
    assert done.status == "cancelled"
    assert done.status_details == p.StatusDetails(type="cancelled", reason="client_cancelled")
    assert isinstance(done.usage, p.Usage)
    assert getattr(done.output[0], "status", "") == "incomplete"
    assert desk.last(v.StopWork).response_id == response_id
    assert desk.happen(v.EngineSpoke(response_id, bytes(960)), v.EngineReplyEnded(response_id)) == []
    desk.judge.finish()


def test_cancel_before_the_first_word_still_ends_with_done() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    assert kinds(desk.say(p.ResponseCancel())) == ["response.done", "rate_limits.updated"]
    assert desk.last(p.ResponseDone).response.output == ()


@pytest.mark.parametrize("response_id", [p.UNSET, "resp_nope"])
def test_cancelling_nothing_is_told(response_id: str | p.UnsetType) -> None:
    error = Desk().error(Desk().say(p.ResponseCancel(response_id=response_id, event_id="e1")))
    assert (error.code, error.event_id) == ("response_cancel_not_active", "e1")


def test_a_second_default_response_is_refused_while_one_runs() -> None:
    desk = Desk()
    desk.say(p.ResponseCreate())
    error = desk.error(desk.say(p.ResponseCreate(event_id="again")))
    assert (error.code, error.event_id) == ("conversation_already_has_active_response", "again")


def test_out_of_band_runs_beside_the_default_one_and_leaves_no_trace() -> None:
    desk = Desk(replies=[["Main."], ["Aside."]])
    desk.say(typed("Hi"), p.ResponseCreate(response=TEXT), p.ResponseCreate(response=OUT_OF_BAND))
    created = desk.last(p.ResponseCreated).response
    assert (created.conversation_id, created.metadata) == (None, {"topic": "sums"})
    before = list(desk.judge.order)
    desk.work()
    assert len(desk.judge.order) == len(before) + 1
    aside = next(event.response for event in desk.all(p.ResponseDone) if event.response.metadata)
    assert (aside.id, aside.metadata) == (created.id, {"topic": "sums"})
    desk.judge.finish()


def test_input_replaces_the_context_and_may_point_at_items() -> None:
    desk = Desk()
    desk.ask("First", TEXT)
    item_id = desk.judge.order[0]
    extra = p.MessageItem(role="system", content=(p.InputText("Say it in French."),))
    chosen = (p.ItemReference(id=item_id), extra)
    desk.say(p.ResponseCreate(response=p.ResponseConfig(conversation="none", input=chosen)))
    assert desk.last(v.Reply).question.history == (
        Utterer("user", "First"),
        Utterer("system", "Say it in French."),
    )
    desk.say(p.ResponseCreate(response=p.ResponseConfig(conversation="none", input=())))
    assert desk.last(v.Reply).question.history == ()


def test_an_unknown_reference_in_the_input_is_refused() -> None:
    desk = Desk()
    wish = p.ResponseConfig(conversation="none", input=(p.ItemReference(id="nope"),))
    assert desk.error(desk.say(p.ResponseCreate(response=wish))).param == "response.input[0].id"


def test_out_of_band_responses_can_be_cancelled_by_id() -> None:
    desk = Desk()
    desk.say(p.ResponseCreate(response=OUT_OF_BAND))
    response_id = desk.last(p.ResponseCreated).response.id
    desk.say(p.ResponseCancel(response_id=response_id))
    assert desk.last(p.ResponseDone).response.status == "cancelled"


def test_too_many_responses_at_once_are_refused() -> None:
    desk = Desk(ServerOptions(max_parallel_responses=2))
    desk.say(*[p.ResponseCreate(response=OUT_OF_BAND)] * 2)
    assert desk.error(desk.say(p.ResponseCreate(response=OUT_OF_BAND))).code == "rate_limit_exceeded"


def test_a_failing_brain_fails_the_response_in_words() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate(response=TEXT))
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "I thi"), v.EngineReplyFailed(response_id, "out of thoughts"))
    details = desk.last(p.ResponseDone).response.status_details
    assert isinstance(details, p.StatusDetails)
    assert isinstance(details.error, p.ResponseError)
    assert (details.type, details.error.message) == ("failed", "out of thoughts")
    desk.judge.finish()


def test_a_failing_mouth_fails_the_response_too() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "Well. "), v.EngineSpeechFailed(response_id, "hoarse"))
    assert desk.last(p.ResponseDone).response.status == "failed"
    assert desk.all(v.StopWork)


def test_the_token_limit_cuts_text_and_says_so() -> None:
    desk = Desk(replies=[["abcd" * 10]])
    desk.ask("Go", p.ResponseConfig(output_modalities=("text",), max_output_tokens=3))
    done = desk.last(p.ResponseDone).response
    assert done.status_details == p.StatusDetails(type="incomplete", reason="max_output_tokens")
    assert desk.last(p.ResponseOutputTextDone).text == "abcd" * 3
    desk.judge.finish()


def test_the_token_limit_counts_sound_as_well() -> None:
    desk = Desk(replies=[["A very long sentence indeed."]])
    desk.ask("Go", p.ResponseConfig(max_output_tokens=9))
    assert desk.last(p.ResponseDone).response.status == "incomplete"
    desk.judge.finish()


def test_a_response_takes_its_own_instructions_tools_and_voice() -> None:
    desk = Desk()
    tool = p.FunctionTool(name="f", description="does f", parameters={"type": "object"})
    wish = p.ResponseConfig(
        instructions="Whisper.",
        tools=(tool,),
        tool_choice=p.ToolChoiceFunction("f"),
        audio=p.AudioConfig(output=p.AudioOutput(voice="cedar")),
    )
    desk.ask("Hi", wish)
    question = desk.last(v.Reply).question
    assert (question.instructions, question.tool_choice) == ("Whisper.", "f")
    assert [tool.name for tool in question.tools] == ["f"]
    assert desk.last(v.Speak).voice == "cedar"


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        (p.ResponseConfig(output_modalities=("text", "audio")), "response.output_modalities"),
        (p.ResponseConfig(max_output_tokens=5000), "response.max_output_tokens"),
        (p.ResponseConfig(metadata={"k" * 65: "v"}), "response.metadata"),
        (p.ResponseConfig(metadata={str(n): "v" for n in range(17)}), "response.metadata"),
        (p.ResponseConfig(tools=(p.McpTool(server_label="x"),)), "response.tools[0]"),
        (p.ResponseConfig(tool_choice=p.ToolChoiceFunction("nope")), "response.tool_choice"),
        (p.ResponseConfig(prompt={"id": "p"}), "response.prompt"),
    ],
)
def test_wishes_that_cannot_be_are_refused_with_their_place(wish: p.ResponseConfig, param: str) -> None:
    desk = Desk()
    error = desk.error(desk.say(p.ResponseCreate(response=wish, event_id="e")))
    assert (error.param, error.event_id) == (param, "e")
    assert not desk.all(v.Reply)


def test_g711_answers_leave_in_the_clients_format() -> None:
    desk = Desk(replies=[["Yes."]])
    desk.ask("Go", p.ResponseConfig(audio=p.AudioConfig(output=p.AudioOutput(format=p.PCMU))))
    sent = b"".join(event.delta for event in desk.all(p.ResponseOutputAudioDelta))
    assert len(sent) == 80 * 8  # 80 ms at 8 bytes a millisecond


def test_audio_inside_the_input_is_heard_first_and_never_mixed_up_with_the_conversation() -> None:
    desk = Desk(transcripts=["spoken aside"])
    desk.say(typed("main"))
    aside = p.MessageItem(id=desk.judge.order[0], role="user", content=(p.InputAudio(audio=LOUD * 300),))
    desk.say(p.ResponseCreate(response=p.ResponseConfig(conversation="none", input=(aside,))))
    assert not desk.all(v.Reply)
    desk.work()
    assert desk.last(v.Reply).question.history == (Utterer("user", "spoken aside"),)


def test_a_brain_far_ahead_of_the_voice_is_stopped() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "One. " * (MAX_UNSAID_CHARS // 5)))
    desk.happen(v.EngineReplied(response_id, "One too many. "))
    assert desk.last(p.ResponseDone).response.status == "incomplete"
    assert desk.last(v.StopWork).response_id == response_id


def test_a_response_that_is_over_says_nothing_more() -> None:
    desk = Desk()
    run = ResponseRun("resp_1", terms(desk.last(p.SessionCreated).session, p.UNSET), Names(), None, None)
    assert run.cancel("client_cancelled")
    late = [run.words("x"), run.call("f", "{}"), run.reply_ended(), run.spoke(b""), run.clause_ended()]
    assert late == [[]] * 5
    assert run.fail("late") == run.cancel("turn_detected") == []


def test_a_clause_without_a_letter_is_shown_and_not_spoken() -> None:
    desk = Desk(replies=[["Well. ", "... ", "Yes."]])
    desk.ask("Hi")
    assert [speech.text for speech in desk.all(v.Speak)] == ["Well.", "Yes."]
    assert desk.last(p.ResponseOutputAudioTranscriptDone).transcript == "Well. ... Yes."
