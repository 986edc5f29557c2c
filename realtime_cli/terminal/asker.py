"""For scripts at a terminal: a call that needs approval is asked for on stderr, and keys are read only meanwhile.

Between questions the terminal is left alone: Ctrl+C stays a signal, and typing stays the shell's.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import TextIO

from realtime_cli.session.facts import Fact
from realtime_cli.session.state import Question
from realtime_cli.terminal.answering import Answering
from realtime_cli.terminal.key_input import KeyInput
from realtime_cli.terminal.kitty import Action, Stroke
from realtime_cli.terminal.line_editor import LineEditor
from realtime_cli.terminal.output import write
from realtime_cli.terminal.question import Asked, question_text
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.strokes import FocusLost


class Asker:
    """Asks one question after the other.

    Args:
        key_input: Where keys come from.
        post: Takes facts.
        err: Where questions are written: a terminal.
    """

    def __init__(self, key_input: KeyInput, post: Callable[[Fact], None], err: TextIO) -> None:
        self._input = key_input
        self._err = err
        self._asked = Asked()
        self._editor = LineEditor()
        self._answering = Answering(post, self._editor, lambda: self._asked.answerable(self._now_s()))
        self._open = False

    def start(self) -> None:
        """Nothing is taken before there is a question."""

    def stop(self) -> None:
        """Give the keyboard back. May be called twice."""
        if self._open:
            self._open = False
            self._input.close()

    def show(self, question: Question | None) -> None:
        """This is the question now; None: there is none."""
        before = self._asked.question
        if question is not None and (before is None or before.call_id != question.call_id):
            write(self._err, question_text(question) + "\n")
        self._asked.show(question, self._now_s())
        if question is None:
            self.stop()
        elif not self._open:
            self._open = True
            self._input.open(self._key, lambda: None, self.stop)

    def _key(self, stroke: Stroke | FocusLost) -> None:
        if isinstance(stroke, FocusLost) or stroke.action is Action.RELEASE:
            return
        if stroke.key == "c-c":
            self.stop()
            os.kill(os.getpid(), signal.SIGINT)
        elif self._answering.editing:
            self._edit(stroke)
        elif self._answering.takes_key(stroke.key):
            self._draw_edited()

    def _edit(self, stroke: Stroke) -> None:
        if stroke.key in ("c-m", "escape"):
            self._answering.finish_editing(run=stroke.key == "c-m")
            write(self._err, "\n")
        else:
            self._editor.edit(stroke)
            self._draw()

    def _draw_edited(self) -> None:
        if self._answering.editing:
            self._draw()

    def _draw(self) -> None:
        """The line anew; a long one fills several rows, which is plain but right."""
        write(self._err, f"\r\x1b[K> {clean_line(self._editor.line.text, 2_000)}")

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()
