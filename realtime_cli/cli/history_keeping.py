"""`realtime-cli history path|stats|play|on|off`: where the history is, what it cost, how it sounded."""

from __future__ import annotations

import os
import sys
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.history_view import Id, Json, opened, table
from realtime_cli.cli.later import asyncio
from realtime_cli.cli.memory_options import StatsBy
from realtime_cli.cli.options import Debug
from realtime_cli.cli.remembering import history_path, off_switch
from realtime_cli.cli.table import print_json
from realtime_cli.errors import InputError, RecordingError


@guarded
def path(as_json: Json = False, debug: Debug = False) -> int:
    """Show where the history is kept."""
    place = history_path()
    print_json(
        {"path": str(place), "exists": place.is_file(), "on": not off_switch().exists()}
    ) if as_json else (sys.stdout.write(f"{place}\n"))
    return 0


@guarded
def stats(
    by: Annotated[StatsBy, typer.Option("--by", help="What a line stands for.")] = StatsBy.day,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Count tokens and estimate what they cost, by day, model or provider."""
    from dataclasses import asdict

    from realtime_cli import clock
    from realtime_cli.config.settings import load
    from realtime_cli.history import catalog
    from realtime_cli.runtime.costs import sums

    with opened() as store:
        usages = catalog.usages(store) if store is not None else []
    overrides = load({}, os.environ, Path()).settings.prices
    lines = sums(usages, by.value, overrides, clock.wall().tzinfo or UTC)
    if as_json:
        print_json([asdict(line) for line in lines])
        return 0
    titles = (by.value, "answers", "tokens", "in", "cached", "out", "cost")
    cells = [
        (
            line.name,
            *(
                f"{number:,}"
                for number in (
                    line.responses,
                    line.total_tokens,
                    line.input_tokens,
                    line.cached_tokens,
                    line.output_tokens,
                )
            ),
            ("-" if line.usd is None else f"≈ ${line.usd:.4f}")
            + (" +?" if line.unpriced and line.usd else ""),
        )
        for line in lines
    ]
    table(titles, cells, right=titles[1:])
    say("Costs are estimates from public prices; +? means that some answers have no known price.")
    return 0


@guarded
def play(
    conversation: Id = "last",
    output_device: Annotated[
        str | None, typer.Option("--output-device", metavar="N|NAME", help="Speaker (see `devices`).")
    ] = None,
    output_file: Annotated[
        Path | None, typer.Option("--output-file", metavar="WAV", help="Play into this file instead.")
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Hear a conversation that was recorded with `talk --record`."""
    from realtime_cli.history import catalog
    from realtime_cli.runtime.playback import play as play_sound
    from realtime_cli.runtime.rig_plan import RigPlan

    with opened() as store:
        if store is None:
            raise InputError("The history is empty", advice="Begin with `realtime-cli talk --record DIR`.")
        row = catalog.conversation(store, conversation)
    if not row.recording:
        raise InputError(f"{row.conversation_id} was not recorded", advice="Use `talk --record DIR`.")
    recording = Path(row.recording)
    if not recording.is_file():
        raise InputError(f"The recording {recording} is gone")
    device = int(output_device) if output_device and output_device.isdecimal() else output_device
    plan = RigPlan(output_device=device, output_file=output_file)
    seconds = asyncio.run(play_sound(recording, plan.speaker()))
    if as_json:
        print_json({"recording": str(recording), "seconds": round(seconds, 3)})
    return 0


@guarded
def off(as_json: Json = False, debug: Debug = False) -> int:
    """Keep no history from now on; what there is stays."""
    try:
        off_switch().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        off_switch().touch()
    except OSError as exc:
        raise _unchanged(exc) from exc
    print_json({"on": False}) if as_json else say("No history is kept from now on. Again with: history on")
    return 0


@guarded
def on(as_json: Json = False, debug: Debug = False) -> int:
    """Keep a history again (as at first)."""
    try:
        off_switch().unlink(missing_ok=True)
    except OSError as exc:
        raise _unchanged(exc) from exc
    print_json({"on": True}) if as_json else say("A history is kept.")
    return 0


def _unchanged(exc: OSError) -> RecordingError:
    return RecordingError(
        f"{off_switch()} cannot be written or removed: {exc.strerror or exc}",
        advice="Set the folder right, or move it with REALTIME_CLI_DATA_DIR.",
    )
