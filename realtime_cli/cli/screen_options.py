"""Options of the screen of `talk`."""

import json
from typing import Annotated

import typer

from realtime_cli.cli.options import MORE


class Look:
    """What the screen shows."""

    plain: Annotated[
        bool | None,
        typer.Option(
            "--plain/--live",
            help="Sequential lines, for screen readers and logs, instead of the live view.",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None
    jsonl: Annotated[
        bool | None,
        typer.Option(
            "--jsonl",
            help="JSON lines on stdout: turns, states, calls, errors (schema: --jsonl-schema).",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None
    show_cost: Annotated[
        bool | None,
        typer.Option(
            "--show-cost/--hide-cost",
            help="The estimated cost in the status line.",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None


def _print_schema(wanted: bool) -> None:
    if wanted:
        from realtime_cli.terminal.jsonl_lines import schema

        typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
        raise typer.Exit


JsonlSchema = Annotated[
    bool,
    typer.Option(
        "--jsonl-schema",
        help="Print the JSON Schema of --jsonl's lines and leave.",
        callback=_print_schema,
        is_eager=True,
        rich_help_panel=MORE,
    ),
]
