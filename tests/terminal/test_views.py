"""Which view a process gets, and what it must not import for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.terminal.pty_child import ROOT, Terminal

KIND = """
import sys
from realtime_cli.terminal.views import open_view
print(type(open_view({kind!r})).__name__)
"""


def piped(kind: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", KIND.format(kind=kind)], cwd=ROOT, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_into_a_pipe_nothing_is_live() -> None:
    assert piped("live") == "PlainView"
    assert piped("answer") == "AnswerView"


@pytest.mark.pty
@pytest.mark.parametrize(
    ("kind", "term", "view"),
    [
        ("live", "xterm", "LiveView"),
        ("live", "dumb", "PlainView"),
        ("plain", "xterm", "PlainView"),
        ("silent", "xterm", "AnswerView"),
    ],
)
def test_on_a_terminal_the_live_view_is_live(kind: str, term: str, view: str) -> None:
    program = f"import os; os.environ['TERM'] = {term!r}\n" + KIND.format(kind=kind)
    with Terminal("-c", program) as terminal:
        assert terminal.end() == 0
        assert terminal.screen.shown == [view]


def test_answers_for_scripts_need_neither_rich_nor_prompt_toolkit() -> None:
    program = (
        KIND.format(kind="answer") + "print(sorted({'rich', 'prompt_toolkit', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["AnswerView", "[]"]
