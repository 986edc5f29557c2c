"""Whose word decides about a call."""

import asyncio

import pytest

from realtime_cli.tools.approval import Policy, sounds_like_change
from realtime_cli.tools.declaration import progress
from realtime_cli.tools.tool import Approval, Tool
from realtime_cli.tools.toolbox import Toolbox


async def nothing(arguments: str) -> str:
    await asyncio.sleep(0)
    return arguments


def tool(name: str = "delete_note", approval: Approval = "ask") -> Tool:
    return Tool(name, "Does it.", {}, nothing, "test", approval=approval)


def test_without_a_word_of_the_user_each_tool_speaks_for_itself() -> None:
    assert Policy().for_tool(tool(approval="ask")) == "ask"
    assert Policy().for_tool(tool(approval="auto")) == "auto"


@pytest.mark.parametrize(("mode", "becomes"), [("ask", "ask"), ("auto", "auto"), ("never", "never")])
def test_the_word_for_all_counts_for_every_tool_without_one_of_its_own(
    mode: Approval, becomes: Approval
) -> None:
    for own in ("auto", "ask", "never"):
        assert Policy(mode).for_tool(tool(approval=own)) == becomes


def test_the_word_for_one_tool_beats_the_word_for_all() -> None:
    assert Policy("ask", {"delete_note": "auto"}).for_tool(tool()) == "auto"
    assert Policy("auto", {"delete_note": "never"}).for_tool(tool()) == "never"
    assert Policy("never", {"delete_note": "auto"}).for_tool(tool()) == "auto"


def test_never_asks_for_nothing() -> None:
    assert Policy("never", {"delete_note": "ask"}).for_tool(tool()) == "never"


def test_an_exact_name_beats_a_pattern_and_an_earlier_pattern_a_later_one() -> None:
    words: dict[str, Approval] = {"delete_*": "never", "delete_note": "ask", "*": "auto"}
    assert Policy(None, words).for_tool(tool()) == "ask"
    assert Policy(None, words).for_tool(tool("delete_all")) == "never"
    assert Policy(None, words).for_tool(tool("read")) == "auto"


@pytest.mark.parametrize(
    "name", ["delete_note", "sendMail", "rm", "add_user", "set-alarm", "deleteAll", "run_job"]
)
def test_names_that_say_that_something_changes(name: str) -> None:
    assert sounds_like_change(name)


@pytest.mark.parametrize(
    "name", ["get_time", "add", "weather", "roll_dice", "address", "settle_hint", "runner"]
)
def test_names_that_do_not(name: str) -> None:
    assert not sounds_like_change(name)


def test_what_is_never_run_is_not_even_offered() -> None:
    toolbox = Toolbox([tool("read"), tool("wipe")], policy=Policy(None, {"wipe": "never"}))
    assert [definition.name for definition in toolbox.definitions()] == ["read"]
    assert toolbox.find("wipe") is not None


def test_progress_in_a_tight_loop_does_not_flood_the_session() -> None:
    async def talkative(arguments: str) -> str:
        for number in range(100_000):
            progress(str(number))
        return "done"

    heard: list[str] = []
    toolbox = Toolbox([Tool("talk", "Talks.", {}, talkative, "test")])
    asyncio.run(toolbox.call("talk", "{}", heard.append))
    assert heard[0] == "0"
    assert len(heard) < 1000
