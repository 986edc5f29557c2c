"""Options that several commands share, written once.

Options that are settings stand in groups (see `flags`). Each may also stand in the environment
(`REALTIME_CLI_<NAME>`), in `.env`, in `realtime-cli.toml` or in the user's config file; a flag that is not given is
None, so that the others can speak.
"""

from enum import StrEnum
from typing import Annotated

import typer

from realtime_cli.cli.completion import (
    complete_key,
    complete_model,
    complete_profile,
    complete_provider,
    complete_voice,
)


class DialectName(StrEnum):
    """Spellings of the protocol."""

    auto = "auto"
    ga = "ga"
    beta = "beta"


PROVIDER = "Which service"
MATERIAL = "What it is told"
ANSWER = "The answer"
TURNS = "Turn taking"
SOUND = "Sound"
MEMORY = "Memory and limits"
MORE = "More"


class Service:
    """The service, and the spelling it is talked to in."""

    provider: Annotated[
        str | None,
        typer.Option(
            "--provider",
            "-p",
            metavar="NAME",
            help="openai, azure, xai, ... or local (no key, no network); auto takes the first whose key is set.",
            show_default="auto",
            rich_help_panel=PROVIDER,
            autocompletion=complete_provider,
        ),
    ] = None
    url: Annotated[
        str | None,
        typer.Option(
            "--url", metavar="URL", help="Another ws, wss, http or https address.", rich_help_panel=PROVIDER
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            help="Model.",
            rich_help_panel=PROVIDER,
            autocompletion=complete_model,
        ),
    ] = None
    dialect: Annotated[
        DialectName | None,
        typer.Option(
            "--dialect", help="Spelling of the protocol.", show_default="auto", rich_help_panel=PROVIDER
        ),
    ] = None


class Character:
    """Who answers, and how."""

    voice: Annotated[
        str | None,
        typer.Option(
            "--voice", metavar="NAME", help="Voice.", rich_help_panel=PROVIDER, autocompletion=complete_voice
        ),
    ] = None
    instructions: Annotated[
        str | None,
        typer.Option(
            "--instructions",
            "-i",
            metavar="TEXT|@FILE",
            help="How the model should behave.",
            rich_help_panel=PROVIDER,
        ),
    ] = None


class Account:
    """Whose settings and whose key."""

    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="NAME",
            help="Settings and a template under a name (see `profiles`).",
            rich_help_panel=MORE,
            autocompletion=complete_profile,
        ),
    ] = None
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="NAME",
            help="A stored key by its name (see `keys`); never the key itself.",
            rich_help_panel=PROVIDER,
            autocompletion=complete_key,
        ),
    ] = None


class Trust:
    """What is taken for a safe line."""

    insecure: Annotated[
        bool | None,
        typer.Option(
            "--insecure",
            help="Take any TLS certificate. Anybody on the way can then read your key: for tests alone.",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None


class Upkeep:
    """What is written down about a run."""

    log_file: Annotated[
        str | None,
        typer.Option(
            "--log-file", metavar="FILE", help="Write a log (no keys, no content).", rich_help_panel=MORE
        ),
    ] = None


class Project:
    """Whether files of the current folder may decide."""

    trust_project: Annotated[
        bool | None,
        typer.Option(
            "--trust-project",
            help="Let files of this folder decide where your key is sent.",
            show_default=False,
            rich_help_panel=MORE,
        ),
    ] = None


class Patience:
    """How long a command may take."""

    timeout_s: Annotated[
        float | None,
        typer.Option(
            "--timeout", metavar="SECONDS", min=0.001, help="Give up after this time.", rich_help_panel=MORE
        ),
    ] = None


Debug = Annotated[
    bool,
    typer.Option("--debug", help="Show tracebacks and log the protocol to stderr.", rich_help_panel=MORE),
]
