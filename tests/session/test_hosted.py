"""Tools the provider runs: lists, calls, approval."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import facts as f
from realtime_cli.session.state import CallStatus, Phase
from tests.support.facts import Mind, done, said, typed_wish

REQUEST = p.McpApprovalRequestItem(id="q1", server_label="docs", name="search", arguments='{"q":1}')


def ready(**changes: object) -> Mind:
    mind = Mind(typed_wish(**changes))
    mind.ready()
    return mind


def asked(mind: Mind, item: p.McpApprovalRequestItem = REQUEST) -> list[p.McpApprovalResponseItem]:
    """Hears the request twice, as servers say it; what was answered by itself."""
    told = mind.hear(
        p.ConversationItemAdded(item=item), p.ResponseOutputItemDone(item=item, response_id="r1")
    )
    return answers(told)


def answers(told: object) -> list[p.McpApprovalResponseItem]:
    items = [event.item for event in said(told, p.ConversationItemCreate)]  # type: ignore[arg-type]
    return [item for item in items if isinstance(item, p.McpApprovalResponseItem)]


@pytest.mark.parametrize(("verdict", "approve"), [("yes", True), ("no", False), ("always", True)])
def test_the_user_is_asked_once_and_the_word_is_sent(verdict: str, approve: bool) -> None:
    mind = ready()
    assert asked(mind) == []
    question = mind.see().question
    assert question is not None
    assert (question.call_id, question.name, question.waiting) == ("q1", "search", 0)
    assert mind.see().phase is Phase.ASKING
    (answer,) = answers(mind.tell(f.ApprovalGiven("q1", verdict)))  # type: ignore[arg-type]
    assert (answer.approval_request_id, answer.approve) == ("q1", approve)
    assert answer.id
    assert mind.see().question is None


def test_always_holds_for_later_calls_of_that_tool() -> None:
    mind = ready()
    asked(mind)
    mind.tell(f.ApprovalGiven("q1", "always"))
    later = p.McpApprovalRequestItem(id="q2", server_label="docs", name="search")
    assert [answer.approve for answer in asked(mind, later)] == [True]
    other = p.McpApprovalRequestItem(id="q3", server_label="docs", name="delete")
    assert asked(mind, other) == []


def test_where_nobody_can_be_asked_it_is_refused() -> None:
    mind = ready(can_ask=False)
    assert [answer.approve for answer in asked(mind)] == [False]
    assert mind.notices() == ["Refused: docs wants to call search."]


@pytest.mark.parametrize("allowed", [True, False])
def test_the_answer_may_be_given_beforehand(allowed: bool) -> None:
    mind = ready(hosted_approval=allowed)
    assert [answer.approve for answer in asked(mind)] == [allowed]


def test_a_failed_list_is_told_and_blocks_nothing() -> None:
    mind = ready()
    mind.hear(p.McpListToolsInProgress(item_id="l1"), p.McpListToolsFailed(item_id="l1"))
    assert mind.notices() == ["An MCP server could not list its tools."]
    mind.tell(f.PromptTyped("hi"))
    assert said(mind.log, p.ResponseCreate)


def test_a_list_and_a_call_are_shown() -> None:
    mind = ready()
    tools = (p.McpToolDescription(name="search"), p.McpToolDescription(name="read"))
    listed = p.McpListToolsItem(id="l1", server_label="docs", tools=tools)
    mind.hear(p.ConversationItemAdded(item=listed), p.ConversationItemDone(item=listed))
    assert mind.notices() == ["docs offers 2 tools: search, read"]
    call = p.McpCallItem(id="m1", server_label="docs", name="search", arguments="")
    mind.hear(
        p.ResponseOutputItemAdded(item=call, response_id="r1"),
        p.ResponseMcpCallArgumentsDelta(item_id="m1", response_id="r1", delta='{"q"'),
        p.ResponseMcpCallArgumentsDone(item_id="m1", response_id="r1", arguments='{"q":1}'),
        p.ResponseMcpCallInProgress(item_id="m1"),
    )
    assert [(one.name, one.arguments) for one in mind.calls()] == [("search", '{"q":1}')]
    finished = p.McpCallItem(id="m1", server_label="docs", name="search", arguments='{"q":1}', output="found")
    mind.hear(
        p.ResponseOutputItemDone(item=finished, response_id="r1"), p.ResponseMcpCallCompleted(item_id="m1")
    )
    mind.hear(done("r1"))
    assert [(one.status, one.output) for one in mind.calls()] == [(CallStatus.DONE, "found")]


def test_a_failed_call_is_shown_with_its_error() -> None:
    mind = ready()
    call = p.McpCallItem(id="m1", name="search", error={"type": "x", "message": "no such page"})
    mind.hear(p.ResponseOutputItemDone(item=call, response_id="r1"), p.ResponseMcpCallFailed(item_id="m1"))
    assert [(one.status, one.output) for one in mind.calls()] == [(CallStatus.FAILED, "no such page")]
