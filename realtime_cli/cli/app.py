"""The command line: `realtime-cli COMMAND`. Each command imports its room when it runs, so `--help` is quick."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from realtime_cli import __version__
from realtime_cli.cli.coercion import QuickGroup

COMMANDS = {
    "talk": "talk.talk",
    "send-text": "send_text.send_text",
    "transcribe": "transcribe.transcribe",
    "serve": "serve.serve",
    "devices": "devices.devices",
    "providers": "providers.app",
    "tools": "tools.app",
    "history": "history.app",
    "replay": "replay.replay",
    "doctor": "doctor.doctor",
    "voices": "voices.voices",
    "models": "voices.models",
    "config": "config.app",
    "keys": "keys.app",
    "profiles": "profiles.app",
}
"""Command -> module in this room and the function, or the group, in it; in the order of `--help`."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"realtime-cli {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Talk with Realtime voice models in your terminal; a Unix command for scripts, too."""


def made(names: Any = COMMANDS) -> typer.Typer:
    """The command line with these commands; the modules of others are not imported."""
    app = typer.Typer(
        name="realtime-cli",
        cls=QuickGroup,
        help="Talk with Realtime voice models in your terminal; a Unix command for scripts, too.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(".")
        found = getattr(import_module(f"realtime_cli.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def __getattr__(name: str) -> Any:
    """`app`: the whole command line, made when it is asked for."""
    if name == "app":
        return made()
    raise AttributeError(name)


def main() -> None:
    """Entry point of the installed command. A command that is named loads its own module alone."""
    arguments = sys.argv[1:]
    named = arguments[0] if arguments else ""
    if named in ("talk", "send-text"):
        from realtime_cli.cli.remembering import spelled_out

        arguments = spelled_out(arguments)
    made([named] if named in COMMANDS else COMMANDS)(args=arguments)
