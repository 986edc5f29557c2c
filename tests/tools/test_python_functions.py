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
