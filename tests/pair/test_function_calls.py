"""Function calls between the two minds, in both dialects: chains, approval, interruption, forced calls, images."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.server.engines.contract import PastCall, WantsCall
from realtime_cli.session import facts as f
from realtime_cli.session.approvals import ToolTerms
from realtime_cli.session.state import CallStatus, Phase
from realtime_cli.session.wish import Wish
from tests.support.facts import typed_wish, voice_config, voice_wish
from tests.support.pair import Pair

DIALECTS = pytest.mark.parametrize("dialect", [p.GA, p.BETA], ids=["ga", "beta"])
TOOLS = (
    p.FunctionTool(
        name="clock", description="Tells the time.", parameters={"type": "object", "properties": {}}
    ),
    p.FunctionTool(name="wipe", description="Wipes a disk.", parameters={"type": "object", "properties": {}}),
)
CLOCK, WIPE = WantsCall("clock", "{}"), WantsCall("wipe", '{"disk":"a"}')
OUTPUTS = {"clock": "12:00", "wipe": "gone"}


def typed(**changes: object) -> Wish:
    config = p.SessionConfig(output_modalities=("text",), tools=TOOLS)
    return typed_wish(**{"config": config, "first_prompt": "go", **changes})


def held(wish: Wish, dialect: p.Dialect, *replies: list[object], seconds: float = 6) -> Pair:
    pair = Pair(wish, dialect, replies=list(replies), tools=OUTPUTS)  # type: ignore[arg-type]
    pair.begin()
    pair.run(seconds)
    return pair


@DIALECTS
def test_chained_calls_until_there_is_an_answer(dialect: p.Dialect) -> None:
    pair = held(typed(), dialect, [CLOCK], [WIPE, CLOCK], [CLOCK], ["All done."])
    assert [call.name for call in pair.calls()] == ["clock", "wipe", "clock", "clock"]
    assert pair.said.count("response.create") == 4
    assert pair.lines()[-1] == "assistant: All done."
    outputs = [turn.output for turn in pair.questions[-1].history if isinstance(turn, PastCall)]
    assert outputs == ["12:00", "gone", "12:00", "12:00"]
    assert pair.errors() == []


@DIALECTS
def test_a_chain_ends_with_an_answer_without_functions(dialect: p.Dialect) -> None:
    pair = held(typed(chain_limit=2), dialect, [CLOCK], [CLOCK], ["Enough of that."])
    assert [question.tool_choice for question in pair.questions] == ["auto", "auto", "none"]
    assert pair.lines()[-1] == "assistant: Enough of that."
    assert pair.errors() == []


@DIALECTS
def test_a_forced_call_is_followed_by_a_free_answer(dialect: p.Dialect) -> None:
    config = p.SessionConfig(output_modalities=("text",), tools=TOOLS, tool_choice="required")
    pair = held(typed(config=config), dialect, [CLOCK], ["It is noon."])
    assert [question.tool_choice for question in pair.questions] == ["required", "auto"]
    assert pair.errors() == []


@DIALECTS
@pytest.mark.parametrize("verdict", ["yes", "no"])
def test_a_call_waits_for_the_user_and_the_other_one_does_not(dialect: p.Dialect, verdict: str) -> None:
    pair = held(typed(tools={"wipe": ToolTerms("ask")}), dialect, [WIPE, CLOCK], ["So be it."], seconds=20)
    question = pair.state.question
    assert question is not None
    assert question.name == "wipe"
    assert [call.status for call in pair.calls()] == [CallStatus.ASKING, CallStatus.DONE]
    assert pair.said.count("response.create") == 1, "the outputs go back together"
    pair.tell(f.ApprovalGiven(question.call_id, verdict))  # type: ignore[arg-type]
    pair.run(3)
    outputs = [turn.output or "" for turn in pair.questions[-1].history if isinstance(turn, PastCall)]
    assert outputs[1] == "12:00"
    assert outputs[0] == "gone" if verdict == "yes" else "declined" in outputs[0]
    assert pair.lines()[-1] == "assistant: So be it."
    assert pair.errors() == []


@DIALECTS
def test_speech_goes_on_while_a_call_waits(dialect: p.Dialect) -> None:
    config = p.merge(voice_config(), p.SessionConfig(tools=TOOLS))
    pair = Pair(
        voice_wish(config=config, tools={"wipe": ToolTerms("ask")}),
        dialect,
        transcripts=["wipe it", "what else can you do"],
        replies=[[WIPE], ["Many things."], ["It is gone."]],
        tools=OUTPUTS,
    )
    pair.begin()
    pair.run(1)
    pair.speak(1.0, 0.6)
    pair.until(lambda state: state.phase is Phase.ASKING)
    pair.speak(1.0, 0.6)
    pair.until(lambda state: any("Many things." in line for line in pair.lines()))
    pair.until(lambda state: state.phase is Phase.ASKING)
    question = pair.state.question
    assert question is not None
    pair.tell(f.ApprovalGiven(question.call_id, "yes"))
    pair.until(lambda state: any("It is gone." in line for line in pair.lines()))
    assert pair.errors() == []


@DIALECTS
def test_a_timer_speaks_up(dialect: p.Dialect) -> None:
    pair = held(typed(), dialect, ["Hello."], ["Your tea is ready."])
    pair.tell(f.ToolAnnounced("The timer 'tea' is over."))
    pair.run(3)
    assert pair.lines()[-2:] == ["system: The timer 'tea' is over.", "assistant: Your tea is ready."]
    assert pair.errors() == []
