"""The history file: private, whole after any crash, shared by processes, never overwritten."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime_cli.errors import RecordingError
from realtime_cli.history import catalog, schema
from realtime_cli.history.records import Ending, Opening
from realtime_cli.history.store import Store
from tests.history.people import OPENING, call, conversation, item, opened, usage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path)
    yield store
    store.close()


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "history.db"
    store = Store.open(path)
    conversation(store, "secret")
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store.close()


def test_opening_it_twice_in_one_program_loses_nothing_when_another_program_leaves(store: Store) -> None:
    store.begin(OPENING)
    Store.open(store.path).close()
    look = f"import sqlite3; db = sqlite3.connect({str(store.path)!r}); print(*db.execute('select count(*) from runs'))"
    for runs in (1, 2):
        seen = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
        assert seen.stdout == f"({runs},)\n"
        store.begin(OPENING)


def test_a_conversation_is_kept_whole_and_in_order(store: Store) -> None:
    conversation_id, run_id = store.begin(OPENING)
    store.put_items(run_id, [item("b", "second", "assistant", position=1)])
    store.put_items(run_id, [item("a", "first", position=0), call("c", "dice", "4", position=2)])
    store.put_usage(run_id, usage(model="better"))
    store.end(run_id, Ending(1e9, "ended"))
    row = catalog.conversation(store, conversation_id)
    assert (row.title, row.status, row.items, row.model) == ("first", "ended", 3, "better")
    assert [found.key for found in catalog.items(store, conversation_id)] == ["a", "b", "c"]
    assert catalog.items(store, conversation_id)[2].output == "4"
    assert [found.total for found in catalog.usages(store, conversation_id)] == [1_000_000]
    assert store.check() == []


def test_an_item_that_is_better_known_replaces_itself_also_in_the_search(store: Store) -> None:
    _, run_id = store.begin(OPENING)
    store.put_items(run_id, [item("a", "a long answer about whales", "assistant")])
    store.put_items(run_id, [item("a", "a long answer", "assistant", status="interrupted")])
    assert [hit.snippet for hit in catalog.search(store, "long")] == ["a \x02long\x03 answer"]
    assert catalog.search(store, "whales") == []
    assert store.check() == []


def test_an_item_takes_the_name_the_server_gave_it(store: Store) -> None:
    conversation_id, run_id = store.begin(OPENING)
    store.put_items(run_id, [item("ours", "hello")])
    store.rename_item(run_id, "ours", "theirs")
    assert [(found.key, found.item_id) for found in catalog.items(store, conversation_id)] == [
        ("theirs", "theirs")
    ]


def test_a_conversation_that_goes_on_is_one_with_several_runs(store: Store) -> None:
    first = conversation(store, "one", "two")
    again = conversation(store, "three", opening=Opening("send-text", "local", "m", first))
    assert again == first
    assert [found.text for found in catalog.items(store, first)] == ["one", "two", "three"]
    row = catalog.conversation(store, first)
    assert (row.runs, row.title, row.command) == (2, "one", "send-text")


def test_deleting_takes_everything_with_it(store: Store) -> None:
    conversation_id = conversation(store, "forget me")
    keep = conversation(store, "keep me")
    store.delete(conversation_id)
    assert [row.conversation_id for row in catalog.conversations(store)] == [keep]
    assert catalog.search(store, "forget") == []
    assert store.db.execute("SELECT count(*) FROM items").fetchone()[0] == 1
    assert store.check() == []


def test_retention_deletes_what_is_old_but_nothing_that_runs(store: Store) -> None:
    old = conversation(store, "old")
    store.db.execute("UPDATE runs SET last_at = 5.0")
    running, _ = store.begin(OPENING)
    store.db.execute("UPDATE runs SET last_at = 5.0 WHERE status = 'active'")
    assert store.forget_before(1_000.0) == 1
    ids = [row.conversation_id for row in catalog.conversations(store)]
    assert running in ids
    assert old not in ids


def test_a_run_whose_process_was_killed_is_marked_as_interrupted(tmp_path: Path, store: Store) -> None:
    code = (
        "import os, signal, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "from tests.history.people import OPENING, item, opened\n"
        f"store = opened(Path({str(tmp_path)!r}))\n"
        "conversation_id, run_id = store.begin(OPENING)\n"
        "store.put_items(run_id, [item('a', 'before the end')])\n"
        "print(conversation_id, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    conversation_id = done.stdout.strip()
    mine, _ = store.begin(OPENING)
    assert store.mark_interrupted() == [conversation_id]
    assert store.mark_interrupted() == []
    row = catalog.conversation(store, conversation_id)
    assert (row.status, row.title) == ("interrupted", "before the end")
    assert row.ended_at is not None
    assert catalog.conversation(store, mine).status == "active"


def test_two_programs_write_at_once_and_nothing_is_lost(tmp_path: Path, store: Store) -> None:
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "from tests.history.people import conversation, opened\n"
        f"store = opened(Path({str(tmp_path)!r}))\n"
        "for number in range(25):\n"
        "    conversation(store, f'question {sys.argv[1]} {number}', 'answer')\n"
        "store.close()\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(3)]
    for number in range(25):
        conversation(store, f"mine {number}", "answer")
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    rows = catalog.conversations(store)
    assert len(rows) == 100
    assert all(row.items == 2 for row in rows)
    assert store.check() == []


@pytest.mark.parametrize("damage", ["garbage", "torn", "middle"])
def test_a_damaged_file_is_set_aside_and_never_overwritten(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "history.db"
    store = opened(tmp_path)
    conversation(store, *(f"word {number} " * 50 for number in range(60)))
    store.close()
    whole = path.read_bytes()
    if damage == "garbage":
        path.write_bytes(os.urandom(5000))
    elif damage == "torn":
        path.write_bytes(whole[:4096] + os.urandom(4096 * 3))
    else:
        path.write_bytes(whole[:8192] + os.urandom(len(whole) - 16384) + whole[-8192:])
    damaged = path.read_bytes()
    store = opened(tmp_path)
    if store.set_aside is None:  # what opening did not meet, the look after a crash does
        assert not store.sound()
        store.close()
        store = Store.open_anew(path)
    assert store.set_aside is not None
    assert store.set_aside.read_bytes() == damaged
    assert catalog.conversations(store) == []
    conversation(store, "a new beginning")
    store.close()


@pytest.mark.parametrize("form", range(1, schema.VERSION))
def test_every_older_form_is_brought_up_to_date_with_everything_in_it(tmp_path: Path, form: int) -> None:
    path = tmp_path / "history.db"
    db = sqlite3.connect(path, isolation_level=None)
    schema.migrate(db, form)
    assert db.execute("PRAGMA user_version").fetchone()[0] == form
    db.execute("INSERT INTO conversations (id, title, created_at) VALUES ('old', 'hi', 1.0)")
    db.execute(
        "INSERT INTO runs (conversation_id, started_at, last_at, status, command, provider, model, pid, process) "
        "VALUES ('old', 1.0, 2.0, 'ended', 'talk', 'openai', 'm', 1, '')"
    )
    columns = (
        "run_id, key, position, kind, role, text, heard_text, status, started_at, ended_at, "
        "item_id, call_id, name, arguments, output, problem"
    )
    db.execute(
        f"INSERT INTO items ({columns}) VALUES "
        "(1, 'a', 0, 'message', 'user', 'from long ago', '', 'completed', 1.0, 2.0, 'a', '', '', '', '', '')"
    )
    db.close()
    store = Store.open(path)
    assert [hit.conversation_id for hit in catalog.search(store, "long ago")] == ["old"]
    assert catalog.conversation(store, "old").recording == ""
    assert [(found.approval, found.written) for found in catalog.items(store, "old")] == [("", "")]
    assert store.db.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION
    conversation(store, "and from today")
    assert len(catalog.conversations(store)) == 2
    assert store.check() == []
    store.close()


def test_a_newer_form_is_left_alone(tmp_path: Path) -> None:
    opened(tmp_path).close()
    db = sqlite3.connect(tmp_path / "history.db")
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    before = (tmp_path / "history.db").read_bytes()
    with pytest.raises(RecordingError, match="form 99"):
        opened(tmp_path)
    assert (tmp_path / "history.db").read_bytes() == before


def test_a_step_that_fails_leaves_the_older_form_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    schema.migrate(db, 1)
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, ("CREATE TABLE extra (x)", "NONSENSE")))
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(db, len(schema.STEPS))
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone()[0] == 0
    db.close()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="cannot be opened"):
        Store.open(tmp_path / "file" / "history.db")
