"""Python functions as tools: what the model is told, and what a call does."""

import asyncio
import json
import sys
import threading
from pathlib import Path

import pytest

from realtime_cli.errors import InputError, ToolError
from realtime_cli.tools.python_functions import load
from realtime_cli.tools.toolbox import OUTPUT_LIMIT_CHARS, Toolbox

SOURCE = '''
from __future__ import annotations
import enum, threading
from os import getcwd
from pydantic import BaseModel

class Unit(enum.Enum):
    celsius = "celsius"
    kelvin = "kelvin"

class Place(BaseModel):
    city: str
    country: str = "NL"

def get_weather(place: Place, unit: Unit = Unit.celsius, days: int | None = None) -> dict[str, object]:
    """Tells the weather
    of a place.

    Args:
        place: Where, as
            precisely as known.
        unit (Unit): Of the temperature.

    Returns:
        A report.
    """
    return {"city": place.city, "unit": unit.value, "days": days}

async def slow_echo(text: str) -> str:
    """Echo."""
    import asyncio
    await asyncio.sleep(0)
    return text + " " + str(threading.current_thread() is threading.main_thread())

def boom() -> None:
    """Fails."""
    raise RuntimeError("no luck")

def inner_validation() -> None:
    """Fails inside."""
    Place(city=3)

def nothing() -> None:
    """Does nothing."""
    print("said aside")

def unhinted(x):
    """No hints."""

def undocumented(x: int) -> int:
    return x

def _private(x: int) -> int:
    """Hidden."""
    return x
'''


@pytest.fixture
def toolbox(tmp_path: Path) -> Toolbox:
    path = tmp_path / "my_tools.py"
    path.write_text(SOURCE)
    return Toolbox(load(path)[0])


def call(toolbox: Toolbox, name: str, arguments: str) -> str:
    return asyncio.run(toolbox.call(name, arguments)).text


def test_public_documented_hinted_functions_become_tools_and_the_rest_is_said(tmp_path: Path) -> None:
    path = tmp_path / "my_tools.py"
    path.write_text(SOURCE)
    tools, left_out = load(path)
    assert [t.name for t in tools] == ["get_weather", "slow_echo", "boom", "inner_validation", "nothing"]
    assert left_out == [
        "my_tools.py: unhinted() is not offered to the model: parameter 'x' has no type hint",
        "my_tools.py: undocumented() is not offered to the model: it has no docstring",
    ]


def test_the_schema_says_what_signature_and_docstring_say(toolbox: Toolbox) -> None:
    weather = toolbox.definitions()[0]
    assert weather.description == "Tells the weather of a place."
    assert isinstance(weather.parameters, dict)
    properties = weather.parameters["properties"]
    assert properties["place"]["description"] == "Where, as precisely as known."
    assert properties["unit"]["description"] == "Of the temperature."
    assert weather.parameters["required"] == ["place"]
    assert weather.parameters["additionalProperties"] is False


def test_arguments_are_converted_and_the_result_is_json(toolbox: Toolbox) -> None:
    output = call(toolbox, "get_weather", '{"place": {"city": "Delft"}, "unit": "kelvin"}')
    assert json.loads(output) == {"city": "Delft", "unit": "kelvin", "days": None}


def test_async_functions_run_away_from_the_loop(toolbox: Toolbox) -> None:
    assert call(toolbox, "slow_echo", '{"text": "hi"}') == "hi False"


def test_a_function_without_a_result_says_done_and_keeps_off_stdout(
    toolbox: Toolbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(toolbox, "nothing", "{}") == "done"
    assert capsys.readouterr() == ("", "said aside\n")


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("get_weather", "{", "not valid JSON"),
        ("get_weather", "[1]", "must be a JSON object"),
        ("get_weather", "{}", "place: Missing required argument"),
        ("get_weather", '{"place": {"city": "x"}, "unit": "rankine"}', "unit: Input should be"),
        ("get_weather", '{"place": {"city": "x"}, "wind": 1}', "wind: Unexpected keyword argument"),
        ("boom", "{}", "RuntimeError: no luck"),
        ("inner_validation", "{}", "ValidationError"),
        ("launch", "{}", "There is no function 'launch'. Known functions: boom,"),
    ],
)
def test_a_wrong_call_is_answered_with_the_reason(
    toolbox: Toolbox, name: str, arguments: str, said: str
) -> None:
    with pytest.raises(ToolError) as caught:
        call(toolbox, name, arguments)
    assert said in str(caught.value)


def test_a_blocking_function_does_not_hold_up_the_loop_and_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "hang.py"
    path.write_text(
        'import threading\nrelease = threading.Event()\ndef hang() -> None:\n    """Waits."""\n    release.wait()\n'
    )
    tools, _ = load(path)
    toolbox = Toolbox(tools, time_limit_s=0.05)

    async def main() -> int:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.001)

        counter = asyncio.create_task(count())
        with pytest.raises(ToolError, match=r"took longer than 0\.05 s"):
            await toolbox.call("hang", "{}")
        counter.cancel()
        return turns

    assert asyncio.run(main()) > 5
    hanging = [t for t in threading.enumerate() if t.name == "tool"]
    assert all(t.daemon for t in hanging)
    for name, module in list(sys.modules.items()):
        if name.startswith("realtime_cli_tools_hang"):
            module.release.set()
    for thread in hanging:
        thread.join(2)


def test_a_huge_output_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "big.py"
    path.write_text('def big() -> str:\n    """Big."""\n    return "x" * 100_000\n')
    output = call(Toolbox(load(path)[0]), "big", "{}")
    assert len(output) < OUTPUT_LIMIT_CHARS + 100
    assert output.endswith("[cut: 100000 characters in all]")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no tools file"),
        ("def broken(:", "cannot be loaded: SyntaxError"),
        ("raise ValueError('at import')", "cannot be loaded: ValueError: at import"),
        ("x = 1", "holds no tool"),
    ],
)
def test_a_file_without_tools_is_refused_with_the_reason(
    tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "bad.py"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as caught:
        load(path)
    assert said in str(caught.value)


def test_two_tools_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('def f() -> int:\n    """F."""\n    return 1\n')
    (tmp_path / "b.py").write_text('def f() -> int:\n    """F."""\n    return 2\n')
    with pytest.raises(InputError, match=r"Two tools are called 'f' \(a\.py and b\.py\)"):
        Toolbox([*load(tmp_path / "a.py")[0], *load(tmp_path / "b.py")[0]])


def test_whatever_a_function_prints_is_harmless_and_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "loud.py"
    path.write_text(
        "import asyncio, subprocess, sys\n"
        "async def loud() -> str:\n"
        '    """Prints in every way."""\n'
        "    sys.stdout.write('\\x1b[2Jone\\n')\n"
        "    sys.stderr.write('\\x1b]0;two\\x07\\n')\n"
        "    await asyncio.sleep(0)\n"
        "    print('three', file=sys.stdout, flush=True)\n"
        "    return sys.stdout.encoding\n"
    )
    assert call(Toolbox(load(path)[0]), "loud", "{}")
    print("ours")
    assert capsys.readouterr() == ("ours\n", "?[2Jone\n?]0;two?\nthree\n")


def test_a_module_of_the_folder_is_found_and_shadows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "handy_tools_of_mine.py").write_text(
        'def hello() -> str:\n    """Greets."""\n    return "hi"\n'
    )
    (tmp_path / "json.py").write_text("raise RuntimeError('shadowed')")
    tools, _ = load("handy_tools_of_mine")
    assert (tools[0].source, tools[0].approval) == ("handy_tools_of_mine", "auto")
    assert sys.path[-1] == str(tmp_path)
    with pytest.raises(InputError, match="There is no module handy_tools_of_yours"):
        load("handy_tools_of_yours")


DECLARED = '''
from realtime_cli.tools import progress, tool

@tool(read_only=True)
def delete_nothing() -> str:
    """Only sounds dangerous."""
    return ""

@tool(destructive=True, on_interruption="cancel", time_limit_s=7)
def shred() -> str:
    """Is dangerous."""
    return ""

@tool(approve="never")
def hidden_away() -> str:
    """Is not wanted."""
    return ""

def send_mail() -> str:
    """Sounds dangerous."""
    return ""

def report() -> str:
    """Tells its progress."""
    progress("half")
    return ""
'''


def test_what_functions_say_about_themselves_counts(tmp_path: Path) -> None:
    path = tmp_path / "declared.py"
    path.write_text(DECLARED)
    tools = {tool.name: tool for tool in load(path)[0]}
    words = {name: tool.approval for name, tool in tools.items()}
    assert words == {
        "delete_nothing": "auto",
        "shred": "ask",
        "hidden_away": "never",
        "send_mail": "ask",
        "report": "auto",
    }
    assert (tools["shred"].on_interruption, tools["shred"].time_limit_s) == ("cancel", 7)
    heard: list[str] = []
    asyncio.run(Toolbox(tools.values()).call("report", "{}", heard.append))
    assert heard == ["half"]


def test_huge_arguments_and_huge_errors_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "big.py"
    path.write_text('def big(text: str) -> str:\n    """Big."""\n    raise ValueError("x" * 1_000_000)\n')
    toolbox = Toolbox(load(path)[0])
    with pytest.raises(ToolError, match="arguments are too long"):
        call(toolbox, "big", '{"text": "' + "a" * 300_000 + '"}')
    with pytest.raises(ToolError) as caught:
        call(toolbox, "big", '{"text": "a"}')
    assert len(str(caught.value)) < OUTPUT_LIMIT_CHARS + 100


@pytest.mark.parametrize(
    "value", ["object()", "{1: {2, 3}}", "b'\\xff'", "float('nan')", "(x := [], x.append(x), x)[2]"]
)
def test_results_that_are_no_json_become_text(tmp_path: Path, value: str) -> None:
    path = tmp_path / "odd.py"
    path.write_text(f'def odd() -> object:\n    """Odd."""\n    return {value}\n')
    assert call(Toolbox(load(path)[0]), "odd", "{}")
