"""`realtime-cli tools`: the functions a model would get, and one call of one of them without any model."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_cli.cli import options, tool_options
from realtime_cli.cli.boundary import guarded, say, say_error
from realtime_cli.cli.flags import Flags, takes, without
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.table import print_json
from realtime_cli.terminal.sanitize import clean, clean_line

if TYPE_CHECKING:
    from realtime_cli.config.settings import Loaded
    from realtime_cli.tools.tool import Result, Tool
    from realtime_cli.tools.toolbox import Toolbox

app = typer.Typer(
    name="tools",
    help="The functions a model may call: list them, look at one, try one.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="The function's name.")]
Arguments = Annotated[
    list[str] | None, typer.Argument(help="One JSON object, or KEY=VALUE pairs.", show_default="{}")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
@guarded
@takes(tool_options.Sources, options.Project)
def list_tools(
    *,
    as_json: AsJson = False,
    flags: Flags,
    debug: options.Debug = False,
) -> int:
    """List them with where they come from and whether they are asked for.

    Example: `realtime-cli tools list --tools my_tools.py --builtin time,files`.
    """
    loaded = _load(flags)
    return asyncio.run(_with_toolbox(loaded, lambda toolbox: _list(toolbox, as_json=as_json)))


@app.command("show")
@guarded
@takes(tool_options.Sources, options.Project)
def show_tool(
    *,
    name: Name,
    flags: Flags,
    debug: options.Debug = False,
) -> int:
    """Show what the model is told about one: name, description, JSON Schema.

    Example: `realtime-cli tools show read_file --builtin files`.
    """
    loaded = _load(flags)
    return asyncio.run(_with_toolbox(loaded, lambda toolbox: _show(toolbox, name)))


@app.command("call")
@guarded
@takes(without(tool_options.Sources, "approve"), tool_options.CallTime, options.Project)
def call_tool(
    *,
    name: Name,
    arguments: Arguments = None,
    as_json: AsJson = False,
    flags: Flags,
    debug: options.Debug = False,
) -> int:
    """Call one, as a model would, and print what the model would read. You are not asked: you asked for it.

    Examples: `realtime-cli tools call calculator '{"expression": "6*7"}' --builtin calculator`;
    `realtime-cli tools call get_weather city=Delft --tools my_tools.py`.
    """
    loaded = _load(flags)
    return asyncio.run(_with_toolbox(loaded, lambda toolbox: _call(toolbox, name, arguments or [], as_json)))


def _load(flags: Flags) -> Loaded:
    from realtime_cli.config.settings import load

    return load(flags, os.environ, Path())


async def _with_toolbox(loaded: Loaded, use: Any) -> int:
    from realtime_cli.cli.equipment import equipped
    from realtime_cli.errors import ConfigError

    async with equipped(loaded) as equipment:
        for remark in equipment.remarks:
            say(clean_line(remark))
        if equipment.toolbox is None:
            raise ConfigError(
                "No functions are given", advice="Name some with --tools, --tool, --mcp or --builtin."
            )
        result = use(equipment.toolbox)
        return int(await result if asyncio.iscoroutine(result) else result)


def _list(toolbox: Toolbox, *, as_json: bool) -> int:
    if as_json:
        print_json([_described(toolbox, tool) for tool in toolbox.tools])
        return 0
    rows = [
        (
            clean_line(tool.name),
            toolbox.approval(tool),
            clean_line(tool.source),
            clean_line(tool.description, 80),
        )
        for tool in toolbox.tools
    ]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(row) + "\n" for row in rows)
        return 0
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "approval", "from", "description"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)
    return 0


def _show(toolbox: Toolbox, name: str) -> int:
    print_json(_described(toolbox, _found(toolbox, name)))
    return 0


async def _call(toolbox: Toolbox, name: str, words: Sequence[str], as_json: bool) -> int:
    from realtime_cli.errors import ToolError

    tool = _found(toolbox, name)
    try:
        result = await toolbox.call(name, _arguments(tool, words), lambda text: say(clean_line(text)))
    except ToolError as exc:
        if as_json:
            print_json({"error": str(exc)})
        say_error(clean(str(exc)), "")
        return exc.exit_code
    if as_json:
        print_json({"output": result.text, "images": list(result.images)})
    else:
        _print_result(result)
    return 0


def _found(toolbox: Toolbox, name: str) -> Tool:
    from realtime_cli.errors import InputError

    tool = toolbox.find(name)
    if tool is None:
        known = ", ".join(one.name for one in toolbox.tools)
        raise InputError(f"There is no function {name!r}", advice=f"There are: {known}.")
    return tool


def _arguments(tool: Tool, words: Sequence[str]) -> str:
    """JSON as it is; `key=value` pairs with values read as the schema wants them."""
    if len(words) == 1 and words[0].lstrip().startswith(("{", "[")):
        return words[0]
    properties = tool.parameters.get("properties") or {}
    values: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise typer.BadParameter(f"{word!r} is neither JSON nor KEY=VALUE.", param_hint="ARGS")
        schema = properties.get(key)
        values[key] = text if isinstance(schema, dict) and schema.get("type") == "string" else _value(text)
    return json.dumps(values)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _described(toolbox: Toolbox, tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "from": tool.source,
        "approval": toolbox.approval(tool),
        "read_only": tool.read_only,
        "destructive": tool.destructive,
        "note": tool.note,
    }


def _print_result(result: Result) -> None:
    """Unchanged into a pipe, harmless on a terminal."""
    text = clean(result.text, keep_tabs=True) if sys.stdout.isatty() else result.text
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    for image in result.images:
        say(f"(and an image: {image.partition(';')[0].removeprefix('data:')}, {len(image)} characters)")
