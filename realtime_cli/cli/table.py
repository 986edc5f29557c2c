"""Rows for people and for programs: columns on a terminal, tabs in a pipe, one JSON array when asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from realtime_cli.terminal.sanitize import clean_line


def print_rows(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout. On a terminal columns are aligned; elsewhere tabs part them, with the titles first."""
    lines = [[clean_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(cells) + "\n" for cells in ([*titles], *lines))
        return
    from rich.cells import cell_len

    widths = [max(cell_len(row[at]) for row in ([*titles], *lines)) for at in range(len(titles))]
    for cells in ([*titles], *lines):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def print_json(value: Any) -> None:
    """One JSON value on stdout, readable, with a newline. On a terminal no character of it can be an order to that."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=sys.stdout.isatty())
    sys.stdout.write("\n")
