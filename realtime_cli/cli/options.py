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


class ExportFormat(StrEnum):
    """What a conversation can be written as."""

    md = "md"
    txt = "txt"
    json = "json"
    jsonl = "jsonl"
    srt = "srt"
    vtt = "vtt"


class RecordFormatName(StrEnum):
    """What recorded sound is kept as."""

    wav = "wav"
    flac = "flac"


class StatsBy(StrEnum):
    """What a line of the statistics stands for."""

    day = "day"
    model = "model"
    provider = "provider"


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


class ReasoningName(StrEnum):
    """How hard the model thinks."""

    none = "none"
    minimal = "minimal"
    low = "low"
    medium = "medium"
    high = "high"
    xhigh = "xhigh"


class NoiseName(StrEnum):
    """Filter on the way in."""

    near_field = "near_field"
    far_field = "far_field"
    off = "off"


class PolicyName(StrEnum):
    """What goes when the model's memory is full."""

    delete = "delete"
    server = "server"
    off = "off"


class McpApprovalName(StrEnum):
    """Who allows the provider's own tool calls."""

    ask = "ask"
    always = "always"
    never = "never"


MaxTokens = Annotated[
    str | None,
    typer.Option("--max-tokens", metavar="N|inf", help="Longest answer.", rich_help_panel=ANSWER),
]
ToolChoice = Annotated[
    str | None,
    typer.Option(
        "--tool-choice",
        metavar="auto|none|required|NAME",
        help="Whether the model may or must call a function.",
        rich_help_panel=ANSWER,
    ),
]
Reasoning = Annotated[
    ReasoningName | None,
    typer.Option("--reasoning", help="How hard a 2.x model thinks first.", rich_help_panel=ANSWER),
]
ParallelCalls = Annotated[
    bool | None,
    typer.Option(
        "--parallel-tool-calls/--no-parallel-tool-calls",
        help="Several calls in one answer (2.x models).",
        show_default=False,
        rich_help_panel=ANSWER,
    ),
]
Truncation = Annotated[
    str | None,
    typer.Option(
        "--truncation",
        metavar="auto|disabled|SHARE",
        help="What the server does when the context is full.",
        rich_help_panel=ANSWER,
    ),
]
Tracing = Annotated[
    bool | None,
    typer.Option("--tracing/--no-tracing", help="Trace at OpenAI.", show_default=False, rich_help_panel=MORE),
]
HostedMcp = Annotated[
    list[str] | None,
    typer.Option(
        "--hosted-mcp",
        metavar="LABEL=URL",
        help="MCP server that the provider calls by itself. Repeatable.",
        rich_help_panel=MORE,
    ),
]
HostedMcpApproval = Annotated[
    McpApprovalName | None,
    typer.Option("--hosted-mcp-approval", help="Who allows the provider's own calls.", rich_help_panel=MORE),
]
Retry = Annotated[
    int | None,
    typer.Option(
        "--retry", metavar="N", min=0, help="Tries after a fault of the server.", rich_help_panel=MORE
    ),
]
Ephemeral = Annotated[
    bool | None,
    typer.Option(
        "--ephemeral",
        help="Connect with a short-lived client secret instead of the key.",
        show_default=False,
        rich_help_panel=PROVIDER,
    ),
]
Header = Annotated[
    list[str] | None,
    typer.Option(
        "--header", metavar="NAME=VALUE", help="Further header. Repeatable.", rich_help_panel=PROVIDER
    ),
]
CaFile = Annotated[
    str | None,
    typer.Option(
        "--ca-file", metavar="PEM", help="Certificates to trust, beside the usual.", rich_help_panel=PROVIDER
    ),
]
Proxy = Annotated[
    str | None,
    typer.Option(
        "--proxy",
        metavar="URL|none",
        help="http, https, socks5 or socks5h proxy; else as https_proxy and all_proxy say.",
        rich_help_panel=PROVIDER,
    ),
]
Noise = Annotated[
    NoiseName | None,
    typer.Option("--noise-reduction", help="The server's filter on your sound.", rich_help_panel=SOUND),
]
Speed = Annotated[
    float | None,
    typer.Option("--speed", min=0.25, max=1.5, help="How fast it speaks.", rich_help_panel=SOUND),
]
Language = Annotated[
    str | None,
    typer.Option("--language", metavar="CODE", help="What you speak, such as en.", rich_help_panel=PROVIDER),
]
TranscriptionPrompt = Annotated[
    str | None,
    typer.Option(
        "--transcription-prompt",
        metavar="TEXT",
        help="Names and words to expect in what you say.",
        rich_help_panel=PROVIDER,
    ),
]
IdleTimeout = Annotated[
    int | None,
    typer.Option(
        "--idle-timeout-ms",
        metavar="MS",
        min=1000,
        help="The model speaks up after this silence (server VAD).",
        rich_help_panel=TURNS,
    ),
]
ContextPolicy = Annotated[
    PolicyName | None,
    typer.Option(
        "--context-policy",
        help="When the model's memory is nearly full: delete the oldest, leave it to the server, or off.",
        rich_help_panel=MORE,
    ),
]
ContextWindow = Annotated[
    int | None,
    typer.Option(
        "--context-window",
        metavar="TOKENS",
        min=1000,
        help="What the model can hold, where it is not known.",
        rich_help_panel=MORE,
    ),
]


History = Annotated[
    bool | None,
    typer.Option(
        "--history/--no-history",
        help="Keep this conversation in the history.",
        show_default=False,
        rich_help_panel=MEMORY,
    ),
]
Continue = Annotated[
    str | None,
    typer.Option(
        "--continue",
        "-c",
        metavar="[ID]",
        help="Go on with an earlier conversation; without an id with the latest.",
        rich_help_panel=MEMORY,
    ),
]
Journal = Annotated[
    str | None,
    typer.Option(
        "--journal", metavar="FILE", help="Write all that happens for `replay`.", rich_help_panel=MEMORY
    ),
]
JournalAudio = Annotated[
    bool | None,
    typer.Option(
        "--journal-audio/--no-journal-audio",
        help="With the sound in the journal.",
        show_default=False,
        rich_help_panel=MEMORY,
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost", metavar="USD", help="End politely at about this cost.", rich_help_panel=MEMORY
    ),
]
MaxMinutes = Annotated[
    float | None,
    typer.Option("--max-minutes", metavar="N", help="End politely after this time.", rich_help_panel=MEMORY),
]
SessionIdle = Annotated[
    float | None,
    typer.Option(
        "--idle-timeout",
        metavar="SECONDS",
        help="End when nobody says anything for so long.",
        rich_help_panel=MEMORY,
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
