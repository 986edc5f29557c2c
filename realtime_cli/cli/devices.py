"""`realtime-cli devices`: what there is to speak into and to listen to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_cli.cli.boundary import guarded
from realtime_cli.cli.flags import Flags, only, takes
from realtime_cli.cli.options import Debug
from realtime_cli.cli.sound_options import Sound
from realtime_cli.errors import NoSuchDevice
from realtime_cli.terminal.sanitize import clean_line

if TYPE_CHECKING:
    from realtime_cli.devices.listing import DeviceRow


@guarded
@takes(only(Sound, "input_device", "output_device", "audio_latency"))
def devices(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array; with --test one object.")] = False,
    test: Annotated[
        bool,
        typer.Option(
            "--test", help="Try them: levels, test tone, round trip, echo cancelling, three seconds back."
        ),
    ] = False,
    use_input: Annotated[
        str | None, typer.Option("--use-input", metavar="N|NAME", help="Remember this microphone.")
    ] = None,
    use_output: Annotated[
        str | None, typer.Option("--use-output", metavar="N|NAME", help="Remember this speaker.")
    ] = None,
    flags: Flags,
    debug: Debug = False,
) -> int:
    """List microphones and speakers, with native rate and channels; the defaults are marked.

    Use the number or a part of the name with `talk --input-device` and `--output-device`, or let it be remembered
    with `--use-input` and `--use-output`: by name, because numbers change.
    """
    if use_input or use_output:
        return _remember(use_input, use_output)
    if test:
        return _test(flags, as_json=as_json)
    from realtime_cli.devices.listing import list_devices

    rows = list_devices()
    if as_json:
        json.dump([row.as_json() for row in rows], sys.stdout, indent=2)
        sys.stdout.write("\n")
        return 0
    if not rows:
        raise NoSuchDevice("No sound device was found", advice="Plug one in, or start the sound server.")

    titles = ("#", "name", "host", "in", "out", "rate_hz", "default")
    lines = [_cells(row) for row in rows]
    if sys.stdout.isatty():
        _print_table(titles, lines)
    else:
        sys.stdout.writelines("\t".join(cells) + "\n" for cells in (titles, *lines))
    return 0


def _remember(use_input: str | None, use_output: str | None) -> int:
    """Write the names into the user's config; a warning and the system's own device serve while one is gone."""
    import os

    from realtime_cli.config.editing import change
    from realtime_cli.config.paths import config_file
    from realtime_cli.devices.listing import Kind, find, lasting_name, list_devices

    wishes: tuple[tuple[Kind, str, str | None], ...] = (
        ("input", "input_device", use_input),
        ("output", "output_device", use_output),
    )
    rows = list_devices()
    for kind, setting, wanted in wishes:
        if wanted:
            name = lasting_name(kind, find(kind, wanted, rows), rows)
            change(config_file(os.environ), setting, [name])
            sys.stdout.write(f"{setting}: {clean_line(name)}\n")
    return 0


def _test(flags: Flags, *, as_json: bool) -> int:
    import asyncio
    import os
    from pathlib import Path

    from realtime_cli.cli.device_test import try_devices
    from realtime_cli.config.settings import load
    from realtime_cli.runtime.sound_choice import plan_of
    from realtime_cli.terminal.quiet import QuietStderr

    settings = load(flags, os.environ, Path()).settings
    quiet = QuietStderr()
    quiet.start()
    try:
        return asyncio.run(try_devices(plan_of(settings, os.environ), settings, as_json=as_json))
    finally:
        quiet.stop()


def _cells(row: DeviceRow) -> tuple[str, ...]:
    marks = [word for word, on in (("input", row.default_input), ("output", row.default_output)) if on]
    return (
        str(row.index),
        clean_line(row.name),
        clean_line(row.host_api),
        str(row.input_channels or "-"),
        str(row.output_channels or "-"),
        str(row.rate_hz),
        " ".join(marks),
    )


def _print_table(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, justify="left" if title in ("name", "host", "default") else "right")
    for cells in lines:
        table.add_row(*(Text(cell) for cell in cells))
    Console(highlight=False).print(table)
