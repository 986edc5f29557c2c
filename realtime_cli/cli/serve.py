"""`realtime-cli serve`: the local server on a port, for any Realtime client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from realtime_cli.cli import local_options, options, session_options
from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.flags import Flags, only, takes
from realtime_cli.cli.later import asyncio

if TYPE_CHECKING:
    from realtime_cli.config.settings import Loaded
    from realtime_cli.server.link import Link

PORT = 8910
DOOR = "Who gets in"
TESTING = "Testing clients"
MINUTE_S = 60.0


@guarded
@takes(
    local_options.ChatModel,
    local_options.Engines,
    local_options.EngineServices,
    only(session_options.Writing, "language"),
    options.Upkeep,
    options.Project,
)
def serve(
    *,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = PORT,
    flags: Flags,
    list_engines: Annotated[
        bool,
        typer.Option("--list-engines", help="Show all engines, what adds them and how big they are; end."),
    ] = False,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Listen there; more than this machine needs a token.",
            rich_help_panel=DOOR,
        ),
    ] = "127.0.0.1",
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="Clients must show what stands in it as their key; or set REALTIME_CLI_SERVE_TOKEN.",
            rich_help_panel=DOOR,
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            metavar="ORIGIN",
            help="Let web pages from there connect. Repeatable.",
            rich_help_panel=DOOR,
        ),
    ] = None,
    max_sessions: Annotated[
        int,
        typer.Option("--max-sessions", min=1, max=1000, help="Clients at a time.", rich_help_panel=DOOR),
    ] = 32,
    session_minutes: Annotated[
        float,
        typer.Option(
            "--session-minutes",
            min=0.01,
            max=10_000.0,
            help="Length of a session; then 1001.",
            rich_help_panel=DOOR,
        ),
    ] = 60.0,
    strict_ga: Annotated[
        bool,
        typer.Option("--strict-ga", help="Refuse clients of the beta dialect.", rich_help_panel=TESTING),
    ] = False,
    faults: Annotated[
        str | None,
        typer.Option(
            "--faults",
            metavar="NAME,...|FILE",
            help="Misbehave as real servers do (`--faults list` shows how), or play a scenario file.",
            rich_help_panel=TESTING,
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="Write each session as a scenario file, content included.",
            rich_help_panel=TESTING,
        ),
    ] = None,
    debug: options.Debug = False,
) -> int:
    """Serve the Realtime protocol on this machine, offline and without a key.

    Prints its URL on stdout. The official SDK finds it with `websocket_base_url="ws://127.0.0.1:8910/v1"`.

    Examples: `realtime-cli serve`; `realtime-cli serve --llm http://127.0.0.1:11434/v1 --llm-model llama3.2`;
    `realtime-cli serve --faults late-transcripts,odd-bytes`.
    """  # fmt: skip
    if list_engines:
        return _list_engines()
    if faults == "list":
        return _list_faults()

    import os

    from realtime_cli.cli.preparation import start_log
    from realtime_cli.config.settings import load

    loaded = load(flags, os.environ, Path())
    start_log(loaded.settings.log_file, debug=debug)
    door = Door(
        host=host,
        token=_token(token_file),
        allowed_origins=frozenset(allow_origin or ()),
        max_sessions=max_sessions,
        max_session_s=session_minutes * MINUTE_S,
        strict_ga=strict_ga,
    )
    if faults and Path(faults).suffix == ".json":
        return _play(Path(faults), port, door)
    between = _between(faults, record, shown=debug and loaded.settings.log_file is not None)
    return _serve(loaded, port, door, between)


class Door(TypedDict):
    """The part of `ServerOptions` that the command line decides."""

    host: str
    token: str
    allowed_origins: frozenset[str]
    max_sessions: int
    max_session_s: float
    strict_ga: bool


def _token(file: Path | None) -> str:
    """What clients must show. Never an argument: other users of this machine can read those."""
    import os

    from realtime_cli.errors import InputError

    if file is None:
        return os.environ.get("REALTIME_CLI_SERVE_TOKEN", "").strip()
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(
            f"The token file {file} cannot be read", advice="Check its path and rights."
        ) from exc
    if not token:
        raise InputError(f"The token file {file} is empty", advice="Put one long random word into it.")
    return token


def _play(scenario: Path, port: int, door: Door) -> int:
    """A scenario file to every client."""
    from realtime_cli.runtime.serving import play_until_stopped
    from realtime_cli.server.options import ServerOptions
    from realtime_cli.server.scripted import load_scenario

    steps = load_scenario(scenario)
    return asyncio.run(play_until_stopped(steps, port, typer.echo, say, ServerOptions(**door)))


def _serve(loaded: Loaded, port: int, door: Door, between: Callable[[Link], Link]) -> int:
    """The server with its engines."""
    from dataclasses import replace

    from realtime_cli.runtime.local_engines import behaviour_of, engines_of, offer
    from realtime_cli.runtime.serving import serve_until_stopped

    engines = engines_of(loaded)
    for line in (*engines.missing, engines.brain.banner, offer(loaded.settings)):
        if line:
            say(line)
    if engines.ears.name == "faster-whisper":
        say("Loading the Whisper model; its first start downloads it.")
    behaviour = replace(behaviour_of(loaded.settings, engines), **door)
    return asyncio.run(serve_until_stopped(engines, port, typer.echo, behaviour, between))


def _between(faults: str | None, record: Path | None, *, shown: bool) -> Callable[[Link], Link]:
    """What stands between each client and its session. `shown`: the log gets the events, content included."""
    import logging

    from realtime_cli.runtime.wiretap import redacted
    from realtime_cli.server.faults import faulty, read_faults
    from realtime_cli.server.recording import RecordingLink, check_folder
    from realtime_cli.server.tapped import TappedLink

    spoil = faulty(read_faults(faults)) if faults else None
    if record is not None:
        check_folder(record)

    log = logging.getLogger("realtime_cli.wire")

    def between(link: Link) -> Link:
        if shown:
            link = TappedLink(link, lambda way, text: log.debug("%s %s", way, redacted(text)))
        # The record holds what the client really got, faults included.
        recorded: Link = RecordingLink(link, record) if record is not None else link
        return spoil(recorded) if spoil else recorded

    return between


def _list_engines() -> int:
    from realtime_cli.server.engines.installed import what_is_installed

    part = ""
    for row in what_is_installed():
        if row.part != part:
            part = row.part
            typer.echo(f"{part}:")
        state = "installed" if row.installed else f"add it: {row.add} ({row.size})"
        typer.echo(f"  {row.name:15} {row.note}; {state}" if row.add else f"  {row.name:15} {row.note}")
        if row.voices and row.installed:
            typer.echo(f"  {'':15} voices: {', '.join(row.voices)}")
    return 0


def _list_faults() -> int:
    from realtime_cli.server.faults import FAULTS

    for name, meaning in FAULTS.items():
        typer.echo(f"{name:18} {meaning}")
    return 0
