"""Function calls: once each, outputs together, one answer."""

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.calls import CHAIN_LIMIT
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
    user_turn,
)


def asked(*, once: bool = False) -> Mind:
    mind = Mind(typed_wish(once=once, first_prompt="what time is it?"))
    mind.ready()
    return mind


def outputs(commands: list[c.Command]) -> list[tuple[str, str]]:
    items = [event.item for event in said(commands, p.ConversationItemCreate)]
    return [(item.call_id, item.output) for item in items if isinstance(item, p.FunctionCallOutputItem)]


def test_a_call_runs_and_its_output_is_answered_once() -> None:
    mind = asked()
    told = mind.hear(*call_answer(call_item("c1", "clock", '{"zone":"utc"}')))
    assert of(told, c.RunTool) == [c.RunTool("c1", "clock", '{"zone":"utc"}')]
    assert mind.see().phase is Phase.CALLING
    assert mind.calls()[0].status is CallStatus.RUNNING
    told = mind.tell(f.ToolReturned("c1", "noon"))
    assert kinds(told) == ["conversation.item.create", "response.create"]
    assert outputs(told) == [("c1", "noon")]
    (call,) = mind.calls()
    assert (call.status, call.output) == (CallStatus.DONE, "noon")
    assert call.started_at_s is not None
    assert call.ended_at_s is not None
    mind.hear(*text_answer("It is noon.", "r2", "a2"))
    assert mind.lines()[-1] == "assistant: It is noon."


def test_outputs_wait_for_the_end_of_the_answer_and_for_each_other_and_keep_their_order() -> None:
    mind = asked()
    *running, over = call_answer(call_item("c1"), call_item("c2"), call_item("c3"))
    assert len(of(mind.hear(*running), c.RunTool)) == 3
    assert kinds(mind.tell(f.ToolReturned("c3", "3"), f.ToolFailed("c1", "bad"))) == []
    assert kinds(mind.hear(over)) == []
    told = mind.tell(f.ToolReturned("c2", "2"))
    assert outputs(told) == [("c1", "bad"), ("c2", "2"), ("c3", "3")]
    assert kinds(told).count("response.create") == 1
    assert [call.status for call in mind.calls()] == [CallStatus.FAILED, CallStatus.DONE, CallStatus.DONE]


def test_each_call_runs_once_however_often_it_is_named() -> None:
    mind = asked()
    events = call_answer(call_item("c1"))
    told = mind.hear(*events[:-1], *events[1:-1])
    final = p.ResponseDone(response=p.Response(id="r1", status="completed", output=(call_item("c1"),)))
    told += mind.hear(final, final)
    told += mind.tell(f.ToolReturned("c1", "x"), f.ToolReturned("c1", "y"))
    assert len(of(told, c.RunTool)) == 1
    assert outputs(told) == [("c1", "x")]


def test_a_call_named_only_in_response_done_runs() -> None:
    mind = asked()
    final = p.ResponseDone(response=p.Response(id="r1", status="completed", output=(call_item("c1"),)))
    assert len(of(mind.hear(p.ResponseCreated(response=p.Response(id="r1")), final), c.RunTool)) == 1


def test_a_call_named_only_by_its_arguments_runs_when_the_answer_is_done() -> None:
    mind = asked()
    told = mind.hear(
        p.ResponseFunctionCallArgumentsDone(
            response_id="r1", item_id="i1", call_id="c1", name="clock", arguments='{"a":1}'
        ),
        done(),
    )
    assert of(told, c.RunTool) == [c.RunTool("c1", "clock", '{"a":1}')]


@pytest.mark.parametrize("status", ["incomplete", "in_progress"])
def test_a_torn_call_never_runs(status: str) -> None:
    mind = asked()
    told = mind.hear(
        *call_answer(call_item("c1", arguments='{"a":', status=status))[:-1], done(status="cancelled")
    )
    assert of(told, c.RunTool) == []
    assert mind.calls()[0].status is CallStatus.CANCELLED


def test_arguments_that_are_no_object_are_refused_to_the_model() -> None:
    mind = asked()
    for call_id, arguments in (("c1", '{"a":'), ("c2", "[1]"), ("c3", "[" * 100_000)):
        told = mind.hear(*call_answer(call_item(call_id, arguments=arguments), response_id=f"r_{call_id}"))
        assert of(told, c.RunTool) == []
        ((_, output),) = outputs(told)
        assert "not a JSON object" in output
        mind.hear(done(f"s_{call_id}"))


def test_empty_arguments_are_an_empty_object() -> None:
    mind = asked()
    (run,) = of(mind.hear(*call_answer(call_item("c1", arguments=""))), c.RunTool)
    assert run.arguments == "{}"


def test_arguments_are_shown_as_they_are_written() -> None:
    mind = asked()
    mind.hear(*call_answer(call_item("c1", arguments='{"zone": 1}'))[:3])
    (call,) = mind.calls()
    assert (call.name, call.arguments, call.status) == ("clock", '{"zone": 1}', CallStatus.WRITING)


def test_speech_lets_a_running_call_go_on_and_its_output_waits_for_the_turn() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *call_answer(call_item("c1")))
    assert kinds(mind.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))) == []
    told = mind.tell(f.ToolReturned("c1", "noon"))
    assert kinds(told) == ["conversation.item.create"]  # the user is speaking: no answer now
    told = mind.hear(
        *user_turn("u2", "and the date?")[1:], p.ResponseCreated(response=p.Response(id="r2")), done("r2")
    )
    assert said(told, p.ResponseCreate) == []  # that answer knew the output


def test_ctrl_c_stops_a_running_call_and_the_model_is_told_but_not_asked() -> None:
    mind = asked()
    mind.hear(*call_answer(call_item("c1")))
    assert kinds(mind.tell(f.BreakPressed())) == ["CancelTool"]
    told = mind.tell(f.ToolFailed("c1", "cancelled by the user"))
    assert outputs(told) == [("c1", "cancelled by the user")]
    assert said(told, p.ResponseCreate) == []
    assert mind.calls()[0].status is CallStatus.CANCELLED
    assert mind.see().phase is Phase.LISTENING


def test_a_call_completed_after_the_interruption_is_answered_but_not_run() -> None:
    mind = asked()
    mind.hear(p.ResponseCreated(response=p.Response(id="r1")))
    mind.tell(f.InterruptPressed())
    told = mind.hear(*call_answer(call_item("c1"))[1:-1], done(status="cancelled"))
    assert of(told, c.RunTool) == []
    ((call_id, output),) = outputs(told)
    assert call_id == "c1"
    assert "interrupted" in output
    assert said(told, p.ResponseCreate) == []


def test_a_chain_without_an_answer_is_ended() -> None:
    mind = asked(once=True)
    for step in range(CHAIN_LIMIT + 1):
        mind.hear(*call_answer(call_item(f"c{step}"), response_id=f"r{step}"))
        told = mind.tell(f.ToolReturned(f"c{step}", "again"))
    (end,) = of(told, c.Finish)
    assert end.exit_code == 79


def test_a_long_talk_with_many_calls_is_no_chain() -> None:
    mind = Mind()
    mind.ready()
    for turn in range(CHAIN_LIMIT + 5):
        mind.hear(*user_turn(f"u{turn}"), *call_answer(call_item(f"c{turn}"), response_id=f"r{turn}"))
        assert "response.create" in kinds(mind.tell(f.ToolReturned(f"c{turn}", "x")))
        mind.hear(*text_answer("yes", f"s{turn}", f"a{turn}"))
    assert mind.notices() == []


def test_a_call_that_returns_after_a_reconnection_is_told_with_its_call() -> None:
    mind = asked()
    mind.hear(*call_answer(call_item("c1", "clock", '{"a":1}')))
    mind.tell(f.ConnectionLost(1006, ""))
    mind.tell(f.ToolReturned("c1", "noon"))
    mind.wait(1)
    told = mind.connect(attempt=2)
    items = [event.item for event in said(told, p.ConversationItemCreate)]
    assert [p.type_of(item) for item in items] == ["message", "function_call", "function_call_output"]
    assert kinds(told)[-1] == "response.create"


def test_answered_calls_are_rebuilt_with_their_outputs() -> None:
    mind = asked()
    mind.hear(*call_answer(call_item("c1")))
    mind.tell(f.ToolReturned("c1", "noon"))
    mind.hear(*text_answer("It is noon.", "r2", "a2"))
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(1)
    items = [event.item for event in said(mind.connect(attempt=2), p.ConversationItemCreate)]
    assert [p.type_of(item) for item in items] == [
        "message",
        "function_call",
        "function_call_output",
        "message",
    ]


def test_calls_of_the_provider_are_shown_and_not_run() -> None:
    mind = asked()
    begun = p.McpCallItem(id="m1", name="search", arguments='{"q":1}')
    over = p.McpCallItem(id="m1", name="search", arguments='{"q":1}', output="found")
    told = mind.hear(
        p.ResponseOutputItemAdded(item=begun, response_id="r1"),
        p.ResponseOutputItemDone(item=over, response_id="r1"),
        done(),
    )
    assert kinds(told) == []
    (call,) = mind.calls()
    assert (call.name, call.status, call.output) == ("search", CallStatus.DONE, "found")


def test_a_failed_call_of_the_provider_and_an_approval_are_shown() -> None:
    mind = asked()
    over = p.McpCallItem(id="m1", name="search", error={"message": "down"})
    request = p.McpApprovalRequestItem(id="m2", name="delete_all")
    mind.hear(
        p.ResponseOutputItemDone(item=over, response_id="r1"),
        p.ConversationItemAdded(item=request),
        p.ConversationItemDone(item=request),
    )
    assert (mind.calls()[0].status, mind.calls()[0].output) == (CallStatus.FAILED, "down")
    question = mind.see().question
    assert question is not None
    assert (question.call_id, question.name) == ("m2", "delete_all")


def test_answers_to_unknown_calls_are_nothing() -> None:
    assert kinds(asked().tell(f.ToolReturned("c9", "?"), f.ToolFailed("c8", "?"))) == []
