"""`realtime-cli providers`: which services are known, which keys were found; `providers check` visits one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_cli.cli import options, session_options
from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.completion import complete_provider
from realtime_cli.cli.flags import Flags, takes, without
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.table import print_json
from realtime_cli.terminal.sanitize import clean_line

if TYPE_CHECKING:
    from realtime_cli.config.settings import Loaded
    from realtime_cli.providers.provider import Provider

app = typer.Typer(
    help="Services that can be called, and whether a key was found.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _providers(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
    abilities: Annotated[
        bool, typer.Option("--abilities", help="All abilities by name, and who lacks which.")
    ] = False,
    debug: options.Debug = False,
) -> None:
    """Services that can be called: key variable, dialect, model, what they cannot do, whether a key was found."""
    if context.invoked_subcommand is None:
        _list(as_json=as_json, abilities=abilities, debug=debug)


@guarded
def _list(*, as_json: bool, abilities: bool, debug: bool) -> int:
    from realtime_cli.config.settings import load
    from realtime_cli.providers.choice import known_providers

    loaded = load({}, os.environ, Path())
    rows = [_row(provider, loaded) for provider in known_providers(loaded.settings).values()]
    if abilities:
        _print_abilities(rows)
    elif as_json:
        print_json(rows)
    elif sys.stdout.isatty():
        _print_table(rows)
    else:
        titles = ("name", "key", "key_found", "dialect", "model", "url")
        sys.stdout.write("\t".join(titles) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(clean_line(str(row[title])) for title in titles) + "\n")
    return 0


def _row(provider: Provider, loaded: Loaded) -> dict[str, Any]:
    from realtime_cli.protocol import ALL
    from realtime_cli.providers.choice import key_variable

    environment = loaded.environment
    found = key_variable(provider, environment)
    url = environment.key(provider.url_var) if provider.url_var else None
    return {
        "name": provider.name,
        "title": provider.title,
        "key": " or ".join(provider.key_vars) or "-",
        "key_found": f"yes ({found}, {environment.origin(found)})" if found else _absent(provider),
        "dialect": provider.dialect,
        "model": provider.model or "-",
        "url": (url.reveal() if url else provider.base_url) or _where(provider),
        "lacks": sorted(ability.value for ability in ALL - provider.abilities),
    }


def _absent(provider: Provider) -> str:
    return "no" if provider.key_vars else "not needed"


def _where(provider: Provider) -> str:
    if provider.url_var:
        return f"set {provider.url_var}"
    return "inside this program" if provider.name == "local" else "--url"


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "service", "key variable", "found", "dialect", "model", "cannot"):
        whole = {"name": "name", "key variable": "key", "dialect": "dialect"}.get(title)
        width = max(len(title), *(len(str(row[whole])) for row in rows)) if whole else len(title)
        table.add_column(title, no_wrap=True, min_width=width)
    for row in rows:
        lacks = _few(row["lacks"])
        found = Text(clean_line(row["key_found"]), "green" if row["key_found"].startswith("yes") else "dim")
        cells = (row["name"], row["title"], row["key"], found, row["dialect"], row["model"], lacks or "-")
        table.add_row(*(cell if isinstance(cell, Text) else Text(clean_line(str(cell))) for cell in cells))
    Console(highlight=False).print(table)


def _few(names: list[str]) -> str:
    """The first of them and how many more there are: `--abilities` tells all."""
    more = f" +{len(names) - 2}" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _print_abilities(rows: list[dict[str, Any]]) -> None:
    from realtime_cli.protocol import Ability

    for ability in Ability:
        without = [row["name"] for row in rows if ability.value in row["lacks"]]
        sys.stdout.write(f"{ability.value}\t{'not: ' + ', '.join(without) if without else 'everywhere'}\n")


@app.command("check")
@guarded
@takes(without(options.Service, "provider"), session_options.Way, options.Project)
def check(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            help="Which service; else the one that would be chosen.", autocompletion=complete_provider
        ),
    ] = None,
    flags: Flags,
    debug: options.Debug = False,
) -> int:
    """Connect, update the settings, leave; each step in plain words. Nothing is asked, so nothing is billed."""
    from realtime_cli.cli.preparation import prepare

    prepared = prepare(flags | {"provider": name}, may_fall_back=False)
    target = prepared.target
    _report(True, f"{target.provider.title}: {target.why}")
    _report(True, f"key: {target.key_var or 'none is sent'}; address: {_shown(target.url)}")
    asyncio.run(_visit(prepared))
    say("All is well.")
    return 0


async def _visit(prepared: Any) -> None:
    from realtime_cli.cli.preparation import line_to
    from realtime_cli.runtime.check import visit

    async with line_to(prepared) as opener:
        await visit(opener, prepared.target, _report)


def _shown(url: str) -> str:
    """Without the query, which may hold a name or a key."""
    return url.partition("?")[0] or "inside this program"


def _report(well: bool, line: str) -> None:
    sys.stdout.write(f"{'ok' if well else '!!'}  {clean_line(line)}\n")
    sys.stdout.flush()
