"""What the history commands share: the file, the list's cells, tables, JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from realtime_cli.cli.boundary import say
from realtime_cli.cli.completion import complete_conversation
from realtime_cli.cli.remembering import history_path
from realtime_cli.errors import InputError

if TYPE_CHECKING:
    from realtime_cli.history.records import ConversationRow
    from realtime_cli.history.store import Store


Id = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A conversation, or the beginning of its id; last.",
        autocompletion=complete_conversation,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table or text.")]


@contextmanager
def opened() -> Iterator[Store | None]:
    """The history if there is one, with interrupted sessions marked; a damaged one is told of."""
    from realtime_cli.history.store import Store

    store = Store.open_existing(history_path())
    if store is None:
        yield None
        return
    with store:
        store.mark_interrupted()
        if store.set_aside is not None:
            say(f"The history was damaged. It was set aside as {store.set_aside}, and a new one was begun.")
        yield store


def exported(name: str, form: str, *, everything: bool) -> str:
    """A conversation as text; harmless on a terminal unless it is JSON, which escapes by itself."""
    from realtime_cli import clock
    from realtime_cli.history import catalog
    from realtime_cli.history.export import FORMATS
    from realtime_cli.terminal.sanitize import clean

    with opened() as store:
        if store is None:
            raise InputError("The history is empty", advice="Begin with `realtime-cli talk`.")
        row = catalog.conversation(store, name)
        items = catalog.items(store, row.conversation_id, removed=everything)
        usages = catalog.usages(store, row.conversation_id)
    text = FORMATS[form](row, items, usages, clock.wall().tzinfo or UTC)
    return text if form in ("json", "jsonl") else clean(text, keep_tabs=True, line_limit_chars=10**9)


def edged(text: str) -> str:
    """Harmless on a terminal; the spaces at both ends stay, because marked words stand between."""
    from realtime_cli.terminal.sanitize import clean_line

    before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
    return f"{before}{clean_line(text)}{after}" if text.strip() else before


def cells_of(row: ConversationRow) -> tuple[str, ...]:
    """One line of the list."""
    partner = f"{row.provider} {row.model}".strip()
    return (row.conversation_id, when(row.started_at), str(row.items), row.status, partner, row.title or "-")


def when(epoch_s: float) -> str:
    """A moment for people."""
    from realtime_cli import clock

    return datetime.fromtimestamp(epoch_s, clock.wall().tzinfo).strftime("%Y-%m-%d %H:%M")


def table(titles: tuple[str, ...], lines: list[tuple[str, ...]], right: tuple[str, ...]) -> None:
    """Columns on a terminal, tabs in a pipe."""
    from realtime_cli.terminal.sanitize import clean_line

    clean = [tuple(clean_line(cell) for cell in cells) for cells in lines]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(cells) + "\n" for cells in (titles, *clean))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(
            title,
            justify="right" if title in right else "left",
            no_wrap=title not in ("title", "with"),
            overflow="ellipsis",
        )
    for cells in clean:
        table.add_row(*(Text(cell) for cell in cells))
    Console(highlight=False).print(table)
