"""Options of `send-text` about where the prompt comes from and where the answer goes."""

from typing import Annotated

import typer

from realtime_cli.cli.completion import complete_output_device
from realtime_cli.cli.options import ANSWER, MATERIAL, MORE

TextFile = Annotated[
    list[str] | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="Text before what is piped in and the prompt. Repeatable.",
        rich_help_panel=MATERIAL,
    ),
]
Rate = Annotated[
    int,
    typer.Option(
        "--rate",
        metavar="HZ",
        min=4000,
        max=384_000,
        help="Of bare PCM16 mono sound: .raw, .pcm, or stdin without a header.",
        rich_help_panel=MATERIAL,
    ),
]
EachLine = Annotated[
    bool,
    typer.Option(
        "--lines",
        help="Each line of stdin is a turn of one conversation, each answer one line.",
        rich_help_panel=MATERIAL,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="One JSON object at the end instead of the text.", rich_help_panel=ANSWER),
]
JsonLines = Annotated[
    bool,
    typer.Option("--jsonl", help="JSON objects as things happen, one on each line.", rich_help_panel=ANSWER),
]
AudioOut = Annotated[
    str | None,
    typer.Option(
        "--audio-out",
        metavar="FILE|-",
        help="Speak the answer into a WAV file (.raw, .pcm: bare PCM16 24 kHz); - is stdout.",
        rich_help_panel=ANSWER,
    ),
]
PlayIt = Annotated[
    bool, typer.Option("--play", help="Speak the answer out of the speaker, too.", rich_help_panel=ANSWER)
]


class Frame:
    """What the prompt is put into, and where the answer may sound."""

    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            metavar="TEXT",
            help="A frame for the prompt, which stands at $input.",
            rich_help_panel=MORE,
        ),
    ] = None
    output_device: Annotated[
        str | None,
        typer.Option(
            "--output-device",
            metavar="N|NAME",
            help="Speaker for --play (see `devices`).",
            rich_help_panel=ANSWER,
            autocompletion=complete_output_device,
        ),
    ] = None


Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.", rich_help_panel=MORE)
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="On stderr: which service, how long, how many tokens.", rich_help_panel=MORE
    ),
]
