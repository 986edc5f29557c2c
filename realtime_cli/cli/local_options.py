"""Options about the built-in local server, for the commands that start it."""

from typing import Annotated

import typer

LOCAL = "Built-in local server"


class ChatModel:
    """Who answers behind the local server."""

    llm: Annotated[
        str | None,
        typer.Option(
            "--llm",
            metavar="URL",
            help="Answers from an OpenAI-compatible chat endpoint, such as http://127.0.0.1:11434/v1. "
            "Its key: REALTIME_CLI_LLM_KEY.",
            rich_help_panel=LOCAL,
        ),
    ] = None
    llm_model: Annotated[
        str | None,
        typer.Option(
            "--llm-model",
            metavar="NAME",
            help="Model there.",
            show_default="the first it lists",
            rich_help_panel=LOCAL,
        ),
    ] = None


class Engines:
    """Who hears, thinks and speaks inside of it."""

    brain: Annotated[
        str | None,
        typer.Option(
            "--brain",
            metavar="NAME",
            help="Who answers: rules, llm or echo.",
            show_default="rules, or llm with --llm",
            rich_help_panel=LOCAL,
        ),
    ] = None
    stt_engine: Annotated[
        str | None,
        typer.Option(
            "--stt-engine",
            metavar="NAME",
            help="Who hears: pocketsphinx, faster-whisper, http or none.",
            show_default="auto",
            rich_help_panel=LOCAL,
        ),
    ] = None
    tts_engine: Annotated[
        str | None,
        typer.Option(
            "--tts-engine",
            metavar="NAME",
            help="Who speaks: espeak-ng, espeak-loader, piper, kokoro, http or tone.",
            show_default="auto",
            rich_help_panel=LOCAL,
        ),
    ] = None
    vad_engine: Annotated[
        str | None,
        typer.Option(
            "--vad-engine",
            metavar="NAME",
            help="Who finds speech: silero or energy.",
            show_default="auto",
            rich_help_panel=LOCAL,
        ),
    ] = None


class EngineServices:
    """The services behind engines that are none of this machine."""

    stt_url: Annotated[
        str | None,
        typer.Option(
            "--stt-url",
            metavar="URL",
            help="Transcription service (/v1/audio/transcriptions). Its key: REALTIME_CLI_STT_KEY.",
            rich_help_panel=LOCAL,
        ),
    ] = None
    stt_model: Annotated[
        str | None,
        typer.Option(
            "--stt-model",
            metavar="NAME",
            help="Model that hears: of faster-whisper or of the service.",
            rich_help_panel=LOCAL,
        ),
    ] = None
    tts_url: Annotated[
        str | None,
        typer.Option(
            "--tts-url",
            metavar="URL",
            help="Speech service (/v1/audio/speech). Its key: REALTIME_CLI_TTS_KEY.",
            rich_help_panel=LOCAL,
        ),
    ] = None
    tts_model: Annotated[
        str | None,
        typer.Option(
            "--tts-model",
            metavar="FILE|NAME",
            help="Voice files of piper or kokoro, or the service's model.",
            rich_help_panel=LOCAL,
        ),
    ] = None
    tts_voice: Annotated[
        str | None,
        typer.Option(
            "--tts-voice",
            metavar="NAME",
            help="One voice of the speech service for everything.",
            rich_help_panel=LOCAL,
        ),
    ] = None
