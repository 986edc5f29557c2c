"""`realtime-cli history ...`: conversations that were held, to find, read, export, hear and delete."""

from __future__ import annotations

import json
import os
import pydoc
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.options import Debug, ExportFormat, StatsBy
from realtime_cli.errors import InputError, RecordingError

if TYPE_CHECKING:
    from realtime_cli.history.records import ConversationRow
    from realtime_cli.history.store import Store

app = typer.Typer(
    name="history", help="Conversations that were held: find, read, export, resume.", no_args_is_help=True
)


def complete_ids(incomplete: str) -> list[tuple[str, str]]:
    """Ids that begin so, with their titles, for the shell's completion; nothing where there is no history."""
    from realtime_cli.errors import RealtimeCliError
    from realtime_cli.terminal.sanitize import clean_line

    try:
        store = _store()
        if store is None:
            return []
        from realtime_cli.history.catalog import ids

        return [(found, clean_line(title)) for found, title in ids(store, incomplete)]
    except RealtimeCliError:
        return []


Id = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="A conversation, or the beginning of its id; last.", autocompletion=complete_ids
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table or text.")]


@app.command("list")
@guarded
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """List conversations, the newest first."""
    from realtime_cli.history.catalog import as_dict, conversations

    store = _store()
    rows = conversations(store, limit) if store is not None else []
    if as_json:
        _print_json([as_dict(row) for row in rows])
        return 0
    if not rows:
        say("The history is empty.")
        return 0
    titles = ("id", "when", "items", "status", "with", "title")
    _table(titles, [_cells(row) for row in rows], right=("items",))
    return 0


@app.command("show")
@guarded
def show(
    conversation: Id = "last",
    as_json: Json = False,
    pager: Annotated[
        bool, typer.Option("--pager/--no-pager", help="Through a pager on a terminal.", show_default=False)
    ] = True,
    everything: Annotated[bool, typer.Option("--all", help="Also what nobody heard.")] = False,
    debug: Debug = False,
) -> int:
    """Read a conversation."""
    text = _exported(conversation, "json" if as_json else "txt", everything=everything)
    if as_json or not pager or not sys.stdout.isatty():
        sys.stdout.write(text)
        return 0
    os.environ.setdefault("LESS", "FRX")  # short ones are simply printed
    pydoc.pager(text)
    return 0


@app.command("search")
@guarded
def search(
    words: Annotated[
        list[str], typer.Argument(help='Words that occur together; word* for beginnings, "..." for phrases.')
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Search everything that was said, called and answered. Exit code 1 when nothing is found."""
    from realtime_cli.history.catalog import MARK_BEGIN, MARK_END, as_dict, search

    store = _store()
    quoted = [f'"{word}"' if " " in word and '"' not in word else word for word in words]
    found = search(store, " ".join(quoted), limit) if store is not None else []
    if as_json:
        rows = [as_dict(hit) for hit in found]
        for row in rows:
            row["snippet"] = row["snippet"].replace(MARK_BEGIN, "").replace(MARK_END, "")
        _print_json(rows)
        return 0 if found else 1
    on, off = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    for hit in found:
        parts = [
            [_edged(bit) for bit in piece.split(MARK_END, 1)] for piece in hit.snippet.split(MARK_BEGIN)
        ]
        line = parts[0][0] + "".join(f"{on}{marked}{off}{''.join(rest)}" for marked, *rest in parts[1:])
        sys.stdout.write(f"{hit.conversation_id}  {_when(hit.at)}  {hit.role}: {line}\n")
    if not found:
        say("Nothing was found.")
    return 0 if found else 1


@app.command("export")
@guarded
def export(
    conversation: Id = "last",
    form: Annotated[
        ExportFormat | None,
        typer.Option(
            "--format", "-f", help="Told by the file's name where it is not given.", show_default="md"
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of stdout.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what nobody heard.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Write a conversation as Markdown, text, JSON, JSONL, SRT or WebVTT."""
    from realtime_cli.history.export import FORMATS

    named = output.suffix.lstrip(".").lower() if output is not None else ""
    chosen = "json" if as_json else form.value if form is not None else named if named in FORMATS else "md"
    text = _exported(conversation, chosen, everything=everything)
    if output is None:
        sys.stdout.write(text)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise RecordingError(f"{output}: {exc.strerror or exc}", advice="Choose another place.") from exc
    return 0


@app.command("delete")
@guarded
def delete(
    conversations: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", autocompletion=complete_ids, help="Which ones.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Delete conversations for good. Recorded sound is left where it is."""
    from realtime_cli.history import catalog

    store = _store()
    if not conversations and not everything:
        raise typer.BadParameter("Give ids, or --all.", param_hint="ID")
    if store is None:
        raise InputError("The history is empty")
    if everything:
        doomed = [row.conversation_id for row in catalog.conversations(store)]
    else:
        doomed = [catalog.conversation(store, name).conversation_id for name in conversations or []]
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {len(doomed)} conversation(s)?", abort=True, err=True)
    elif not yes and everything:
        raise typer.BadParameter("--all from a script needs --yes.", param_hint="--all")
    for conversation_id in dict.fromkeys(doomed):
        store.delete(conversation_id)
    if everything:
        store.db.execute("VACUUM")
    _print_json({"deleted": doomed}) if as_json else say(f"Deleted: {len(doomed)}.")
    return 0


@app.command("path")
@guarded
def path(as_json: Json = False, debug: Debug = False) -> int:
    """Show where the history is kept."""
    place = _path()
    _print_json(
        {"path": str(place), "exists": place.is_file(), "on": not _switch().exists()}
    ) if as_json else (sys.stdout.write(f"{place}\n"))
    return 0


@app.command("stats")
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

    store = _store()
    usages = catalog.usages(store) if store is not None else []
    overrides = load({}, os.environ, Path()).settings.prices
    lines = sums(usages, by.value, overrides, clock.wall().tzinfo or UTC)
    if as_json:
        _print_json([asdict(line) for line in lines])
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
    _table(titles, cells, right=titles[1:])
    say("Costs are estimates from public prices; +? means that some answers have no known price.")
    return 0


@app.command("off")
@guarded
def off(as_json: Json = False, debug: Debug = False) -> int:
    """Keep no history from now on; what there is stays."""
    _switch().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _switch().touch()
    _print_json({"on": False}) if as_json else say("No history is kept from now on. Again with: history on")
    return 0


@app.command("on")
@guarded
def on(as_json: Json = False, debug: Debug = False) -> int:
    """Keep a history again (as at first)."""
    _switch().unlink(missing_ok=True)
    _print_json({"on": True}) if as_json else say("A history is kept.")
    return 0


# Inside.


def _path() -> Path:
    from realtime_cli.cli.remembering import history_path

    return history_path()


def _switch() -> Path:
    from realtime_cli.cli.remembering import off_switch

    return off_switch()


def _store() -> Store | None:
    from realtime_cli.history.store import Store

    store = Store.open_existing(_path())
    if store is not None:
        store.mark_interrupted()
        if store.set_aside is not None:
            say(f"The history was damaged. It was set aside as {store.set_aside}, and a new one was begun.")
    return store


def _exported(name: str, form: str, *, everything: bool) -> str:
    from realtime_cli import clock
    from realtime_cli.history import catalog
    from realtime_cli.history.export import FORMATS
    from realtime_cli.terminal.sanitize import clean

    store = _store()
    if store is None:
        raise InputError("The history is empty", advice="Begin with `realtime-cli talk`.")
    row = catalog.conversation(store, name)
    items = catalog.items(store, row.conversation_id, removed=everything)
    usages = catalog.usages(store, row.conversation_id)
    text = FORMATS[form](row, items, usages, clock.wall().tzinfo or UTC)
    return text if form in ("json", "jsonl") else clean(text, keep_tabs=True, line_limit_chars=10**9)


def _edged(text: str) -> str:
    """Harmless on a terminal; the spaces at both ends stay, because marked words stand between."""
    from realtime_cli.terminal.sanitize import clean_line

    before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
    return f"{before}{clean_line(text)}{after}" if text.strip() else before


def _cells(row: ConversationRow) -> tuple[str, ...]:
    partner = f"{row.provider} {row.model}".strip()
    return (row.conversation_id, _when(row.started_at), str(row.items), row.status, partner, row.title or "-")


def _when(epoch_s: float) -> str:
    from realtime_cli import clock

    return datetime.fromtimestamp(epoch_s, clock.wall().tzinfo).strftime("%Y-%m-%d %H:%M")


def _table(titles: tuple[str, ...], lines: list[tuple[str, ...]], right: tuple[str, ...]) -> None:
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


def _print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
