"""The call that waits for the user's word, as lines of the live region."""

from __future__ import annotations

from rich.text import Text

from realtime_cli.session.state import Question
from realtime_cli.terminal.question import SHOWN_CHARS, signature
from realtime_cli.terminal.sanitize import clean
from realtime_cli.terminal.theme import Theme
from realtime_cli.terminal.wrap import wrap

_SHOWN_LINES = 8


def question_lines(question: Question, width: int, theme: Theme) -> list[Text]:
    """The question for the live region: the call, what to know about it, and what is not shown of it."""
    style = "bold yellow"
    lead = f"{theme.glyphs.call} "
    lines = [Text().append("Run this? ", style).append(_behind(question), "dim")]
    call = clean(signature(question), line_limit_chars=SHOWN_CHARS)
    rows = wrap(call, max(8, width - len(lead) - 1))
    for index, (start, end) in enumerate(rows[:_SHOWN_LINES]):
        lines.append(Text().append(lead if index == 0 else "  ", "blue").append(call[start:end]))
    if len(rows) > _SHOWN_LINES:
        rest = len(call) - rows[_SHOWN_LINES - 1][1]
        lines.append(Text(f"  {rest:,} more characters are not shown: press e to read them all.", style))
    if question.note:
        note = clean(question.note, line_limit_chars=1_000)
        lines += [Text("  ").append(note[start:end], "yellow") for start, end in wrap(note, width - 2)[:4]]
    return lines


def _behind(question: Question) -> str:
    return f"{question.waiting} more behind it" if question.waiting else ""
