"""Tools from MCP servers, through the official SDK (extra `mcp`), over stdio or streamable HTTP.

A server runs without a terminal of its own, and what it prints goes to nobody's screen. One that dies fails the calls
it was working on; the next call starts it again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from realtime_cli.errors import ConfigError, ToolError
from realtime_cli.tools.declaration import reporter
from realtime_cli.tools.json_schema import checked_object
from realtime_cli.tools.last_words import LastWords
from realtime_cli.tools.mcp_sources import McpSource
from realtime_cli.tools.programs import harmless_environment
from realtime_cli.tools.tool import Result, Run, Tool

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import Tool as McpTool

START_S = 30.0  # npx and uvx download a server when it is used for the first time
_MOST_PAGES = 50
_LOG = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Line:
    """One connection: the task that holds it, whether it is up, and the wish to leave it."""

    ready: asyncio.Future[Client]
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    words: LastWords | None = None
    task: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        return self.task is None or self.task.done()


class McpServer:
    """One server and the connection to it, which is made anew when it is gone.

    Args:
        source: Where it is.
    """

    def __init__(self, source: McpSource) -> None:
        self._source = source
        self._line: _Line | None = None
        self._schemas: dict[str, Any] = {}

    @property
    def label(self) -> str:
        """Its name for people."""
        return self._source.label

    async def start(self) -> list[Tool]:
        """Connect, and ask for its tools.

        Raises:
            ToolError: It cannot be reached, or does not speak MCP; the message says why.
        """
        async with asyncio.timeout(START_S):
            line = self._current_line()
            client = await self._up(line)
            return [self._tool(found) for found in await _all_tools(client)]

    async def close(self) -> None:
        """Leave it; a process of ours is ended."""
        if self._line is not None:
            await self._drop(self._line)

    async def call(self, name: str, arguments: str) -> Result:
        """One call.

        Raises:
            ToolError: Wrong arguments, the server's own error, or that it is gone.
        """
        from mcp import MCPError

        values = checked_object(arguments, self._schemas.get(name, {}))
        line = self._current_line()
        client = await self._up(line)
        report = reporter.get()

        async def progressed(progress: float, total: float | None, message: str | None) -> None:
            if report is not None:
                share = f"{progress:g}/{total:g}" if total else f"{progress:g}"
                report(f"{share} {message or ''}".strip())

        try:
            return _result(await client.call_tool(name, values, progress_callback=progressed))
        except MCPError as exc:
            if line.over or _is_gone(exc):
                await self._drop(line)
                raise ToolError(f"The MCP server {self.label} died during the call.") from exc
            raise ToolError(f"{self.label}: {exc.message}") from exc
        except (OSError, RuntimeError, ValueError) as exc:
            await self._drop(line)
            raise ToolError(f"The MCP server {self.label} failed: {type(exc).__name__}: {exc}") from exc

    def _current_line(self) -> _Line:
        """The connection that is there or being made; a new one where the last is over."""
        if self._line is None or self._line.over:
            self._line = line = _Line(asyncio.get_running_loop().create_future())
            # The SDK's scopes must be left by the task that entered them: this one, for as long as the server lives.
            line.task = asyncio.create_task(self._hold(line), name=f"mcp {self.label}")
        return self._line

    async def _up(self, line: _Line) -> Client:
        """Wait until it is up; several calls may, and a call that is given up does not stop the others."""
        try:
            async with asyncio.timeout(START_S):
                return await asyncio.shield(line.ready)
        except TimeoutError:
            await self._drop(line)
            raise ToolError(f"The MCP server {self.label} did not answer within {START_S:g} s.") from None

    async def _drop(self, line: _Line) -> None:
        """End this connection; one that was made meanwhile stays."""
        if self._line is line:
            self._line = None
        line.leave.set()
        if line.task is not None and not line.task.done():
            if not line.ready.done():
                line.task.cancel()
            await asyncio.wait((line.task,), timeout=10.0)
            line.task.cancel()

    async def _hold(self, line: _Line) -> None:
        try:
            async with AsyncExitStack() as stack:
                line.ready.set_result(await stack.enter_async_context(self._client_for(line, stack)))
                await line.leave.wait()
        except Exception as exc:  # noqa: BLE001 - whatever a foreign server makes its client raise is told
            problem = _innermost(exc)
            said = f" It said: {line.words.line}" if line.words is not None and line.words.line else ""
            _LOG.info("MCP server %s: %s", self.label, problem)
            if not line.ready.done():
                line.ready.set_exception(
                    ToolError(f"The MCP server {self.label} {_reason(problem, self._source)}{said}")
                )
                line.ready.exception()  # whoever waited may have left

    def _client_for(self, line: _Line, stack: AsyncExitStack) -> Client:
        from mcp import Client, StdioServerParameters, stdio_client
        from mcp.client.sse import sse_client
        from mcp.client.streamable_http import streamable_http_client
        from mcp.shared._httpx_utils import create_mcp_http_client

        source = self._source
        if source.url and source.legacy:
            return Client(sse_client(source.url, headers=dict(source.headers)))
        if source.url:
            http = create_mcp_http_client(headers=dict(source.headers))
            stack.push_async_callback(http.aclose)
            return Client(streamable_http_client(source.url, http_client=http))
        line.words = words = stack.enter_context(LastWords())
        command, *args = source.argv
        parameters = StdioServerParameters(
            command=command,
            args=args,
            env={**harmless_environment(), **source.env},
            cwd=source.folder,
            encoding_error_handler="replace",
        )
        return Client(stdio_client(parameters, errlog=words.file))

    def _tool(self, found: McpTool) -> Tool:
        self._schemas[found.name] = found.input_schema
        hints = found.annotations
        read_only = bool(hints and hints.read_only_hint)
        # Absent means "may destroy" in the protocol; only what says so itself is worth a warning.
        destructive = bool(hints and hints.destructive_hint and not read_only)
        return Tool(
            _callable_name(found.name),
            found.description or found.title or found.name,
            {**found.input_schema, "type": "object"},
            self._runner(found.name),
            f"MCP server {self.label}",
            approval="auto" if read_only else "ask",
            read_only=read_only,
            destructive=destructive,
            note=f"MCP server {self.label}",
        )

    def _runner(self, name: str) -> Run:
        async def run(arguments: str) -> Result:
            return await self.call(name, arguments)

        return run


async def connect_all(servers: Sequence[McpServer]) -> tuple[list[Tool], list[str]]:
    """All tools of all servers that answer, and one line for each that does not: it never keeps a session from
    beginning."""
    found = await asyncio.gather(*(_tools_or_reason(server) for server in servers))
    tools: list[Tool] = []
    problems: list[str] = []
    for one in found:
        if isinstance(one, str):
            problems.append(one)
        else:
            tools += one
    return tools, problems


def check_installed() -> None:
    """Raises:
    ConfigError: The SDK is not installed.
    """
    try:
        import jsonschema  # noqa: F401 - now, and not while somebody speaks
        import mcp
    except ImportError as exc:
        raise ConfigError(
            f"MCP servers need the extra mcp ({exc})", advice="Install it: pip install 'realtime-cli[mcp]'."
        ) from exc
    for name in (mcp.__name__, "httpx2", "httpcore2"):  # their words belong into a log, not on the screen
        log = logging.getLogger(name)
        log.addHandler(logging.NullHandler())
        log.propagate = False


async def _tools_or_reason(server: McpServer) -> list[Tool] | str:
    try:
        return await server.start()
    except ToolError as exc:
        await server.close()
        return f"{exc} Its tools are missing."
    except TimeoutError:
        await server.close()
        return f"The MCP server {server.label} did not list its tools in time. Its tools are missing."
    except Exception as exc:  # noqa: BLE001 - a foreign server may make its client raise anything
        await server.close()
        return f"The MCP server {server.label} failed: {_innermost(exc)}. Its tools are missing."


async def _all_tools(client: Client) -> list[McpTool]:
    tools: list[McpTool] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        cursor = page.next_cursor
        if not cursor:
            break
    return tools


def _result(said: Any) -> Result:
    from realtime_cli.tools.mcp_results import result_of

    return result_of(said)


def _is_gone(exc: Any) -> bool:
    from mcp.types import CONNECTION_CLOSED

    return bool(exc.code == CONNECTION_CLOSED)


def _callable_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "tool"


def _innermost(exc: BaseException) -> BaseException:
    while isinstance(exc, BaseExceptionGroup) and exc.exceptions:
        exc = exc.exceptions[0]
    return exc


def _reason(problem: BaseException, source: McpSource) -> str:
    if isinstance(problem, FileNotFoundError) and source.argv:
        return f"cannot be started: there is no program {source.argv[0]!r}."
    said = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
    return f"does not answer: {said[:200]}."
