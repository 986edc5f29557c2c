"""`realtime-cli serve`: the local server on a loopback port, for any Realtime client."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from realtime_cli.cli import options
from realtime_cli.cli.boundary import guarded, say

PORT = 8910


@guarded
def serve(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = PORT,
    brain: Annotated[
        str | None, typer.Option("--brain", metavar="NAME", help="Who answers: rules, echo or scripted.")
    ] = None,
    stt_engine: Annotated[
        str | None, typer.Option("--stt-engine", metavar="NAME", help="Who hears: pocketsphinx or none.")
    ] = None,
    tts_engine: Annotated[
        str | None,
        typer.Option("--tts-engine", metavar="NAME", help="Who speaks: espeak-ng, espeak-loader or tone."),
    ] = None,
    vad_engine: Annotated[
        str | None, typer.Option("--vad-engine", metavar="NAME", help="Who finds speech: silero or energy.")
    ] = None,
    log_file: options.LogFile = None,
    debug: options.Debug = False,
) -> int:
    """Serve the Realtime protocol on 127.0.0.1, offline and without a key.

    Prints its URL on stdout. The official SDK finds it with `websocket_base_url="ws://127.0.0.1:8910/v1"`.
    """
    import os
    from pathlib import Path

    from realtime_cli.cli.preparation import start_log
    from realtime_cli.config.settings import load

    flags = {
        "brain": brain,
        "stt_engine": stt_engine,
        "tts_engine": tts_engine,
        "vad_engine": vad_engine,
        "log_file": log_file,
    }
    settings = load(flags, os.environ, Path()).settings
    start_log(settings.log_file, debug=debug)

    from realtime_cli.cli.preparation import engines_for
    from realtime_cli.runtime.serving import serve_until_stopped

    engines = engines_for(settings)
    for line in engines.missing:
        say(line)
    if engines.brain.banner:
        say(engines.brain.banner)
    return asyncio.run(serve_until_stopped(engines, port, typer.echo))
