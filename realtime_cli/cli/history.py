"""`realtime-cli history ...`: conversations that were held, to find, read, export, hear and delete."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from realtime_cli.cli import history_keeping
from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.completion import complete_conversation
from realtime_cli.cli.history_view import (
    Id,
    Json,
    cells_of,
    edged,
    exported,
    opened,
    table,
    when,
)
from realtime_cli.cli.memory_options import ExportFormat
from realtime_cli.cli.options import Debug
from realtime_cli.cli.table import print_json
from realtime_cli.errors import InputError, RecordingError

app = typer.Typer(
    name="history", help="Conversations that were held: find, read, export, resume.", no_args_is_help=True
)


@app.command("list")
@guarded
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """List conversations, the newest first."""
    from realtime_cli.history.catalog import as_dict, conversations

    with opened() as store:
        rows = conversations(store, limit) if store is not None else []
    if as_json:
        print_json([as_dict(row) for row in rows])
        return 0
    if not rows:
        say("The history is empty.")
        return 0
    titles = ("id", "when", "items", "status", "with", "title")
    table(titles, [cells_of(row) for row in rows], right=("items",))
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
    text = exported(conversation, "json" if as_json else "txt", everything=everything)
    if as_json or not pager or not sys.stdout.isatty():
        sys.stdout.write(text)
        return 0
    os.environ.setdefault("LESS", "FRX")  # short ones are simply printed
    import pydoc  # 20 ms that only a reader pays

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

    quoted = [f'"{word}"' if " " in word and '"' not in word else word for word in words]
    with opened() as store:
        found = search(store, " ".join(quoted), limit) if store is not None else []
    if as_json:
        rows = [as_dict(hit) for hit in found]
        for row in rows:
            row["snippet"] = row["snippet"].replace(MARK_BEGIN, "").replace(MARK_END, "")
        print_json(rows)
        return 0 if found else 1
    on, off = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    for hit in found:
        parts = [[edged(bit) for bit in piece.split(MARK_END, 1)] for piece in hit.snippet.split(MARK_BEGIN)]
        line = parts[0][0] + "".join(f"{on}{marked}{off}{''.join(rest)}" for marked, *rest in parts[1:])
        sys.stdout.write(f"{hit.conversation_id}  {when(hit.at)}  {hit.role}: {line}\n")
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
    text = exported(conversation, chosen, everything=everything)
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
        list[str] | None,
        typer.Argument(metavar="ID...", autocompletion=complete_conversation, help="Which ones."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> int:
    """Delete conversations for good. Recorded sound is left where it is."""
    from realtime_cli.history import catalog

    if not conversations and not everything:
        raise typer.BadParameter("Give ids, or --all.", param_hint="ID")
    with opened() as store:
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
    print_json({"deleted": doomed}) if as_json else say(f"Deleted: {len(doomed)}.")
    return 0


app.command("path")(history_keeping.path)
app.command("stats")(history_keeping.stats)
app.command("play")(history_keeping.play)
app.command("off")(history_keeping.off)
app.command("on")(history_keeping.on)
