"""Options about turns: who finds their end, and what follows."""

from enum import StrEnum
from typing import Annotated

import typer

from realtime_cli.cli.options import TURNS


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


class Turns:
    """Who finds the end of your turn, and what follows."""

    vad: Annotated[
        VadName | None,
        typer.Option(
            "--vad", help="Who finds the end of your turn.", show_default="server", rich_help_panel=TURNS
        ),
    ] = None
    ptt: Annotated[
        bool | None,
        typer.Option(
            "--ptt/--no-ptt",
            help="Push-to-talk: Space starts and ends your turn.",
            show_default=False,
            rich_help_panel=TURNS,
        ),
    ] = None
    eagerness: Annotated[
        EagernessName | None,
        typer.Option("--eagerness", help="How soon semantic VAD ends a turn.", rich_help_panel=TURNS),
    ] = None
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", min=0.0, max=1.0, help="Speech probability that counts.", rich_help_panel=TURNS
        ),
    ] = None
    prefix_padding_ms: Annotated[
        int | None,
        typer.Option(
            "--prefix-padding-ms", min=0, help="Sound kept from before your speech.", rich_help_panel=TURNS
        ),
    ] = None
    silence_ms: Annotated[
        int | None,
        typer.Option("--silence-ms", min=0, help="Silence that ends your turn.", rich_help_panel=TURNS),
    ] = None
    auto_response: Annotated[
        bool | None,
        typer.Option(
            "--auto-response/--no-auto-response",
            help="Answer each turn by itself, or when you press a.",
            show_default=False,
            rich_help_panel=TURNS,
        ),
    ] = None
    interrupt: Annotated[
        bool | None,
        typer.Option(
            "--interrupt/--no-interrupt",
            help="Speaking interrupts the answer.",
            show_default=False,
            rich_help_panel=TURNS,
        ),
    ] = None
