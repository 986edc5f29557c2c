"""Keys that answer a question, and the line in which its arguments are edited."""

from __future__ import annotations

from collections.abc import Callable

from realtime_cli.session.facts import ApprovalGiven, Fact
from realtime_cli.session.state import Question
from realtime_cli.terminal.line_editor import LineEditor
from realtime_cli.terminal.question import KEYS, WORDS, Verdict


class Answering:
    """The user's word on the question that is shown.

    Args:
        post: Takes facts.
        editor: The line in which arguments are edited.
        ask: The question that may be answered now.
    """

    def __init__(
        self, post: Callable[[Fact], None], editor: LineEditor, ask: Callable[[], Question | None]
    ) -> None:
        self._post = post
        self._editor = editor
        self._ask = ask
        self._edited: Question | None = None

    @property
    def editing(self) -> bool:
        """Arguments are being edited."""
        return self._edited is not None

    def takes_key(self, key: str) -> bool:
        """A single key answers; True if it did. `editing` may be True after it."""
        question = self._ask()
        verdict = KEYS.get(key.lower())
        if question is None or verdict is None:
            return False
        self._give(question, verdict)
        return True

    def takes_word(self, text: str) -> bool:
        """A typed line answers, where a line is open anyway; True if it did."""
        question = self._ask()
        verdict = WORDS.get(text.strip().lower())
        if question is None or verdict is None:
            return False
        self._give(question, verdict)
        return True

    def finish_editing(self, *, run: bool) -> None:
        """The line is done: run the call with what it says, or go back to the question."""
        question, self._edited = self._edited, None
        text = self._editor.discard()
        if question is not None and run:
            self._post(ApprovalGiven(question.call_id, "yes", text.strip() or "{}"))

    def _give(self, question: Question, verdict: Verdict) -> None:
        if verdict == "edit":
            self._edited = question
            self._editor.fill(question.arguments)
        else:
            self._post(ApprovalGiven(question.call_id, verdict))
