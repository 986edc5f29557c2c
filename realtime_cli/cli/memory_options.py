"""Options about what is remembered and when a conversation ends, and those of the history commands."""

from enum import StrEnum
from typing import Annotated

import typer

from realtime_cli.cli.completion import complete_conversation
from realtime_cli.cli.options import MEMORY


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


class TitleName(StrEnum):
    """Who finds the title of a conversation."""

    words = "words"
    model = "model"


class StatsBy(StrEnum):
    """What a line of the statistics stands for."""

    day = "day"
    model = "model"
    provider = "provider"


class Memory:
    """What is kept of a conversation."""

    history: Annotated[
        bool | None,
        typer.Option(
            "--history/--no-history",
            help="Keep this conversation in the history.",
            show_default=False,
            rich_help_panel=MEMORY,
        ),
    ] = None
    journal: Annotated[
        str | None,
        typer.Option(
            "--journal", metavar="FILE", help="Write all that happens for `replay`.", rich_help_panel=MEMORY
        ),
    ] = None


class Keepsakes:
    """What more is kept of a spoken one."""

    title: Annotated[
        TitleName | None,
        typer.Option(
            "--title",
            help="The title in the history: your first words, or one question to the model beside the conversation.",
            show_default="words",
            rich_help_panel=MEMORY,
        ),
    ] = None
    journal_audio: Annotated[
        bool | None,
        typer.Option(
            "--journal-audio/--no-journal-audio",
            help="With the sound in the journal.",
            show_default=False,
            rich_help_panel=MEMORY,
        ),
    ] = None
    record: Annotated[
        str | None,
        typer.Option(
            "--record",
            metavar="DIR",
            help="Record both sides in stereo (you left, the model right), with transcript and times.",
            rich_help_panel=MEMORY,
        ),
    ] = None
    record_format: Annotated[
        RecordFormatName | None,
        typer.Option(
            "--record-format",
            help="flac needs the extra audiofiles.",
            show_default="wav",
            rich_help_panel=MEMORY,
        ),
    ] = None


class Limits:
    """When a conversation ends by itself."""

    max_cost: Annotated[
        float | None,
        typer.Option(
            "--max-cost", metavar="USD", help="End politely at about this cost.", rich_help_panel=MEMORY
        ),
    ] = None
    max_minutes: Annotated[
        float | None,
        typer.Option(
            "--max-minutes", metavar="N", help="End politely after this time.", rich_help_panel=MEMORY
        ),
    ] = None
    idle_timeout_s: Annotated[
        float | None,
        typer.Option(
            "--idle-timeout",
            metavar="SECONDS",
            help="End when nobody says anything for so long.",
            rich_help_panel=MEMORY,
        ),
    ] = None


Continue = Annotated[
    str | None,
    typer.Option(
        "--continue",
        "-c",
        metavar="[ID]",
        help="Go on with an earlier conversation; without an id with the latest.",
        rich_help_panel=MEMORY,
        autocompletion=complete_conversation,
    ),
]
