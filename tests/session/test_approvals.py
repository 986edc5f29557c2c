"""Calls that wait for the user's word: nothing runs that was not approved."""

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.approvals import ToolTerms
from realtime_cli.session.calls import ARGUMENTS_LIMIT_CHARS
from realtime_cli.session.state import CallStatus, Phase
from tests.support.facts import (
    Mind,
    call_answer,
    call_item,
    done,
    kinds,
    of,
    said,
    text_answer,
    typed_wish,
    voice_wish,
)

ASK = {"wipe": ToolTerms("ask", "runs: rm {disk}")}


def asked(**changes: object) -> Mind:
    mind = Mind(typed_wish(**{"first_prompt": "wipe it", "tools": ASK, **changes}))
    mind.ready()
    return mind


def wants(mind: Mind, *call_ids: str, arguments: str = '{"disk":"a"}') -> list[c.Command]:
    return mind.hear(*call_answer(*(call_item(one, "wipe", arguments) for one in call_ids)))


def outputs(commands: list[c.Command]) -> list[tuple[str, str]]:
    items = [event.item for event in said(commands, p.ConversationItemCreate)]
    return [(item.call_id, item.output) for item in items if isinstance(item, p.FunctionCallOutputItem)]


def test_a_call_that_must_be_asked_for_waits_and_the_question_shows_it_exactly() -> None:
    mind = asked()
    assert of(wants(mind, "c1", "c2"), c.RunTool) == []
    question = mind.see().question
    assert question is not None
    assert (question.call_id, question.name, question.arguments) == ("c1", "wipe", '{"disk":"a"}')
    assert (question.note, question.waiting) == ("runs: rm {disk}", 1)
    assert mind.see().phase is Phase.ASKING
    assert [call.status for call in mind.calls()] == [CallStatus.ASKING, CallStatus.ASKING]


def test_yes_runs_this_call_only() -> None:
    mind = asked()
    wants(mind, "c1", "c2")
    told = mind.tell(f.ApprovalGiven("c1", "yes"))
    assert of(told, c.RunTool) == [c.RunTool("c1", "wipe", '{"disk":"a"}')]
    question = mind.see().question
    assert question is not None
    assert question.call_id == "c2"
    assert mind.calls()[0].approval == "yes"


def test_no_runs_nothing_and_the_model_is_told_and_answers() -> None:
    mind = asked()
    wants(mind, "c1")
    told = mind.tell(f.ApprovalGiven("c1", "no"))
    assert of(told, c.RunTool) == []
    ((call_id, output),) = outputs(told)
    assert call_id == "c1"
    assert "declined" in output
    assert kinds(told)[-1] == "response.create"
    assert mind.calls()[0].status is CallStatus.CANCELLED
    assert mind.see().question is None


def test_always_runs_what_waits_and_what_comes() -> None:
    mind = asked()
    wants(mind, "c1", "c2")
    told = mind.tell(f.ApprovalGiven("c1", "always"))
    assert [run.call_id for run in of(told, c.RunTool)] == ["c1", "c2"]
    told = mind.tell(f.ToolReturned("c1", "x"), f.ToolReturned("c2", "x"))
    told = mind.hear(*call_answer(call_item("c3", "wipe", "{}"), response_id="r2"))
    assert [run.call_id for run in of(told, c.RunTool)] == ["c3"]
    assert [call.approval for call in mind.calls()] == ["always", "always", "auto"]


def test_edited_arguments_are_what_runs_and_the_model_learns_of_it() -> None:
    mind = asked()
    wants(mind, "c1")
    told = mind.tell(f.ApprovalGiven("c1", "yes", '{"disk":"b"}'))
    assert of(told, c.RunTool) == [c.RunTool("c1", "wipe", '{"disk":"b"}')]
    told = mind.tell(f.ToolReturned("c1", "b is empty"))
    ((_, output),) = outputs(told)
    assert output == '[The user changed the arguments to {"disk":"b"}]\nb is empty'
    call = mind.calls()[0]
    assert (call.arguments, call.written, call.approval) == ('{"disk":"b"}', '{"disk":"a"}', "edited")


def test_edited_arguments_that_are_no_object_leave_the_question_open() -> None:
    mind = asked()
    wants(mind, "c1")
    assert of(mind.tell(f.ApprovalGiven("c1", "yes", "nonsense")), c.RunTool) == []
    assert mind.see().question is not None
    assert "These arguments are not a JSON object." in mind.notices()


@pytest.mark.parametrize("call_id", ["c2", "", "nobody"])
def test_an_answer_to_another_call_counts_for_nothing(call_id: str) -> None:
    mind = asked()
    wants(mind, "c1")
    assert mind.tell(f.ApprovalGiven(call_id, "always")) == []
    assert mind.see().question is not None


def test_an_answer_given_twice_runs_once() -> None:
    mind = asked()
    wants(mind, "c1")
    told = mind.tell(f.ApprovalGiven("c1", "yes"), f.ApprovalGiven("c1", "yes"), f.ApprovalGiven("c1", "no"))
    assert len(of(told, c.RunTool)) == 1


def test_where_nobody_can_be_asked_only_what_is_allowed_runs() -> None:
    tools = {**ASK, "clock": ToolTerms("auto"), "bomb": ToolTerms("never")}
    mind = asked(can_ask=False, tools=tools)
    told = mind.hear(
        *call_answer(
            call_item("c1", "wipe", "{}"), call_item("c2", "clock", "{}"), call_item("c3", "bomb", "{}")
        )
    )
    assert [run.name for run in of(told, c.RunTool)] == ["clock"]
    told = mind.tell(f.ToolReturned("c2", "noon"))
    texts = dict(outputs(told))
    assert "nobody can be asked" in texts["c1"]
    assert texts["c2"] == "noon"
    assert "does not allow" in texts["c3"]
    assert [call.approval for call in mind.calls()] == ["refused", "auto", "refused"]


def test_ctrl_c_refuses_what_waits() -> None:
    mind = asked()
    wants(mind, "c1")
    told = mind.tell(f.BreakPressed())
    assert of(told, c.Finish) == []
    assert "stopped" in outputs(told)[0][1]
    assert said(told, p.ResponseCreate) == []
    assert mind.see().question is None


def test_a_script_waits_for_the_answer_before_it_ends() -> None:
    mind = asked(once=True)
    assert of(wants(mind, "c1"), c.Finish) == []
    mind.tell(f.ApprovalGiven("c1", "yes"))
    mind.tell(f.ToolReturned("c1", "done"))
    told = mind.hear(*text_answer("It is done.", "r2", "a2"))
    assert of(told, c.Finish) == [c.Finish(0)]


def test_the_conversation_goes_on_while_a_call_waits() -> None:
    mind = Mind(voice_wish(tools=ASK))
    mind.ready()
    wants(mind, "c1")
    assert mind.tell(f.MicHeard(bytes(960), -30.0)) != []
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))
    assert mind.see().phase is Phase.HEARING
    assert mind.see().question is not None


def test_a_question_outlives_the_line_and_the_call_is_told_anew() -> None:
    mind = asked()
    wants(mind, "c1")
    mind.tell(f.ConnectionLost(None, ""))
    mind.wait(2)
    mind.connect(attempt=2)
    told = mind.tell(f.ApprovalGiven("c1", "yes"), f.ToolReturned("c1", "gone"))
    items = [event.item for event in said(told, p.ConversationItemCreate)]
    assert [type(item) for item in items] == [p.FunctionCallItem, p.FunctionCallOutputItem]


def test_huge_arguments_are_refused_and_never_parsed() -> None:
    mind = asked()
    told = wants(mind, "c1", arguments='{"disk":"' + "a" * ARGUMENTS_LIMIT_CHARS + '"}')
    assert of(told, c.RunTool) == []
    assert mind.see().question is None
    assert "longer than" in outputs(told)[0][1]


def test_speech_stops_calls_that_are_declared_so_and_keeps_the_others() -> None:
    mind = Mind(voice_wish(tools={"wipe": ToolTerms("auto", stops=True), "clock": ToolTerms("auto")}))
    mind.ready()
    mind.hear(*call_answer(call_item("c1", "wipe", "{}"), call_item("c2", "clock", "{}")))
    told = mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))
    assert of(told, c.CancelTool) == [c.CancelTool("c1")]
    told = mind.tell(f.ToolFailed("c1", "The user stopped this call."), f.ToolReturned("c2", "noon"))
    assert dict(outputs(told)) == {"c1": "The user stopped this call.", "c2": "noon"}
    assert [call.status for call in mind.calls()] == [CallStatus.CANCELLED, CallStatus.DONE]


def test_progress_of_a_running_call_is_shown() -> None:
    mind = asked(tools={"wipe": ToolTerms("auto")})
    wants(mind, "c1")
    mind.tell(f.ToolProgressed("c1", "3/10"))
    assert mind.calls()[0].progress == "3/10"
    mind.tell(f.ToolReturned("c1", "x"), f.ToolProgressed("c1", "9/10"))
    assert mind.calls()[0].progress == "3/10"


def test_images_follow_the_output_where_the_server_takes_them() -> None:
    url = "data:image/png;base64,AAAA"
    mind = asked(tools={})
    wants(mind, "c1")
    told = mind.tell(f.ToolReturned("c1", "a dot", (url,)))
    output, message = (event.item for event in said(told, p.ConversationItemCreate))
    assert isinstance(output, p.FunctionCallOutputItem)
    assert isinstance(message, p.MessageItem)
    assert message.content[1] == p.InputImage(image_url=url)
    blind = Mind(typed_wish(first_prompt="x"), p.ALL - {p.Ability.IMAGES})
    blind.ready()
    wants(blind, "c1")
    told = blind.tell(f.ToolReturned("c1", "a dot", (url,)))
    assert len(said(told, p.ConversationItemCreate)) == 1
    assert "1 image(s) of wipe were not sent." in blind.notices()


def test_the_last_answer_of_a_chain_is_asked_for_without_functions() -> None:
    mind = asked(tools={}, chain_limit=2)
    asks: list[p.ResponseCreate] = []
    for turn in range(1, 4):
        mind.hear(*call_answer(call_item(f"c{turn}", "wipe", "{}"), response_id=f"r{turn}"))
        asks += said(mind.tell(f.ToolReturned(f"c{turn}", "x")), p.ResponseCreate)
    choices = [ask.response.tool_choice if ask.response else None for ask in asks]
    assert choices == [None, "none"]
    assert any("2 times in a row" in notice for notice in mind.notices())


def test_an_answer_to_a_forced_call_is_free_to_be_words() -> None:
    config = p.SessionConfig(output_modalities=("text",), tool_choice="required")
    mind = asked(tools={}, config=config)
    wants(mind, "c1")
    (event,) = said(mind.tell(f.ToolReturned("c1", "x")), p.ResponseCreate)
    assert event.response
    assert event.response.tool_choice == "auto"


def test_goodbye_ends_the_session_after_the_last_words() -> None:
    mind = asked(tools={})
    wants(mind, "c1")
    told = mind.tell(f.ToolReturned("c1", "say goodbye", ends_session=True))
    assert of(told, c.Finish) == []
    told = mind.hear(*text_answer("Goodbye.", "r2", "a2"))
    assert of(told, c.Finish) == [c.Finish(0)]


def test_whoever_speaks_after_goodbye_stays() -> None:
    mind = asked(tools={})
    wants(mind, "c1")
    mind.tell(f.ToolReturned("c1", "say goodbye", ends_session=True))
    mind.tell(f.PromptTyped("wait, one more thing"))
    told = mind.hear(*text_answer("Goodbye.", "r2", "a2"))
    assert of(told, c.Finish) == []


def test_an_announcement_is_told_to_the_model_which_speaks_at_once() -> None:
    mind = Mind(voice_wish())
    mind.ready()
    told = mind.tell(f.ToolAnnounced("The timer is over."))
    (event,) = said(told, p.ConversationItemCreate)
    assert isinstance(event.item, p.MessageItem)
    assert event.item.role == "system"
    assert kinds(told)[-1] == "response.create"


def test_an_announcement_does_not_talk_over_the_user_whose_answer_knows_it() -> None:
    mind = Mind(voice_wish())
    mind.ready()
    mind.hear(p.InputAudioBufferSpeechStarted(item_id="u1"))
    told = mind.tell(f.ToolAnnounced("The timer is over."))
    assert kinds(told) == ["conversation.item.create"]
    told = mind.hear(p.InputAudioBufferSpeechStopped(item_id="u1"), done("r0"))
    assert said(told, p.ResponseCreate) == []


def test_the_time_a_person_takes_to_read_is_no_latency() -> None:
    mind = asked()
    wants(mind, "c1")
    mind.at_s += 20
    mind.tell(f.ApprovalGiven("c1", "yes"), f.ToolReturned("c1", "wiped"))
    mind.at_s += 0.5
    mind.hear(*text_answer("Done.", response_id="r2", item_id="a2"))
    latency_ms = mind.see().latency_ms
    assert latency_ms is not None
    assert 500 <= latency_ms < 600
