"""The command line: `realtime-cli COMMAND`. Each command imports its room when it runs, so `--help` is quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from realtime_cli import __version__
from realtime_cli.cli import (
    config,
    devices,
    doctor,
    history,
    keys,
    profiles,
    providers,
    replay,
    send_text,
    serve,
    talk,
    tools,
    transcribe,
    voices,
)
from realtime_cli.cli.coercion import QuickGroup
from realtime_cli.cli.remembering import spelled_out

app = typer.Typer(
    name="realtime-cli",
    cls=QuickGroup,
    help="Talk with Realtime voice models in your terminal; a Unix command for scripts, too.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"realtime-cli {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Talk with Realtime voice models in your terminal; a Unix command for scripts, too."""


app.command("talk")(talk.talk)
app.command("send-text")(send_text.send_text)
app.command("transcribe")(transcribe.transcribe)
app.command("serve")(serve.serve)
app.command("devices")(devices.devices)
app.add_typer(providers.app, name="providers")
app.add_typer(tools.app)
app.add_typer(history.app)
app.command("replay")(replay.replay)
app.command("doctor")(doctor.doctor)
app.command("voices")(voices.voices)
app.command("models")(voices.models)
app.add_typer(config.app)
app.add_typer(keys.app)
app.add_typer(profiles.app)


def main() -> None:
    """Entry point of the installed command."""
    app(args=spelled_out(sys.argv[1:]))
