"""Options of the sound that `talk` and others take."""

from enum import StrEnum
from typing import Annotated

import typer

from realtime_cli.cli.completion import complete_input_device, complete_output_device
from realtime_cli.cli.options import SOUND


class EchoName(StrEnum):
    """What keeps the loudspeaker out of the microphone."""

    auto = "auto"
    aec = "aec"
    gate = "gate"
    off = "off"


class FormatName(StrEnum):
    """Sound on the wire."""

    pcm16 = "pcm16"
    pcmu = "pcmu"
    pcma = "pcma"


class Sound:
    """Devices, files, and what is done with the sound between them."""

    input_device: Annotated[
        str | None,
        typer.Option(
            "--input-device",
            metavar="N|NAME",
            help="Microphone (see `devices`).",
            rich_help_panel=SOUND,
            autocompletion=complete_input_device,
        ),
    ] = None
    output_device: Annotated[
        str | None,
        typer.Option(
            "--output-device",
            metavar="N|NAME",
            help="Speaker (see `devices`).",
            rich_help_panel=SOUND,
            autocompletion=complete_output_device,
        ),
    ] = None
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input-file",
            metavar="WAV",
            help="Speak this file instead of a microphone; ends after the last answer.",
            rich_help_panel=SOUND,
        ),
    ] = None
    output_file: Annotated[
        str | None,
        typer.Option(
            "--output-file",
            metavar="WAV",
            help="Play into this file instead of a speaker.",
            rich_help_panel=SOUND,
        ),
    ] = None
    audio: Annotated[
        bool | None,
        typer.Option(
            "--audio/--no-audio",
            help="Speak, or only type and read.",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
    echo: Annotated[
        EchoName | None,
        typer.Option(
            "--echo",
            help="Keep the loudspeaker out of the microphone: cancel its echo, or shut the microphone while it sounds; "
            "off for headphones.",
            show_default="auto",
            rich_help_panel=SOUND,
        ),
    ] = None
    headphones: Annotated[
        bool | None,
        typer.Option(
            "--headphones/--speakers",
            help="Nothing of the answer reaches the microphone: no echo is looked for. Known from the device's name, "
            "where it says so.",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
    audio_latency: Annotated[
        str | None,
        typer.Option(
            "--audio-latency",
            metavar="auto|low|high|MS",
            help="Time the speaker holds sound; auto begins low, and gives a device more that crackles.",
            show_default="auto",
            rich_help_panel=SOUND,
        ),
    ] = None
    volume: Annotated[
        int | None,
        typer.Option(
            "--volume", metavar="PERCENT", min=0, max=200, help="Of the answers.", rich_help_panel=SOUND
        ),
    ] = None
    noise_suppression: Annotated[
        bool | None,
        typer.Option(
            "--noise-suppression/--no-noise-suppression",
            help="Take steady noise out of the microphone (on with the echo canceller).",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
    auto_gain: Annotated[
        bool | None,
        typer.Option(
            "--auto-gain/--no-auto-gain",
            help="Bring a quiet voice to a common level.",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
    local_barge_in: Annotated[
        bool | None,
        typer.Option(
            "--local-barge-in/--no-local-barge-in",
            help="Wait as soon as you speak, not only when the server has heard it.",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
    cues: Annotated[
        bool | None,
        typer.Option(
            "--cues/--no-cues",
            help="Short tones: ready, heard, connection lost.",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
    audio_format: Annotated[
        FormatName | None,
        typer.Option(
            "--audio-format",
            help="Sound on the wire: pcm16 at 24 kHz, or the telephone's 8 kHz in a sixth of the bytes.",
            show_default="pcm16",
            rich_help_panel=SOUND,
        ),
    ] = None
    trim_silence: Annotated[
        bool | None,
        typer.Option(
            "--trim-silence/--no-trim-silence",
            help="Send no long silences, where each second costs.",
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None
