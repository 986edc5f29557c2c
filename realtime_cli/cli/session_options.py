"""Options about the session itself and the way to the service, shared by several commands."""

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


class Answering:
    """How the model answers."""

    max_tokens: Annotated[
        str | None,
        typer.Option("--max-tokens", metavar="N|inf", help="Longest answer.", rich_help_panel=ANSWER),
    ] = None
    tool_choice: Annotated[
        str | None,
        typer.Option(
            "--tool-choice",
            metavar="auto|none|required|NAME",
            help="Whether the model may or must call a function.",
            rich_help_panel=ANSWER,
        ),
    ] = None
    reasoning_effort: Annotated[
        ReasoningName | None,
        typer.Option("--reasoning", help="How hard a 2.x model thinks first.", rich_help_panel=ANSWER),
    ] = None
    parallel_tool_calls: Annotated[
        bool | None,
        typer.Option(
            "--parallel-tool-calls/--no-parallel-tool-calls",
            help="Several calls in one answer (2.x models).",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
    ] = None
    truncation: Annotated[
        str | None,
        typer.Option(
            "--truncation",
            metavar="auto|disabled|SHARE",
            help="What the server does when the context is full.",
            rich_help_panel=ANSWER,
        ),
    ] = None


class Hosted:
    """What the provider does by itself."""

    tracing: Annotated[
        bool | None,
        typer.Option(
            "--tracing/--no-tracing", help="Trace at OpenAI.", show_default=False, rich_help_panel=MORE
        ),
    ] = None
    hosted_mcp: Annotated[
        list[str] | None,
        typer.Option(
            "--hosted-mcp",
            metavar="LABEL=URL",
            help="MCP server that the provider calls by itself. Repeatable.",
            rich_help_panel=MORE,
        ),
    ] = None
    hosted_mcp_approval: Annotated[
        McpApprovalName | None,
        typer.Option(
            "--hosted-mcp-approval", help="Who allows the provider's own calls.", rich_help_panel=MORE
        ),
    ] = None


class Way:
    """The way to the service."""

    ephemeral: Annotated[
        bool | None,
        typer.Option(
            "--ephemeral",
            help="Connect with a short-lived client secret instead of the key.",
            show_default=False,
            rich_help_panel=PROVIDER,
        ),
    ] = None
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header", metavar="NAME=VALUE", help="Further header. Repeatable.", rich_help_panel=PROVIDER
        ),
    ] = None
    ca_file: Annotated[
        str | None,
        typer.Option(
            "--ca-file",
            metavar="PEM",
            help="Certificates to trust, beside the usual.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    proxy: Annotated[
        str | None,
        typer.Option(
            "--proxy",
            metavar="URL|none",
            help="http, https, socks5 or socks5h proxy; else as https_proxy and all_proxy say.",
            rich_help_panel=PROVIDER,
        ),
    ] = None


class Retries:
    """What a fault of the server costs."""

    retry: Annotated[
        int | None,
        typer.Option(
            "--retry", metavar="N", min=0, help="Tries after a fault of the server.", rich_help_panel=MORE
        ),
    ] = None


class Filter:
    """What the server does to your sound."""

    noise_reduction: Annotated[
        NoiseName | None,
        typer.Option("--noise-reduction", help="The server's filter on your sound.", rich_help_panel=SOUND),
    ] = None


class Speech:
    """How a spoken conversation runs."""

    idle_timeout_ms: Annotated[
        int | None,
        typer.Option(
            "--idle-timeout-ms",
            metavar="MS",
            min=1000,
            help="The model speaks up after this silence (server VAD).",
            rich_help_panel=TURNS,
        ),
    ] = None
    speed: Annotated[
        float | None,
        typer.Option("--speed", min=0.25, max=1.5, help="How fast it speaks.", rich_help_panel=SOUND),
    ] = None


class Context:
    """What the model remembers."""

    context_policy: Annotated[
        PolicyName | None,
        typer.Option(
            "--context-policy",
            help="When the model's memory is nearly full: delete the oldest, leave it to the server, or off.",
            rich_help_panel=MORE,
        ),
    ] = None
    context_window: Annotated[
        int | None,
        typer.Option(
            "--context-window",
            metavar="TOKENS",
            min=1000,
            help="What the model can hold, where it is not known.",
            rich_help_panel=MORE,
        ),
    ] = None


class Writing:
    """What you say, written down."""

    transcription_model: Annotated[
        str | None,
        typer.Option(
            "--transcription-model",
            metavar="NAME",
            help="Model that writes down what you say.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    language: Annotated[
        str | None,
        typer.Option(
            "--language", metavar="CODE", help="What you speak, such as en.", rich_help_panel=PROVIDER
        ),
    ] = None
    transcription_prompt: Annotated[
        str | None,
        typer.Option(
            "--transcription-prompt",
            metavar="TEXT",
            help="Names and words to expect in what you say.",
            rich_help_panel=PROVIDER,
        ),
    ] = None


class Captions:
    """What only a transcription asks for."""

    keywords: Annotated[
        list[str] | None,
        typer.Option(
            "--keyword",
            metavar="WORD",
            help="A word to expect in what you say (newer models). Repeatable.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    transcription_delay: Annotated[
        DelayName | None,
        typer.Option(
            "--transcription-delay",
            help="How long a live model may wait for more before it writes (gpt-realtime-whisper).",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="FIELD",
            help="What the server is to tell besides, such as item.input_audio_transcription.logprobs. Repeatable.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
