"""What the history costs: one committed item, opening, migrating, searching and exporting ten thousand, beside sqlite3.

    scripts/bench history

The bare figure of each line is the same work done with the standard library's sqlite3 alone, in the same run: one table
without index, search or triggers, the same pragmas; for the search a scan with LIKE.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path

from msgspec.structs import astuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from realtime_cli.history import catalog
from realtime_cli.history.export import FORMATS
from realtime_cli.history.records import ItemRecord, Opening
from realtime_cli.history.schema import VERSION, migrate
from realtime_cli.history.store import Store

CONVERSATIONS = 10
ITEMS = 10_000
VOCABULARY = tuple("the ferry to oslo leaves at nine from second pier when weather is good".split())  # noqa: SIM905
COLUMNS = list(ItemRecord.__struct_fields__)


def item(number: int) -> ItemRecord:
    """A message of a dozen words, one in a hundred about a harbour."""
    words = [VOCABULARY[(number * 7 + place * 3) % len(VOCABULARY)] for place in range(12)]
    text = " ".join([*words, "harbour" if number % 100 == 0 else f"number{number}"])
    role = "user" if number % 2 == 0 else "assistant"
    at = 1_800_000_000.0 + number
    return ItemRecord(f"item_{number}", number, "message", role, text, text, "completed", at, at + 1)


def timed_ms(work: Callable[[], object], times: int = 1) -> float:
    """The median of so many runs."""
    taken: list[float] = []
    for _ in range(times):
        begun_s = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun_s) * 1000)
    return statistics.median(taken)


def resident_bytes() -> int:
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def bare(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(f"CREATE TABLE IF NOT EXISTS items (run_id, {', '.join(COLUMNS)})")
    return db


def put_bare(db: sqlite3.Connection, record: ItemRecord) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute(
        f"INSERT INTO items VALUES (?{', ?' * len(COLUMNS)})",
        (1, *astuple(record)),
    )
    db.execute("COMMIT")


def write(store: Store, db: sqlite3.Connection) -> tuple[list[float], list[float]]:
    """All items into both, one transaction each, in turns; milliseconds of each."""
    ours: list[float] = []
    theirs: list[float] = []
    run_id = 0
    for number in range(ITEMS):
        if number % (ITEMS // CONVERSATIONS) == 0:
            _, run_id = store.begin(Opening("talk", "local", "bench"))
        record = item(number)
        ours.append(timed_ms(partial(store.put_items, run_id, [record])))
        theirs.append(timed_ms(partial(put_bare, db, record)))
    return ours, theirs


def of_the_first_form(path: Path) -> None:
    """A history as the first version of the program wrote it."""
    old = sqlite3.connect(path, isolation_level=None)
    migrate(old, 1)
    old.execute("INSERT INTO conversations VALUES ('a', '', 0.0)")
    old.execute(
        "INSERT INTO runs (id, conversation_id, started_at, last_at, status, command, provider, model, pid, process) "
        "VALUES (1, 'a', 0, 0, 'ended', 'talk', 'local', 'bench', 1, '')"
    )
    names = [name for name in COLUMNS if name not in ("approval", "written")]
    old.execute("BEGIN")
    old.executemany(
        f"INSERT INTO items (run_id, {', '.join(names)}) VALUES (1{', ?' * len(names)})",
        ([getattr(item(number), name) for name in names] for number in range(ITEMS)),
    )
    old.execute("COMMIT")
    old.close()


def line(what: str, ours_ms: float, bare_ms: float | None = None) -> None:
    ratio = f"{bare_ms:10.3f} {ours_ms / bare_ms:8.1f}" if bare_ms else ""
    print(f"{what:44} {ours_ms:10.3f} {ratio}")


def read(folder: Path, store: Store, db: sqlite3.Connection) -> None:
    """Everything but the writing."""

    def open_ours() -> None:
        Store.open(folder / "ours.db").close()

    def open_bare() -> None:
        other = bare(folder / "bare.db")
        other.execute("SELECT count(*) FROM (SELECT 1 FROM items LIMIT 1)").fetchone()
        other.close()

    scan = "SELECT * FROM items WHERE text LIKE '%harbour%' LIMIT 20"
    line("open", timed_ms(open_ours, 20), timed_ms(open_bare, 20))
    of_the_first_form(folder / "old.db")
    line(
        f"open and migrate from form 1 to {VERSION}", timed_ms(lambda: Store.open(folder / "old.db").close())
    )
    line(
        "search, 20 best of 100 hits, with snippets",
        timed_ms(lambda: catalog.search(store, "harbour"), 20),
        timed_ms(lambda: db.execute(scan).fetchall(), 20),
    )
    line("list 20 conversations", timed_ms(lambda: catalog.conversations(store, 20), 20))
    row = catalog.conversation(store, "last")
    found = catalog.items(store, row.conversation_id)
    for form, export in FORMATS.items():
        line(
            f"export {len(found)} items as {form}",
            timed_ms(partial(export, row, found, [], UTC), 5),
        )


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = resident_bytes()
        with Store.open(folder / "ours.db") as store:
            db = bare(folder / "bare.db")
            print(f"{ITEMS} items in {CONVERSATIONS} conversations; SQLite {sqlite3.sqlite_version}\n")
            print(f"{'':44} {'ms':>10} {'bare ms':>10} {'ratio':>8}")
            ours, theirs = write(store, db)
            line("one committed item, median", statistics.median(ours), statistics.median(theirs))
            line(
                "one committed item, 99 of 100",
                *(statistics.quantiles(all_ms, n=100)[98] for all_ms in (ours, theirs)),
            )
            grown = (resident_bytes() - before) / 1e6
            read(folder, store, db)
            db.close()
        sizes = [(folder / f"{which}.db").stat().st_size / 1e6 for which in ("ours", "bare")]
    print(
        f"\nfile {sizes[0]:.1f} MB, bare {sizes[1]:.1f} MB; memory of the process grew by {grown:.1f} MB while writing"
    )


if __name__ == "__main__":
    main()
