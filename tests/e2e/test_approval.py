"""A person at a terminal says yes, no, always, or something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.console import Console, console

pytestmark = [pytest.mark.pty, pytest.mark.timeout(60)]

TOOLS = '''
def delete_note(name: str) -> str:
    """Deletes a note.

    Args:
        name: Of the note.
    """
    open(f"deleted-{name}", "w").close()
    return f"the note {name} is gone \\x1b]0;owned\\x07"
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tools.py").write_text(TOOLS)
    return tmp_path


def deleted(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("deleted-*"))


def ask(terminal: Console, words: str) -> None:
    terminal.type(f"{words}\r")
    terminal.wait_for("Run this?")


TALK = ["talk", "-p", "local", "--no-audio", "--tools", "tools.py"]


def answer(terminal: Console, word: str) -> None:
    """Type it when the question has been there long enough to be read."""
    terminal.wait_for("always run this function")
    ended = terminal.screen.text
    for _ in range(20):
        terminal.type(f"{word}\r")
        try:
            terminal.wait(lambda _: "Run this?" not in terminal.screen.text, 1.0, "an end of the question")
        except AssertionError:
            continue
        return
    raise AssertionError(ended)


def test_yes_runs_no_does_not_and_always_is_not_asked_again(folder: Path) -> None:
    with console(TALK, os.environ, folder) as terminal:
        terminal.wait_for("listening")
        ask(terminal, "delete note shopping")
        assert 'delete_note(name="shopping")' in terminal.screen.text
        assert deleted(folder) == []
        answer(terminal, "n")
        terminal.wait_for("declined")
        assert deleted(folder) == []
        ask(terminal, "delete note garden")
        answer(terminal, "y")
        terminal.wait_for("the note garden is gone")
        assert deleted(folder) == ["deleted-garden"]
        ask(terminal, "delete note music")
        answer(terminal, "always")
        terminal.wait_for("the note music is gone")
        terminal.type("delete note kitchen\r")
        terminal.wait_for("the note kitchen is gone")
        assert deleted(folder) == ["deleted-garden", "deleted-kitchen", "deleted-music"]
        terminal.type("\x04")
        assert terminal.wait_end() == 0


def test_a_script_at_a_terminal_asks_and_gives_the_keyboard_back(folder: Path) -> None:
    command = ["send-text", "-p", "local", "--tools", "tools.py", "delete note shopping"]
    with console(command, os.environ, folder) as terminal:
        terminal.wait_for("approve? delete_note")
        while terminal.process.poll() is None and not deleted(folder):
            terminal.type("y")
            try:
                terminal.wait(lambda _: bool(deleted(folder)), 1.0, "a deleted note")
            except AssertionError:
                continue
        assert terminal.wait_end() == 0
        assert terminal.attributes() == terminal.attributes_before
    assert deleted(folder) == ["deleted-shopping"]


def test_ctrl_c_at_the_question_ends_a_script_as_always(folder: Path) -> None:
    command = ["send-text", "-p", "local", "--tools", "tools.py", "delete note shopping"]
    with console(command, os.environ, folder) as terminal:
        terminal.wait_for("approve? delete_note")
        terminal.type("\x03")
        assert terminal.wait_end() == 130
        assert terminal.attributes() == terminal.attributes_before
    assert deleted(folder) == []
