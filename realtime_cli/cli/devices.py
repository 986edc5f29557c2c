"""`realtime-cli devices`: what there is to speak into and to listen to."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_cli.cli.boundary import guarded
from realtime_cli.cli.options import Debug
from realtime_cli.errors import NoSuchDevice
from realtime_cli.terminal.sanitize import clean_line

if TYPE_CHECKING:
    from realtime_cli.devices.listing import DeviceRow


@guarded
def devices(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
    debug: Debug = False,
) -> int:
    """List microphones and speakers, with native rate and channels; the defaults are marked.

    Use the number or a part of the name with `talk --input-device` and `--output-device`.
    """
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
