"""Commands as tools: values stay values, programs stay bounded."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli.errors import ConfigError, ToolError
from realtime_cli.tools.shell import Command, read_line, tool_of
from realtime_cli.tools.tool import Tool
from realtime_cli.tools.toolbox import Toolbox

SAY = f"{sys.executable} -c 'import sys, json; print(json.dumps(sys.argv[1:]))'"


def run(tool: Tool, **arguments: object) -> str:
    return asyncio.run(Toolbox([tool], time_limit_s=20).call(tool.name, json.dumps(arguments))).text


def told(command: str, **arguments: object) -> list[str]:
    """The arguments a program really got."""
    values: list[str] = json.loads(run(tool_of(read_line(f"say: Says it = {SAY} {command}")), **arguments))
    return values


def python(code: str, **options: object) -> Tool:
    return tool_of(Command("py", "Runs.", (sys.executable, "-c", code), **options))  # type: ignore[arg-type]


def test_a_line_becomes_a_tool_with_a_schema() -> None:
    tool = tool_of(
        read_line("trip: Plans a trip = plan {place} {days:int} {by:car|train} {note?} -- {more...}")
    )
    assert (tool.name, tool.description, tool.approval) == ("trip", "Plans a trip", "ask")
    assert tool.parameters == {
        "type": "object",
        "properties": {
            "place": {"type": "string"},
            "days": {"type": "integer"},
            "by": {"type": "string", "enum": ["car", "train"]},
            "note": {"type": "string"},
            "more": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["place", "days", "by"],
        "additionalProperties": False,
    }
    assert tool.note == "runs: plan {place} {days:int} {by:car|train} {note?} -- {more...}"


@pytest.mark.parametrize(
    "evil",
    ["; touch owned", "$(touch owned)", "`touch owned`", "a b", "&& rm -rf /", "'", '"', "\n", "|cat", "*"],
)
def test_shell_characters_mean_nothing(evil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert told("{text}", text=evil) == [evil]
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=8, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_whatever_a_value_holds_it_arrives_whole_and_alone(value: str) -> None:
    assert told("-- {text}", text=value) == ["--", value]


def test_places_inside_words_optional_ones_and_lists() -> None:
    assert told("--size={n:int}x --tag={tag?} -- {rest...}", n=3, rest=["a", "-b"]) == [
        "--size=3x",
        "--",
        "a",
        "-b",
    ]
    assert told("--tag={tag?}", tag="x y") == ["--tag=x y"]
    assert told("{{x}} {n:number}", n=-1.5) == ["{x}", "-1.5"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "text: missing"),
        ({"text": 3}, "text: expected string"),
        ({"text": "--help"}, "must not begin with '-'"),
        ({"text": "a\0b"}, "zero byte"),
        ({"text": "a", "more": 1}, "more: there is no such argument"),
        ({"text": ["a"]}, "text: expected string"),
    ],
)
def test_a_wrong_call_starts_nothing_and_is_answered_with_the_reason(
    arguments: dict[str, object], said: str
) -> None:
    tool = tool_of(read_line("no: Must not run = /nonexistent/program {text}"))
    with pytest.raises(ToolError, match=said):
        run(tool, **arguments)


@pytest.mark.parametrize("arguments", ["{", "[1]", "[" * 100_000, '"text"'])
def test_arguments_that_are_no_object(arguments: str) -> None:
    tool = tool_of(read_line("no: Must not run = /nonexistent/program {text}"))
    with pytest.raises(ToolError, match="JSON"):
        asyncio.run(Toolbox([tool]).call("no", arguments))


def test_exit_code_and_stderr_go_back() -> None:
    with pytest.raises(ToolError, match=r"(?s)exit code 3.*out.*\[stderr\]\nwhy"):
        run(python("import sys; print('out'); print('why', file=sys.stderr); sys.exit(3)"))
    assert run(python("import sys; print('so', file=sys.stderr)")) == "so"
    assert run(python("pass")) == "done (exit code 0, no output)"


def test_folder_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("MINE", "given")
    code = "import os; print(os.getcwd(), os.environ.get('OPENAI_API_KEY'), os.environ['X'], os.environ['Y'])"
    tool = python(code, folder=str(tmp_path), env={"X": "$MINE", "Y": "plain"})
    assert run(tool) == f"{os.path.realpath(tmp_path)} None given plain"


def test_a_flood_is_stopped_and_cut() -> None:
    output = run(python("while True: print('x' * 1000)", output_limit_chars=100))
    assert output.endswith("[cut: it wrote more than it may, and was stopped]")
    assert len(output) < 200


def test_the_time_limit_ends_the_program_and_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    child = f"import time, pathlib; time.sleep(1.5); pathlib.Path({str(mark)!r}).write_text('x')"
    code = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(30)"
    )

    async def main() -> None:
        with pytest.raises(ToolError, match="took longer than"):
            await Toolbox([python(code)], time_limit_s=0.7).call("py", "{}")
        await asyncio.sleep(1.5)

    asyncio.run(main())
    assert not mark.exists()


def test_a_program_cannot_reach_the_terminal() -> None:
    code = (
        "try:\n open('/dev/tty', 'w').write('owned')\n print('reached')\nexcept OSError:\n print('kept off')"
    )
    assert run(python(code)) == "kept off"


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(ToolError, match="There is no program '/nonexistent/program'"):
        run(tool_of(read_line("no: Does not run = /nonexistent/program")))
    with pytest.raises(ToolError, match="There is no folder"):
        run(python("pass", folder="/nonexistent"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothing", "expected 'name"),
        ("x: = y", "expected 'name"),
        ("x: does = ", "expected 'name"),
        ("x y: does = z", "a name that no model can call"),
        ("x: does = {program} y", "must be given"),
        ("x: does = y 'z", "No closing quotation"),
        ("x: does = y {z:colour}", "unknown type"),
        ("x: does = y {z", "a brace that is no place"),
        ("x: does = y a{z...}", "a word of its own"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_the_reason(line: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        tool_of(read_line(line))


def test_descriptions_of_places_reach_the_model_and_unknown_ones_are_a_slip() -> None:
    tool = tool_of(Command("x", "Does.", ("y", "{a}"), descriptions={"a": "First."}))
    assert tool.parameters["properties"]["a"]["description"] == "First."
    with pytest.raises(ConfigError, match=r"no place \{b\}"):
        tool_of(Command("x", "Does.", ("y", "{a}"), descriptions={"b": "Second."}))
