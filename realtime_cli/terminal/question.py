"""The call that waits for the user's word: how it is shown, and which keys answer it.

What is approved must be what was read: the whole call is shown, and where it does not fit, that is said. A key counts
only for a call that has been on the screen for a moment, so that nobody approves by typing ahead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

from realtime_cli.session.state import Question
from realtime_cli.terminal.sanitize import clean, clean_line

Verdict: TypeAlias = Literal["yes", "no", "always", "edit"]

READING_S = 0.3  # a person needs longer to see a question; a key within it was meant for something else
SHOWN_CHARS = 20_000
KEYS: dict[str, Verdict] = {"y": "yes", "n": "no", "a": "always", "e": "edit"}
WORDS: dict[str, Verdict] = {**KEYS, "yes": "yes", "no": "no", "always": "always", "edit": "edit"}
HINTS: tuple[tuple[str, str], ...] = (
    ("y", "run it"),
    ("n", "refuse"),
    ("a", "always run this function"),
    ("e", "edit"),
)


class Asked(Struct):
    """The question on the screen, and since when it is there."""

    question: Question | None = None
    since_s: float = 0.0

    def show(self, question: Question | None, now_s: float) -> None:
        """This stands on the screen now."""
        if question is None or self.question is None or question.call_id != self.question.call_id:
            self.since_s = now_s
        self.question = question

    def answerable(self, now_s: float) -> Question | None:
        """The question that a key may answer now."""
        return self.question if now_s - self.since_s >= READING_S else None


Answerable: TypeAlias = Callable[[float], Question | None]
"""Loop time -> the question that a key may answer now."""


def question_text(question: Question) -> str:
    """The question for plain output, with what may be typed."""
    call = clean(signature(question), line_limit_chars=SHOWN_CHARS)
    note = f" ({clean_line(question.note)})" if question.note else ""
    return f"approve? {call}{note} [y = run, n = refuse, a = always, e = edit]"


def signature(question: Question) -> str:
    """`name(key=value, ...)`, whole."""
    name = clean_line(question.name, 64) or "?"
    try:
        values = json.loads(question.arguments)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return f"{name}({question.arguments})"
    pairs = (f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return f"{name}({', '.join(pairs)})"
