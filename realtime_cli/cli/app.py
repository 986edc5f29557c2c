"""The command line: `realtime-cli COMMAND`. Each command imports its room when it runs, so `--help` is quick."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from realtime_cli import __version__
from realtime_cli.cli.coercion import QuickGroup
from realtime_cli.cli.loading import settled

COMMANDS = {
    "talk": (
        "talk.talk",
        "Speak with a model, and interrupt it. Without a key it talks to the built-in local server.",
    ),
    "send-text": (
        "send_text.send_text",
        "Send a prompt, print the answer. Made for pipes and scripts.",
    ),
    "transcribe": (
        "transcribe.transcribe",
        "Write down what is said, live: captions in the terminal, or text, SRT, VTT or JSON Lines in a file.",
    ),
    "serve": (
        "serve.serve",
        "Serve the Realtime protocol on this machine, offline and without a key.",
    ),
    "devices": (
        "devices.devices",
        "List microphones and speakers, with native rate and channels; the defaults are marked.",
    ),
    "replay": (
        "replay.replay",
        "Play a journal again: the same facts must lead to the same deeds. Exit code 1 at the first difference.",
    ),
    "doctor": (
        "doctor.doctor",
        "Look at everything between this terminal and the model; each failed line comes with its next step.",
    ),
    "voices": (
        "voices.voices",
        "List voices that are known; every other name your provider has works too.",
    ),
    "models": (
        "voices.models",
        "List models that are known; every other name your provider has works too.",
    ),
    "providers": (
        "providers.app",
        "Services that can be called, and whether a key was found.",
    ),
    "tools": (
        "tools.app",
        "The functions a model may call: list them, look at one, try one.",
    ),
    "history": (
        "history.app",
        "Conversations that were held: find, read, export, resume.",
    ),
    "config": (
        "config.app",
        "See and change settings.",
    ),
    "keys": (
        "keys.app",
        "Store keys: a file that only you may read, or the system's keyring. No command ever shows one.",
    ),
    "profiles": (
        "profiles.app",
        "Settings and templates under a name, for --profile.",
    ),
}
"""Command -> (module in this room and the function, or the group, in it; what `--help` says of it). In the order of
`--help`: functions, then groups, as Typer has them. The words stand here too so that `--help` loads no command; a test
compares them."""


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


def _empty() -> typer.Typer:
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
    return app


def made(names: Any = COMMANDS) -> typer.Typer:
    """The command line with these commands; the modules of others are not imported."""
    app = _empty()
    for name in names:
        module, _, attribute = COMMANDS[name][0].partition(".")
        found = getattr(import_module(f"realtime_cli.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def overview() -> typer.Typer:
    """The command line for `--help` alone: names and words, and nothing behind them."""
    app = _empty()
    for name, (_, words) in COMMANDS.items():
        app.command(name, help=words)(lambda: None)
    return app


def __getattr__(name: str) -> Any:
    """`app`: the whole command line, made when it is asked for."""
    if name == "app":
        return made()
    raise AttributeError(name)


def main() -> None:
    """Entry point of the installed command."""
    try:
        _run()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # `--help | head`: Typer and Rich make code 1 of it
            from realtime_cli.cli.boundary import SIGPIPE_EXIT

            raise SystemExit(SIGPIPE_EXIT) from None
        raise


def _run() -> None:
    """A command that is named loads its own module alone."""
    arguments = sys.argv[1:]
    named = arguments[0] if arguments else ""
    if named in ("talk", "send-text"):
        from realtime_cli.cli.remembering import spelled_out

        arguments = spelled_out(arguments)
    if arguments in ([], ["--help"], ["-h"], ["--version"]) and "_REALTIME_CLI_COMPLETE" not in os.environ:
        overview()(args=arguments)
    command = made([named] if named in COMMANDS else COMMANDS)
    if named not in ("talk", "send-text"):  # they load more, and say themselves when it is there
        settled()
    command(args=arguments)
