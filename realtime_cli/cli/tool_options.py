"""Options about functions that the model may call; the same for every command that has them."""

from enum import StrEnum
from typing import Annotated

import typer

TOOLS = "Functions"


class ApproveName(StrEnum):
    """What happens to calls."""

    ask = "ask"
    auto = "auto"
    never = "never"


class Sources:
    """Where functions come from, and what they may do."""

    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--tools",
            metavar="FILE.py|MODULE",
            help="Python functions with type hints and docstrings. Repeatable.",
            rich_help_panel=TOOLS,
        ),
    ] = None
    tool: Annotated[
        list[str] | None,
        typer.Option(
            "--tool",
            metavar="'NAME: WHAT = COMMAND {ARG}'",
            help="A command; values fill the places, no shell. Repeatable.",
            rich_help_panel=TOOLS,
        ),
    ] = None
    mcp: Annotated[
        list[str] | None,
        typer.Option(
            "--mcp",
            metavar="'COMMAND'|URL|FILE.json",
            help="Tools of an MCP server, or of all in an mcpServers file. Repeatable.",
            rich_help_panel=TOOLS,
        ),
    ] = None
    builtin: Annotated[
        list[str] | None,
        typer.Option(
            "--builtin",
            metavar="NAME,...",
            help="time, calculator, files, fetch, clipboard, notes, timer, goodbye.",
            rich_help_panel=TOOLS,
        ),
    ] = None
    approve: Annotated[
        ApproveName | None,
        typer.Option(
            "--approve",
            help="Ask before each call, run all, or refuse all but those allowed in the config. "
            "Without it only functions that change something are asked for.",
            show_default=False,
            rich_help_panel=TOOLS,
        ),
    ] = None
    tool_folder: Annotated[
        str | None,
        typer.Option(
            "--tool-folder",
            metavar="DIR",
            help="Folder for --builtin files.",
            show_default="this one",
            rich_help_panel=TOOLS,
        ),
    ] = None
    tool_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--tool-hosts",
            metavar="HOST",
            help="Only these hosts for --builtin fetch (*.example.org). Repeatable.",
            rich_help_panel=TOOLS,
        ),
    ] = None


class CallTime:
    """How long one call may take."""

    tool_timeout_s: Annotated[
        float | None,
        typer.Option(
            "--tool-timeout",
            metavar="SECONDS",
            min=0.001,
            help="A call is given up after this time.",
            show_default="120",
            rich_help_panel=TOOLS,
        ),
    ] = None


class Calling:
    """How a model may use them."""

    tool_rounds: Annotated[
        int | None,
        typer.Option(
            "--tool-rounds",
            metavar="N",
            min=1,
            help="Calls in a row before the model must answer.",
            show_default="20",
            rich_help_panel=TOOLS,
        ),
    ] = None
    tools_debug: Annotated[
        bool | None,
        typer.Option(
            "--tools-debug",
            help="Show arguments and results whole.",
            show_default=False,
            rich_help_panel=TOOLS,
        ),
    ] = None


FailOnTool = Annotated[
    bool,
    typer.Option(
        "--fail-on-tool",
        help="Exit code 80 when a function failed or was refused, even if the model got along without it.",
        rich_help_panel=TOOLS,
    ),
]
