"""Real MCP servers: one of our own over stdio and HTTP, with good, broken and hostile tools."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from realtime_cli.errors import ToolError
from realtime_cli.tools.mcp_servers import McpServer, check_installed, connect_all
from realtime_cli.tools.mcp_sources import McpSource, read_source
from realtime_cli.tools.tool import Result
from realtime_cli.tools.toolbox import Toolbox

PROGRAM = [sys.executable, "-m", "tests.support.mcp_program"]
ROOT = Path(__file__).parents[2]
STDIO = McpSource("tester", argv=(*PROGRAM, "stdio"), folder=str(ROOT))

pytestmark = [
    pytest.mark.timeout(120),
    # The SDK leaves its in-memory streams to the garbage collector when a server dies.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def with_server(source: McpSource, story: Callable[[Toolbox], Awaitable[None]]) -> None:
    check_installed()

    async def main() -> None:
        server = McpServer(source)
        try:
            await story(Toolbox(await server.start(), time_limit_s=30))
        finally:
            await server.close()

    asyncio.run(main())


async def refused(toolbox: Toolbox, name: str, arguments: str = "{}") -> str:
    with pytest.raises(ToolError) as caught:
        await toolbox.call(name, arguments)
    return str(caught.value)


@pytest.fixture(scope="module")
def http_url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*PROGRAM, "http", str(port)], cwd=ROOT, stderr=subprocess.PIPE)
    assert process.stderr is not None
    for line in process.stderr:
        if b"Uvicorn running" in line:
            break
    yield f"http://127.0.0.1:{port}/mcp"
    process.kill()
    process.wait(10)
    process.stderr.close()


def test_tools_results_progress_and_errors_over_stdio(capfd: pytest.CaptureFixture[str]) -> None:
    async def story(toolbox: Toolbox) -> None:
        tools = {tool.name: tool for tool in toolbox.tools}
        assert (tools["add"].approval, tools["add"].read_only) == ("auto", True)
        assert (tools["wipe"].approval, tools["wipe"].destructive) == ("ask", True)
        assert (tools["slow"].approval, tools["slow"].destructive) == ("ask", False)
        assert tools["add"].description == "Add two numbers."
        assert tools["add"].parameters["required"] == ["a", "b"]

        assert await toolbox.call("add", '{"a": 1, "b": 2}') == Result("3")
        assert '"degrees": 21' in (await toolbox.call("weather", '{"city": "Delft"}')).text
        picture = await toolbox.call("picture", "{}")
        assert picture.text == "a dot"
        assert [image[:22] for image in picture.images] == ["data:image/png;base64,"]
        steps: list[str] = []
        assert (await toolbox.call("slow", '{"steps": 3}', steps.append)).text == "arrived"
        assert steps == ["1/3 walking", "2/3 walking", "3/3 walking"]
        assert (await toolbox.call("odd_name_with_signs", "{}")).text == "odd"

        assert "a: 'x' is not of type 'integer'" in await refused(toolbox, "add", '{"a": "x", "b": 1}')
        assert "'b' is a required property" in await refused(toolbox, "add", '{"a": 1}')
        assert "not valid JSON" in await refused(toolbox, "add", "{")
        assert "JSON object" in await refused(toolbox, "add", "[]")
        assert await refused(toolbox, "fail")
        assert "There is no function" in await refused(toolbox, "nothing")

        hostile = (await toolbox.call("hostile", "{}")).text
        assert hostile.endswith("OWNED []"), "it reached the terminal"

    with_server(STDIO, story)
    assert capfd.readouterr() == ("", ""), "what a server prints is nobody's business"


def test_keys_do_not_reach_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")

    async def story(toolbox: Toolbox) -> None:
        names = (await toolbox.call("environment", "{}")).text.split()
        assert "OPENAI_API_KEY" not in names
        assert "WANTED" in names

    with_server(McpSource("tester", argv=STDIO.argv, folder=STDIO.folder, env={"WANTED": "1"}), story)


def test_a_server_that_dies_fails_its_call_and_the_next_call_starts_it_again() -> None:
    async def story(toolbox: Toolbox) -> None:
        assert "died during the call" in await refused(toolbox, "die")
        assert (await toolbox.call("add", '{"a": 2, "b": 2}')).text == "4"

    with_server(STDIO, story)


def test_calls_run_beside_each_other_and_one_can_be_given_up() -> None:
    async def story(toolbox: Toolbox) -> None:
        slow = asyncio.create_task(toolbox.call("slow", '{"steps": 200}'))
        await asyncio.sleep(0.2)
        assert (await toolbox.call("add", '{"a": 1, "b": 1}')).text == "2"
        slow.cancel()
        assert (await toolbox.call("add", '{"a": 3, "b": 1}')).text == "4"

    with_server(STDIO, story)


def test_over_http(http_url: str) -> None:
    async def story(toolbox: Toolbox) -> None:
        assert (await toolbox.call("add", '{"a": 1, "b": 2}')).text == "3"
        steps: list[str] = []
        await toolbox.call("slow", '{"steps": 2}', steps.append)
        assert steps == ["1/2 walking", "2/2 walking"]
        assert await refused(toolbox, "fail")

    with_server(read_source(http_url)[0], story)


def test_servers_that_do_not_answer_are_named_and_never_keep_the_others_away() -> None:
    check_installed()

    async def main() -> tuple[list[str], list[str]]:
        servers = [
            McpServer(STDIO),
            McpServer(McpSource("gone", argv=("/nonexistent/program",))),
            McpServer(McpSource("mute", argv=("true",))),
            McpServer(McpSource("chatty", argv=(sys.executable, "-c", "print('\\x1b[2Jhello')"))),
            McpServer(McpSource("nobody", url="http://127.0.0.1:9/mcp")),
        ]
        tools, problems = await connect_all(servers)
        for server in servers:
            await server.close()
        return [tool.name for tool in tools], problems

    names, problems = asyncio.run(main())
    assert "add" in names
    assert [problem.split()[3] for problem in problems] == ["gone", "mute", "chatty", "nobody"]
    assert "there is no program '/nonexistent/program'" in problems[0]


def test_a_published_server_works() -> None:
    """`mcp-server-time` from PyPI, by uvx; skipped where it cannot be installed."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if uv is None:
        pytest.skip("there is no uv here")
    ready = subprocess.run([uv, "tool", "run", "mcp-server-time", "--help"], capture_output=True, timeout=90)
    if ready.returncode != 0:
        pytest.skip("mcp-server-time cannot be installed here")

    async def story(toolbox: Toolbox) -> None:
        arguments = '{"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"}'
        assert "+9.0h" in (await toolbox.call("convert_time", arguments)).text
        with pytest.raises(ToolError):
            await toolbox.call(
                "convert_time", '{"source_timezone": "x", "time": "y", "target_timezone": "z"}'
            )

    source = read_source(f"{uv} tool run mcp-server-time")[0]
    assert source.label == "mcp-server-time"
    with_server(source, story)
