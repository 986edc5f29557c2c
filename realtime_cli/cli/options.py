"""Options that several commands share, written once.

Every option may also be a setting in the environment (`REALTIME_CLI_<NAME>`), in `.env`, in `realtime-cli.toml` or in
the user's config file; a flag that is not given is None, so that the others can speak.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Annotated

import typer

from realtime_cli.cli.completion import complete_model, complete_provider, complete_voice


class DialectName(StrEnum):
    """Spellings of the protocol."""

    auto = "auto"
    ga = "ga"
    beta = "beta"


class VadName(StrEnum):
    """Who finds the end of a turn."""

    server = "server"
    semantic = "semantic"


class EagernessName(StrEnum):
    """How soon semantic VAD ends a turn."""

    auto = "auto"
    low = "low"
    medium = "medium"
    high = "high"


class EchoName(StrEnum):
    """What keeps the loudspeaker out of the microphone."""

    auto = "auto"
    aec = "aec"
    gate = "gate"
    off = "off"


PROVIDER = "Which service"
MATERIAL = "What it is told"
ANSWER = "The answer"
TURNS = "Turn taking"
SOUND = "Sound"
MEMORY = "Memory and limits"
MORE = "More"

Provider = Annotated[
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
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", metavar="URL", help="Another ws, wss, http or https address.", rich_help_panel=PROVIDER
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME",
        help="Model.",
        rich_help_panel=PROVIDER,
        autocompletion=complete_model,
    ),
]
Voice = Annotated[
    str | None,
    typer.Option(
        "--voice", metavar="NAME", help="Voice.", rich_help_panel=PROVIDER, autocompletion=complete_voice
    ),
]
Instructions = Annotated[
    str | None,
    typer.Option(
        "--instructions",
        "-i",
        metavar="TEXT|@FILE",
        help="How the model should behave.",
        rich_help_panel=PROVIDER,
    ),
]
Dialect = Annotated[
    DialectName | None,
    typer.Option(
        "--dialect", help="Spelling of the protocol.", show_default="auto", rich_help_panel=PROVIDER
    ),
]
Tools = Annotated[
    list[str] | None,
    typer.Option(
        "--tools",
        metavar="FILE.py",
        help="Functions the model may call (public ones with type hints and docstrings). Repeatable.",
        rich_help_panel=MORE,
    ),
]
TrustProject = Annotated[
    bool | None,
    typer.Option(
        "--trust-project",
        help="Let files of this folder decide where your key is sent.",
        show_default=False,
        rich_help_panel=MORE,
    ),
]
TranscriptionModel = Annotated[
    str | None,
    typer.Option(
        "--transcription-model",
        metavar="NAME",
        help="Model that writes down what you say.",
        rich_help_panel=PROVIDER,
    ),
]
Debug = Annotated[
    bool,
    typer.Option("--debug", help="Show tracebacks and log the protocol to stderr.", rich_help_panel=MORE),
]
LogFile = Annotated[
    str | None,
    typer.Option(
        "--log-file", metavar="FILE", help="Write a log (no keys, no content).", rich_help_panel=MORE
    ),
]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout", metavar="SECONDS", min=0.001, help="Give up after this time.", rich_help_panel=MORE
    ),
]


_OTHER_NAMES = {"timeout": "timeout_s", "tool_timeout": "tool_timeout_s"}


def settings_among(parameters: dict[str, object]) -> dict[str, object]:
    """Those of a command's parameters that are settings, by their names as settings."""
    from realtime_cli.config.settings import Settings

    renamed = {_OTHER_NAMES.get(name, name): value for name, value in parameters.items()}
    return {name: value for name, value in renamed.items() if name in Settings.__struct_fields__}


def plain_values(flags: dict[str, object]) -> dict[str, object]:
    """Enum members become their values; lists become tuples or None when empty."""
    values: dict[str, object] = {}
    for name, value in flags.items():
        if isinstance(value, Enum):
            values[name] = value.value
        elif isinstance(value, list):
            values[name] = tuple(value) or None
        else:
            values[name] = value
    return values
