"""Functions from the shell: tried without a model, used by an agent in a pipe, and kept from running unasked."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

TOOLS = '''
def get_time(zone: str = "local") -> str:
    """Tells the current time of day.

    Args:
        zone: Name of a time zone.
    """
    return "ten past nine"

def delete_note(name: str, times: int = 1) -> dict[str, object]:
    """Deletes a note."""
    open("deleted", "w").write(name)
    return {"deleted": name, "times": times}

def scream() -> str:
    """Screams at the terminal."""
    return "\\x1b[2J\\x1b]52;c;T1dO\\x07loud"

def broken() -> str:
    """Breaks."""
    raise RuntimeError("no luck\\x1b[2J")
'''
MCP = f"{sys.executable} {Path(__file__).parents[1] / 'support' / 'mcp_program.py'} stdio"


@pytest.fixture
def folder(shell: Shell) -> Shell:
    (shell.folder / "t.py").write_text(TOOLS)
    return shell


def test_tools_are_listed_with_where_they_come_from_and_what_is_asked_for(folder: Shell) -> None:
    done = folder.run(
        "realtime-cli tools list --tools t.py --builtin calculator,fetch --tool 'df: Space = df -h {folder}'"
    )
    rows = {line.split("\t")[0]: line.split("\t")[1:3] for line in done.out.splitlines()}
    assert done.code == 0
    assert rows["get_time"] == ["auto", "t.py"]
    assert rows["delete_note"] == ["ask", "t.py"]
    assert rows["calculator"] == ["auto", "built in: calculator"]
    assert rows["fetch_url"] == ["ask", "built in: fetch"]
    assert rows["df"] == ["ask", "--tool"]


def test_one_tool_is_shown_as_the_model_sees_it(folder: Shell) -> None:
    shown = json.loads(folder.run("realtime-cli tools show get_time --tools t.py").out)
    assert shown["description"] == "Tells the current time of day."
    assert shown["parameters"]["properties"]["zone"]["description"] == "Name of a time zone."


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("call get_time", "ten past nine"),
        ('call delete_note \'{"name": "x"}\'', '{"deleted":"x","times":1}'),
        ("call delete_note name=12 times=3", '{"deleted":"12","times":3}'),
    ],
)
def test_a_call_without_a_model(folder: Shell, line: str, out: str) -> None:
    done = folder.run(f"realtime-cli tools {line} --tools t.py")
    assert (done.code, done.out.strip()) == (0, out)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("call delete_note --tools t.py", 80, "name: Missing required argument"),
        ("call broken --tools t.py", 80, "RuntimeError: no luck"),
        ("call nothing --tools t.py", 66, "There is no function 'nothing'"),
        ("call get_time what --tools t.py", 2, "neither JSON nor KEY=VALUE"),
        ("list", 78, "No functions are given"),
        ("list --tools missing.py", 66, "There is no tools file missing.py"),
        ("list --tools no.such.module", 66, "There is no module no.such.module"),
        ("list --builtin magic", 78, "no built-in tool"),
        ("list --tool nonsense", 78, "expected 'name"),
        ("list --mcp x.json", 66, "cannot be read"),
        ("list --tools t.py --tool 'get_time: Two = echo'", 66, "Two tools are called 'get_time'"),
    ],
)
def test_what_goes_wrong_has_a_code_and_a_reason(folder: Shell, line: str, code: int, said: str) -> None:
    done = folder.run(f"realtime-cli tools {line}")
    assert done.code == code
    assert said in done.err
    assert "\x1b" not in done.err


def test_a_module_of_this_folder(folder: Shell) -> None:
    (folder.folder / "lib").mkdir()
    (folder.folder / "lib" / "__init__.py").write_text("")
    (folder.folder / "lib" / "more.py").write_text(
        'def hello() -> str:\n    """Greets."""\n    return "hi"\n'
    )
    assert folder.run("realtime-cli tools call hello --tools lib.more").out == "hi\n"


def test_an_mcp_server_from_a_file_and_one_that_is_missing(folder: Shell) -> None:
    pytest.importorskip("mcp")
    command, *args = MCP.split()
    servers = {"tester": {"command": command, "args": args}, "gone": {"command": "/nonexistent"}}
    (folder.folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    done = folder.run("realtime-cli tools call add a=1 b=2 --mcp mcp.json")
    assert done.out == "3\n"
    assert "MCP server gone cannot be started" in done.err


def test_an_agent_in_a_pipe_lists_its_calls(folder: Shell) -> None:
    done = folder.run("echo 'what time is it' | realtime-cli send-text -p local --tools t.py --json")
    answer = json.loads(done.out)
    assert "ten past nine" in answer["text"]
    (call,) = answer["calls"]
    assert call["took_s"] >= 0
    assert {key: call[key] for key in ("name", "arguments", "status", "approval", "output")} == {
        "name": "get_time",
        "arguments": "{}",
        "status": "done",
        "approval": "auto",
        "output": "ten past nine",
    }


def test_in_a_pipe_nothing_runs_that_was_not_approved(folder: Shell) -> None:
    done = folder.run("echo 'delete note shopping' | realtime-cli send-text -p local --tools t.py --json")
    answer = json.loads(done.out)
    assert [(call["status"], call["approval"]) for call in answer["calls"]] == [("failed", "refused")]
    assert "these functions will not run: delete_note" in done.err
    assert not (folder.folder / "deleted").exists()


@pytest.mark.parametrize("how", ["--approve auto", "config"])
def test_what_was_approved_before_runs_in_a_pipe(folder: Shell, how: str) -> None:
    if how == "config":
        folder.config_dir.mkdir(parents=True, exist_ok=True)
        (folder.config_dir / "config.toml").write_text('[tool_approvals]\n"delete_*" = "auto"\n')
        how = ""
    folder.run(f"echo 'delete note shopping' | realtime-cli send-text -p local --tools t.py {how}")
    assert (folder.folder / "deleted").exists()


@pytest.mark.parametrize(
    "content",
    [
        'tools = ["t.py"]',
        'tool = ["x: y = z"]',
        'mcp = ["touch owned"]',
        'approve = "auto"',
        'builtin = ["files"]',
        '[tool_approvals]\n"*" = "auto"',
        '[shell_tools.x]\ndescription = "y"\ncommand = ["touch", "owned"]',
        '[mcp_servers.x]\ncommand = "touch"\nargs = ["owned"]',
        "trust_project = true",
    ],
)
def test_a_file_of_the_folder_gives_a_model_no_hands(folder: Shell, content: str) -> None:
    (folder.folder / "realtime-cli.toml").write_text(content + "\n")
    done = folder.run("realtime-cli send-text -p local hello --tools t.py")
    if content.startswith("tools"):  # the flag stands above the file
        assert done.code == 0
    else:
        assert done.code == 78
        assert "trust" in done.err
    assert not (folder.folder / "owned").exists()


def test_a_trusted_folder_may(folder: Shell) -> None:
    (folder.folder / "realtime-cli.toml").write_text(
        '[shell_tools.greet]\ndescription = "Greets somebody"\ncommand = ["echo", "hello", "{name}"]\n'
        'args = {name = "Whom"}\nread_only = true\n'
    )
    done = folder.run("realtime-cli tools call greet name='a;b' --trust-project")
    assert done.out == "hello a;b\n"


def test_what_a_tool_returns_goes_unchanged_into_a_pipe_and_harmless_to_people(folder: Shell) -> None:
    assert "\x1b]52" in folder.run("realtime-cli tools call scream --tools t.py").out
    done = folder.run("realtime-cli send-text -p local --tools t.py scream")
    assert "\x1b" not in done.err


@pytest.mark.parametrize("hidden", ["--plain 2>/dev/null"])
def test_a_key_answers_nothing_that_nobody_could_read(folder: Shell, hidden: str) -> None:
    """With the question out of sight, `y` is only a letter: the call is refused instead of waiting for it."""
    command = f"realtime-cli talk -p local --no-audio --tools t.py {hidden}"
    typed = "(sleep 3; printf 'delete note shopping\\r'; sleep 2; printf 'y\\r'; sleep 1; printf '\\004'; sleep 2)"
    done = folder.run(f'{typed} | script -qec "{command}" /dev/null')
    assert not (folder.folder / "deleted").exists()
    assert "nobody can be asked" in done.out
