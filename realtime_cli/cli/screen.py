"""The screen of `talk`: its options, and the view and the keyboard they ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_cli.cli import options

if TYPE_CHECKING:
    from realtime_cli.config.settings import Settings
    from realtime_cli.terminal.contract import View
    from realtime_cli.terminal.views import MakeKeyboard

NO_KEYS_REMARK = (
    "There is no terminal here to read keys from: no typing, no talk key; Ctrl+C or SIGTERM ends."
)

Plain = Annotated[
    bool | None,
    typer.Option(
        "--plain/--live",
        help="Sequential lines, for screen readers and logs, instead of the live view.",
        show_default=False,
        rich_help_panel=options.MORE,
    ),
]
Jsonl = Annotated[
    bool | None,
    typer.Option(
        "--jsonl",
        help="JSON lines on stdout: turns, states, calls, errors (schema: --jsonl-schema).",
        show_default=False,
        rich_help_panel=options.MORE,
    ),
]
ShowCost = Annotated[
    bool | None,
    typer.Option(
        "--show-cost/--hide-cost",
        help="The estimated cost in the status line.",
        show_default=False,
        rich_help_panel=options.MORE,
    ),
]


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
        rich_help_panel=options.MORE,
    ),
]


def open_screen(settings: Settings, provider: str, epoch_offset_s: float) -> tuple[View, MakeKeyboard | None]:
    """The view, and what makes the keyboard; None where there is no terminal to read keys from.

    Raises:
        ConfigError: `[keys]` holds something that is no key or no action.
    """
    from pathlib import Path

    from realtime_cli.terminal.bindings import bindings_from
    from realtime_cli.terminal.views import Look, keyboard_for, open_view

    bindings = bindings_from(settings.keys)
    look = Look(
        provider=provider,
        epoch_offset_s=epoch_offset_s,
        log_file=Path(settings.log_file) if settings.log_file else None,
        shows_cost=settings.show_cost,
        whole_calls=settings.tools_debug,
    )
    view = open_view("jsonl" if settings.jsonl else "plain" if settings.plain else "live", look)
    return view, keyboard_for(view, typing=not settings.audio, bindings=bindings)
