"""The functions that come with the program."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from realtime_cli.errors import ConfigError, ToolError
from realtime_cli.tools.announcer import Announcer
from realtime_cli.tools.builtin.catalog import GROUPS, Surroundings, builtin_tools
from realtime_cli.tools.tool import Result
from realtime_cli.tools.toolbox import Toolbox
from tests.support.clock import run_jumping


def toolbox(tmp_path: Path, *names: str, announcer: Announcer | None = None) -> Toolbox:
    announcer = announcer or Announcer()
    around = Surroundings(tmp_path, notes_file=tmp_path / "data" / "notes.txt", announce=announcer)
    return Toolbox(builtin_tools(names, around), announcer=announcer)


def call(box: Toolbox, name: str, **arguments: object) -> Result:
    return asyncio.run(box.call(name, json.dumps(arguments)))


def test_every_group_has_tools_and_only_those_that_change_nothing_run_unasked(tmp_path: Path) -> None:
    box = toolbox(tmp_path, ",".join(GROUPS))
    unasked = {tool.name for tool in box.tools if box.approval(tool) == "auto"}
    assert unasked == {
        "current_time", "calculator", "read_file", "list_folder", "search_files", "read_notes", "set_timer",
        "list_timers", "cancel_timer", "end_conversation",
    }  # fmt: skip
    asked = {tool.name for tool in box.tools if box.approval(tool) == "ask"}
    assert asked == {"fetch_url", "clipboard_read", "clipboard_write", "add_note"}
    assert all(tool.description and tool.source.startswith("built in: ") for tool in box.tools)


def test_nothing_is_there_unless_it_is_named(tmp_path: Path) -> None:
    assert [tool.name for tool in toolbox(tmp_path, "time").tools] == ["current_time"]
    with pytest.raises(ConfigError, match="no built-in tool 'everything'"):
        toolbox(tmp_path, "everything")


def test_the_time_in_a_zone(tmp_path: Path) -> None:
    box = toolbox(tmp_path, "time")
    assert call(box, "current_time", time_zone="UTC").text.endswith("UTC")
    for zone in ("Nowhere/City", "../../etc/passwd", "/etc/passwd", "\x1b[2J"):
        with pytest.raises(ToolError, match="no time zone"):
            call(box, "current_time", time_zone=zone)


def test_notes_are_kept_for_the_owner_only(tmp_path: Path) -> None:
    box = toolbox(tmp_path, "notes")
    assert call(box, "read_notes").text == "There are no notes."
    call(box, "add_note", text="buy\nmilk")
    call(box, "add_note", text="call Ann")
    assert [line[17:] for line in call(box, "read_notes").text.splitlines()] == ["buy milk", "call Ann"]
    assert call(box, "read_notes", containing="MILK").text.endswith("buy milk")
    assert stat.S_IMODE((tmp_path / "data" / "notes.txt").stat().st_mode) == 0o600


def test_a_timer_speaks_up_when_it_is_over(tmp_path: Path) -> None:
    async def main() -> None:
        said: list[str] = []
        box = toolbox(tmp_path, "timer")
        box.announce_to(said.append)
        for label, seconds in (("tea", 180), ("egg", 300)):
            await box.call("set_timer", json.dumps({"seconds": seconds, "label": label}))
        assert "tea: 180 s left" in (await box.call("list_timers", "{}")).text
        await asyncio.sleep(181)
        assert said == ["The timer 'tea' is over. Tell the user so now."]
        await box.call("cancel_timer", '{"label": "egg"}')
        await asyncio.sleep(300)
        assert len(said) == 1
        with pytest.raises(ToolError, match="no timer"):
            await box.call("cancel_timer", '{"label": "egg"}')
        with pytest.raises(ToolError, match="from one second"):
            await box.call("set_timer", '{"seconds": -1}')

    run_jumping(main())


def test_goodbye_ends_the_session(tmp_path: Path) -> None:
    assert call(toolbox(tmp_path, "goodbye"), "end_conversation").ends_session


def test_the_clipboard_goes_through_the_desktops_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in (("wl-copy", f"cat > {tmp_path}/board"), ("wl-paste", f"cat {tmp_path}/board")):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    box = toolbox(tmp_path, "clipboard")
    with pytest.raises(ToolError, match="empty, or cannot be read"):
        call(box, "clipboard_read")
    assert call(box, "clipboard_write", text="näme; $(x)").text == "done"
    assert call(box, "clipboard_read").text == "näme; $(x)"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="no program for the clipboard"):
        call(box, "clipboard_read")
