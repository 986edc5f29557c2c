"""What came in answer to commands is told once."""

from __future__ import annotations

from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session.holdings import Aside, Retrieved
from realtime_cli.terminal.reports import Reports
from tests.terminal.states import READY

MESSAGE = p.MessageItem(id="item_1", role="assistant", content=(p.OutputAudio(transcript="Good\x1b[2J day"),))


def test_a_fetched_item_is_told_once() -> None:
    reports = Reports()
    state = replace(READY, retrieved=Retrieved(1, "item_1", MESSAGE, bytes(48_000)))
    assert reports.new(state) == [
        "item_1  assistant",
        "  Good\N{REPLACEMENT CHARACTER}[2J day",
        "  1.0 s of sound: /show item_1 --audio",
    ]
    assert reports.new(state) == []
    assert reports.new(replace(state, retrieved=Retrieved(2, "item_1", MESSAGE, b"")))


def test_a_call_is_told_with_its_parts() -> None:
    call = p.FunctionCallItem(id="item_2", call_id="c1", name="get_time", arguments="{}")
    lines = Reports().new(replace(READY, retrieved=Retrieved(1, "item_2", call, b"")))
    assert lines == ["item_2  function_call", "  name: get_time", "  call_id: c1", "  arguments: {}"]


def test_an_aside_is_told_when_it_is_over() -> None:
    reports = Reports()
    asked = Aside("aside_1", "Is that so?", text="Yes", status="answering")
    assert reports.new(replace(READY, asides=(asked,))) == []
    over = replace(asked, text="Yes.\nIt is.", status="completed")
    assert reports.new(replace(READY, asides=(over,))) == [
        "beside the conversation: Is that so?",
        "  Yes.",
        "  It is.",
    ]
    assert reports.new(replace(READY, asides=(over,))) == []
    failed = Aside("aside_2", "And now?", status="failed", problem="the line was lost")
    assert reports.new(replace(READY, asides=(over, failed)))[-1] == "  the line was lost"
