"""The history as its user sees it: real processes, the local server, a folder of its own."""

import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from realtime_cli.cli.history_view import opened
from realtime_cli.cli.remembering import spelled_out
from realtime_cli.errors import InputError
from realtime_cli.history import catalog
from realtime_cli.history.store import Store


class Shell:
    """A user's shell with a history of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, code: int = 0) -> str:
        """A command's stdout; fails when it ends with another code."""
        done = subprocess.run(
            [sys.executable, "-m", "realtime_cli", *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env={**os.environ, "REALTIME_CLI_DATA_DIR": str(self.folder / "data"), "NO_COLOR": "1"},
        )
        assert done.returncode == code, (arguments, done.returncode, done.stderr)
        return done.stdout

    def say(self, text: str, *more: str) -> str:
        return self.run("send-text", "--provider", "local", *more, text).strip()


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(tmp_path_factory.mktemp("user"))
    shell.say("what is 2 + 3")
    shell.run("send-text", "--provider", "local", "-c", "and 3 + 4")
    return shell


def test_a_conversation_is_listed_shown_found_and_exported(shell: Shell) -> None:
    (row,) = json.loads(shell.run("history", "list", "--json"))
    assert (row["title"], row["items"], row["runs"], row["status"]) == ("what is 2 + 3", 4, 2, "ended")
    shown = shell.run("history", "show", row["conversation_id"][:9])
    assert [line.split("] ")[1] for line in shown.splitlines()] == [
        "You: what is 2 + 3",
        "Assistant: 2 plus 3 is 5.",
        "You: and 3 + 4",
        "Assistant: 3 plus 4 is 7.",
    ]
    assert "2 plus 3" in shell.run("history", "search", "plus")
    assert shell.run("history", "search", "nonsense", code=1) == ""
    shell.run("history", "export", "last", "-o", "talk.srt")
    assert "3 plus 4 is 7." in (shell.folder / "talk.srt").read_text()
    (everything, whole) = json.loads(shell.run("history", "stats", "--by", "model", "--json"))
    assert everything["responses"] == whole["responses"] == 2


def test_without_history_nothing_is_kept(shell: Shell) -> None:
    before = shell.run("history", "list", "--json")
    shell.say("forget this", "--no-history")
    shell.run("history", "off")
    shell.say("and this")
    shell.run("history", "on")
    assert shell.run("history", "list", "--json") == before


def test_a_pipe_gets_tabs_and_errors_are_one_line(shell: Shell) -> None:
    head = shell.run("history", "list").splitlines()[0]
    assert head.split("\t") == ["id", "when", "items", "status", "with", "title"]
    shell.run("history", "show", "nowhere", code=66)
    shell.run("history", "play", "last", code=66)


def test_deleting_asks_scripts_for_their_word(shell: Shell) -> None:
    shell.say("delete me")
    assert json.loads(shell.run("history", "delete", "last", "--json"))["deleted"]
    shell.run("history", "delete", "--all", code=2)
    assert "delete me" not in shell.run("history", "list")


def test_many_at_once_are_all_kept(tmp_path: Path) -> None:
    crowd = Shell(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: crowd.say(f"hello {number}"), range(8)))
    assert len(json.loads(crowd.run("history", "list", "--json"))) == 8


def test_a_journal_is_replayed_exactly(shell: Shell) -> None:
    shell.say("roll two dice", "--journal", "a.journal")
    assert json.loads(shell.run("replay", "a.journal", "--json"))["difference"] is None
    assert "roll two dice" in shell.run("replay", "a.journal")
    shell.run("replay", "nothing.journal", code=66)


def test_a_history_that_cannot_be_written_does_not_stop_the_answer(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    assert Shell(tmp_path).say("what is 2 + 3") == "2 plus 3 is 5."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["talk", "-c"], ["talk", "-c", "last"]),
        (["talk", "--continue", "261120-a6"], ["talk", "--continue", "261120-a6"]),
        (["send-text", "-c", "and then?"], ["send-text", "-c", "last", "and then?"]),
        (["send-text", "--", "-c"], ["send-text", "--", "-c"]),
        (["history", "list", "-c"], ["history", "list", "-c"]),
        ([], []),
    ],
)
def test_continuing_without_an_id_means_the_latest(typed: list[str], meant: list[str]) -> None:
    assert spelled_out(typed) == meant


def test_a_damaged_history_is_set_aside_with_a_message_and_the_next_answer_is_kept(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.say("what is 2 + 3")
    path = tmp_path / "data" / "history.db"
    damaged = os.urandom(len(path.read_bytes()))
    path.write_bytes(damaged)
    done = subprocess.run(
        [sys.executable, "-m", "realtime_cli", "send-text", "--provider", "local", "what is 3 + 4"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "REALTIME_CLI_DATA_DIR": str(tmp_path / "data")},
    )
    (aside,) = (tmp_path / "data").glob("history.db.damaged-*")
    assert "The history was damaged. It was set aside" in done.stderr
    assert str(aside) in done.stderr
    assert aside.read_bytes() == damaged
    (row,) = json.loads(shell.run("history", "list", "--json"))
    assert row["title"] == "what is 3 + 4"


def test_a_history_that_was_read_is_closed_also_after_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REALTIME_CLI_DATA_DIR", str(tmp_path))
    Store.open(tmp_path / "history.db").close()
    seen: list[Store] = []

    def read() -> None:
        with opened() as store:
            assert store is not None
            seen.append(store)
            catalog.conversation(store, "last")

    with pytest.raises(InputError):
        read()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen[0].db.execute("SELECT 1")
