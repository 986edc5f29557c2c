"""The functions of a session: found, connected, and with the user's word on each."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from realtime_cli.config.settings import Loaded, Settings
from realtime_cli.errors import ConfigError

if TYPE_CHECKING:
    from realtime_cli.protocol import FunctionTool
    from realtime_cli.session.wish import Wish
    from realtime_cli.tools.announcer import Announcer
    from realtime_cli.tools.mcp_servers import McpServer
    from realtime_cli.tools.tool import Tool
    from realtime_cli.tools.toolbox import Toolbox

# Each of these makes programs run, or lets a model read or reach something.
_POWERFUL = (
    "tools", "tool", "mcp", "builtin", "approve", "tool_folder", "tool_hosts", "tool_approvals", "shell_tools",
    "mcp_servers",
)  # fmt: skip
_SOURCES = ("tools", "tool", "mcp", "builtin", "shell_tools", "mcp_servers")


class Equipment(Struct, frozen=True):
    """What was found.

    Attributes:
        toolbox: None where no function was given.
        remarks: Lines for the user: what was left out, which server is missing.
    """

    toolbox: Toolbox | None = None
    remarks: tuple[str, ...] = ()

    @property
    def definitions(self) -> list[FunctionTool]:
        """What the model is told."""
        return self.toolbox.definitions() if self.toolbox else []


def asks_for_tools(settings: Settings) -> bool:
    """Some function was named."""
    return any(getattr(settings, name) for name in _SOURCES)


@asynccontextmanager
async def equipped(loaded: Loaded) -> AsyncIterator[Equipment]:
    """The functions as the settings name them; MCP servers are connected within the block.

    Raises:
        ConfigError, InputError: A source is wrong; a server that does not answer is only remarked.
    """
    settings = loaded.settings
    check_trust(loaded)
    if not asks_for_tools(settings):
        yield Equipment()
        return
    from realtime_cli.tools.announcer import Announcer
    from realtime_cli.tools.approval import Policy
    from realtime_cli.tools.mcp_servers import connect_all
    from realtime_cli.tools.toolbox import Toolbox

    announcer = Announcer()
    tools, remarks = _local_tools(loaded, announcer)
    servers = _servers(settings)
    try:
        found, problems = await connect_all(servers)
        toolbox = Toolbox(
            [*tools, *_renamed(found, tools)],
            time_limit_s=settings.tool_timeout_s,
            policy=Policy(settings.approve, settings.tool_approvals),
            announcer=announcer,
        )
        yield Equipment(toolbox, (*remarks, *problems, *_unknown_names(settings, toolbox)))
    finally:
        for server in servers:
            await server.close()


def check_trust(loaded: Loaded) -> None:
    """A file of the current folder may be somebody else's: it gives a model no hands unless the user says so.

    Raises:
        ConfigError: It tries to.
    """
    if loaded.settings.trust_project and not loaded.from_project("trust_project"):
        return
    for name in _POWERFUL:
        if loaded.from_project(name):
            raise ConfigError(
                f"{loaded.origins[name]} in this folder sets {name}, which lets a model act",
                advice="Read the file; if it is yours, add --trust-project.",
            )


def with_tools(wish: Wish, equipment: Equipment, settings: Settings, *, can_ask: bool) -> Wish:
    """The wish with the user's word on each function."""
    from realtime_cli.session.approvals import ToolTerms

    toolbox = equipment.toolbox
    if toolbox is None:
        return wish
    terms = {
        tool.name: ToolTerms(
            toolbox.approval(tool), _note(tool), tool.source, tool.on_interruption == "cancel"
        )
        for tool in toolbox.tools
    }
    return replace(wish, tools=terms, can_ask=can_ask, chain_limit=settings.tool_rounds)


def approval_remarks(equipment: Equipment, settings: Settings, *, can_ask: bool) -> list[str]:
    """What the user should know about approvals before the first word."""
    toolbox = equipment.toolbox
    if toolbox is None:
        return []
    if settings.approve == "auto":
        return [f"All {len(toolbox)} functions run without asking (--approve auto)."]
    asked = [tool.name for tool in toolbox.tools if toolbox.approval(tool) == "ask"]
    if asked and not can_ask:
        shown = ", ".join(asked[:5]) + (", ..." if len(asked) > 5 else "")
        return [
            f"Nobody can be asked here, so these functions will not run: {shown}. "
            "Allow them in [tool_approvals] or with --approve auto."
        ]
    return []


def _note(tool: Tool) -> str:
    warning = "it may destroy something" if tool.destructive else ""
    return "; ".join(part for part in (warning, tool.note) if part)


def _local_tools(loaded: Loaded, announcer: Announcer) -> tuple[list[Tool], list[str]]:
    settings = loaded.settings
    tools: list[Tool] = []
    remarks: list[str] = []
    if settings.tools:
        from realtime_cli.tools.python_functions import load

        for given in settings.tools:
            found, left_out = load(given)
            tools += found
            remarks += left_out
    if settings.tool or settings.shell_tools:
        tools += _commands(settings)
    if settings.builtin:
        from pathlib import Path

        from realtime_cli.config.paths import data_dir
        from realtime_cli.tools.builtin.catalog import Surroundings, builtin_tools

        around = Surroundings(
            folder=Path(settings.tool_folder).expanduser(),
            hosts=settings.tool_hosts,
            notes_file=data_dir(loaded.environment.values) / "notes.txt",
            announce=announcer,
        )
        tools += builtin_tools(settings.builtin, around)
    return tools, remarks


def _commands(settings: Settings) -> list[Tool]:
    from realtime_cli.tools.shell import Command, read_line, tool_of

    commands = [read_line(line) for line in settings.tool]
    commands += [
        Command(
            name,
            entry.description,
            entry.command,
            descriptions=entry.args,
            folder=entry.folder,
            env=entry.env,
            time_limit_s=entry.timeout_s,
            output_limit_chars=entry.output_limit_chars,
            approval=entry.approve,
            read_only=entry.read_only,
            on_interruption=entry.on_interruption,
            source="[shell_tools]",
        )
        for name, entry in settings.shell_tools.items()
    ]
    return [tool_of(command) for command in commands]


def _servers(settings: Settings) -> list[McpServer]:
    if not (settings.mcp or settings.mcp_servers):
        return []
    import msgspec

    from realtime_cli.tools.mcp_servers import McpServer, check_installed
    from realtime_cli.tools.mcp_sources import McpSource, read_source, source_of

    check_installed()
    sources: list[McpSource] = [source for given in settings.mcp for source in read_source(given)]
    for label, entry in settings.mcp_servers.items():
        if not entry.disabled:
            sources.append(source_of(label, msgspec.to_builtins(entry), "[mcp_servers]"))
    if sources and sys.stderr.isatty():
        from realtime_cli.cli.boundary import say

        say(f"Connecting to {', '.join(source.label for source in sources)} ...")
    return [McpServer(source) for source in sources]


def _renamed(found: Sequence[Tool], taken: Sequence[Tool]) -> list[Tool]:
    """Tools of MCP servers; one whose name is taken gets its server's name in front."""
    names = {tool.name for tool in taken}
    renamed: list[Tool] = []
    for tool in found:
        name, number = tool.name, 2
        if name in names:
            label = "".join(c if c.isascii() and c.isalnum() else "_" for c in tool.source.rsplit(" ", 1)[-1])
            name = f"{label}_{tool.name}"[:64]
        while name in names:
            name, number = f"{tool.name[:60]}_{number}", number + 1
        names.add(name)
        renamed.append(tool if name == tool.name else replace(tool, name=name))
    return renamed


def _unknown_names(settings: Settings, toolbox: Toolbox) -> list[str]:
    """Names in [tool_approvals] that fit no function: most likely a slip that would leave something unprotected."""
    from fnmatch import fnmatchcase

    return [
        f"[tool_approvals] names {pattern!r}, but there is no such function."
        for pattern in settings.tool_approvals
        if not any(fnmatchcase(tool.name, pattern) for tool in toolbox.tools)
    ]
