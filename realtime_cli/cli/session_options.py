"""Options about the session itself and the way to the service, shared by several commands."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from realtime_cli.cli.options import ANSWER, MORE, PROVIDER, SOUND, TURNS


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


class DelayName(StrEnum):
    """How long a transcription may wait for more."""

    minimal = "minimal"
    low = "low"
    medium = "medium"
    high = "high"
    xhigh = "xhigh"


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
Keywords = Annotated[
    list[str] | None,
    typer.Option(
        "--keyword",
        metavar="WORD",
        help="A word to expect in what you say (newer models). Repeatable.",
        rich_help_panel=PROVIDER,
    ),
]
TranscriptionDelay = Annotated[
    DelayName | None,
    typer.Option(
        "--transcription-delay",
        help="How long a live model may wait for more before it writes (gpt-realtime-whisper).",
        rich_help_panel=PROVIDER,
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="FIELD",
        help="What the server is to tell besides, such as item.input_audio_transcription.logprobs. Repeatable.",
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
