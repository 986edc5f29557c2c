"""Functions in processes of their own: killed when they hang, and nothing they do reaches ours."""

import asyncio
import os
from pathlib import Path

import pytest

from realtime_cli.errors import ToolError
from realtime_cli.tools.python_functions import load
from realtime_cli.tools.tool import Result
from realtime_cli.tools.toolbox import Toolbox

SOURCE = '''
import os, sys
from realtime_cli.tools import progress, tool

@tool(runs_in="process")
def where(text: str) -> dict[str, object]:
    """Tells where it runs."""
    print("on stdout")
    sys.stdout.flush()
    os.write(1, b"raw")
    progress("half")
    return {"pid": os.getpid(), "text": text}

@tool(runs_in="process")
async def later() -> str:
    """Is a coroutine."""
    return "came"

@tool(runs_in="process", time_limit_s=1)
def hang(mark: str) -> str:
    """Never ends."""
    open(mark, "w").write(str(os.getpid()))
    while True:
        pass

@tool(runs_in="process")
def crash() -> str:
    """Ends its process."""
    sys.stderr.write("segmentation, so to say\\n")
    os._exit(7)

@tool(runs_in="process")
def boom() -> str:
    """Raises."""
    raise LookupError("nowhere")

@tool(runs_in="process")
def flood() -> str:
    """Returns very much."""
    return "x" * 40_000_000
'''


@pytest.fixture
def toolbox(tmp_path: Path) -> Toolbox:
    path = tmp_path / "apart.py"
    path.write_text(SOURCE)
    return Toolbox(load(path)[0], time_limit_s=30)


def call(toolbox: Toolbox, name: str, arguments: str = "{}", heard: list[str] | None = None) -> Result:
    notes = heard if heard is not None else []
    return asyncio.run(toolbox.call(name, arguments, notes.append))


def test_it_runs_elsewhere_tells_its_progress_and_keeps_off_stdout(
    toolbox: Toolbox, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []
    text = call(toolbox, "where", '{"text": "hi"}', heard).text
    assert f'"pid":{os.getpid()}' not in text
    assert '"text":"hi"' in text
    assert heard == ["half"]
    assert capfd.readouterr().out == ""


def test_coroutines_run_there_too(toolbox: Toolbox) -> None:
    assert call(toolbox, "later").text == "came"


def test_what_hangs_is_killed(toolbox: Toolbox, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(ToolError, match="took longer than 1 s"):
        call(toolbox, "hang", f'{{"mark": "{mark}"}}')
    if mark.exists():  # on a very loaded machine it may have been killed before it began
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("crash", "{}", r"exit code 7.*segmentation, so to say"),
        ("boom", "{}", "LookupError: nowhere"),
        ("where", '{"text": 3}', "text: Input should be"),
        ("where", "{", "not valid JSON"),
    ],
)
def test_failures_come_back_as_a_reason(toolbox: Toolbox, name: str, arguments: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        call(toolbox, name, arguments)


def test_a_flood_is_cut(toolbox: Toolbox) -> None:
    assert call(toolbox, "flood").text.endswith("characters in all]")
