"""Entries of the conversation as lines: who said what, calls with their results, notices."""

from __future__ import annotations

from rich.text import Text

from realtime_cli.session.state import Call, CallStatus, Entry, Notice, Spoken
from realtime_cli.terminal.sanitize import clean, clean_line
from realtime_cli.terminal.theme import Theme
from realtime_cli.terminal.wording import call_outcome, call_signature, role_name
from realtime_cli.terminal.wrap import crop, wrap

LABEL_CELLS = 11  # "assistant" and two blanks
GUTTER_CELLS = 2  # a glyph and a blank, where the screen is narrow
_NARROW_CELLS = 60
_LIVE_LIMIT_CHARS = 8_000  # more than any screen shows; what lies further back is wrapped when it is settled
_OUTPUT_LIMIT_CHARS = 1_000
_WHOLE_CHARS = 100_000  # more than the toolbox lets through
_SPOKEN_LIMIT_CHARS = 200_000  # an hour of speech is about 50,000: what people said is never cut
_CALL_STYLES = {
    CallStatus.WRITING: "dim",
    CallStatus.ASKING: "bold yellow",
    CallStatus.RUNNING: "blue",
    CallStatus.DONE: "green",
    CallStatus.FAILED: "red",
    CallStatus.CANCELLED: "yellow",
}
_NOTICE_STYLES = {"info": "dim", "warning": "yellow", "error": "bold red"}


def entry_lines(entry: Entry, width: int, theme: Theme, now_s: float | None = None) -> list[Text]:
    """An entry as lines of at most `width` cells.

    Args:
        entry: Untrusted texts in it are sanitized here.
        width: Cells, from about 20 up.
        theme: Glyphs.
        now_s: Given for entries that are still alive: what is not heard yet is dim, calls show their running time.
    """
    match entry:
        case Spoken():
            return _spoken_lines(entry, width, theme, live=now_s is not None)
        case Call():
            return _call_lines(entry, width, theme, now_s)
        case Notice():
            return notice_lines(entry, width, theme)


def note_lines(note: str, width: int, theme: Theme) -> list[Text]:
    """A line in answer to a command; where it does not fit, its other rows are indented as it is."""
    text = clean(note, line_limit_chars=_SPOKEN_LIMIT_CHARS)
    indent = len(text) - len(text.lstrip(" "))
    mark = Text(f"{theme.glyphs.dot} ", "dim")
    rows = wrap(text[indent:], max(8, width - GUTTER_CELLS - indent))
    return [
        Text().append_text(mark).append(" " * indent + text[indent + start : indent + end])
        for start, end in rows
    ]


def begins_turn(entry: Entry, index: int) -> bool:
    """A blank line belongs above this entry: the user begins, and something was said before."""
    return index > 0 and isinstance(entry, Spoken) and entry.role == "user"


def notice_lines(notice: Notice, width: int, theme: Theme) -> list[Text]:
    """A notice and what to do about it."""
    style = _NOTICE_STYLES[notice.severity]
    text = clean(notice.text, line_limit_chars=_OUTPUT_LIMIT_CHARS)
    said = len(text)
    if notice.advice:
        text += f" {theme.glyphs.dash} {clean(notice.advice, line_limit_chars=_OUTPUT_LIMIT_CHARS)}"
    glyph = theme.glyphs.dot if notice.severity == "info" else theme.glyphs.warning
    lines: list[Text] = []
    for start, end in wrap(text, width - GUTTER_CELLS):
        line = Text(text[start:end])
        line.stylize(style, 0, max(0, said - start))
        lines.append(_gutter(glyph if not lines else "", style).append_text(line))
    return lines


def _spoken_lines(entry: Spoken, width: int, theme: Theme, *, live: bool) -> list[Text]:
    raw = entry.text
    skipped = _live_start(raw) if live else 0
    text = clean(raw[skipped:], line_limit_chars=_SPOKEN_LIMIT_CHARS).strip("\n")
    if not text:
        return _silent_lines(entry, width, theme, live=live)
    heard = len(text)
    if live and entry.role == "assistant" and entry.heard_chars < len(raw):
        heard = len(clean(raw[skipped : max(skipped, entry.heard_chars)]).lstrip("\n"))
    waiting = live and entry.role == "user" and not entry.final
    indent = _indent(width)
    lines: list[Text] = []
    for start, end in wrap(text, width - indent):
        line = Text(text[start:end])
        if waiting:
            line.stylize("dim")
        elif heard < end:
            line.stylize("dim", max(0, heard - start))
        if entry.commentary:
            line.stylize("italic")
        first = not lines and skipped == 0
        lines.append(_label(entry, width, theme, shown=first).append_text(line))
    if entry.interrupted:
        _append_or_add(lines, Text(f" {theme.glyphs.dash} interrupted", "yellow"), width, indent)
    return lines + _problem_lines(entry, width, theme)


def _silent_lines(entry: Spoken, width: int, theme: Theme, *, live: bool) -> list[Text]:
    if entry.problem:
        words, style = "(no transcript)" if entry.role == "user" else "(no answer)", "dim"
    elif entry.interrupted:
        words, style = "(interrupted before it was heard)", "yellow"
    elif live and not entry.final:
        words, style = theme.glyphs.ellipsis, "dim"
    else:
        words, style = "(no words)", "dim"
    line = _label(entry, width, theme, shown=True).append(words, style)
    return [line, *_problem_lines(entry, width, theme)]


def _problem_lines(entry: Spoken, width: int, theme: Theme) -> list[Text]:
    if not entry.problem:
        return []
    text = clean(entry.problem, line_limit_chars=_OUTPUT_LIMIT_CHARS)
    indent = _indent(width)
    first = f"{theme.glyphs.calls[CallStatus.FAILED]} "
    return [
        Text(" " * indent).append(first if start == 0 else "  ", "red").append(text[start:end], "red")
        for start, end in wrap(text, width - indent - 2)
    ]


def _call_lines(call: Call, width: int, theme: Theme, now_s: float | None) -> list[Text]:
    glyphs, style = theme.glyphs, _CALL_STYLES[call.status]
    indent = _indent(width)
    outcome = f"  {glyphs.calls[call.status]} {call_outcome(call, now_s)}"
    head = Text(" " * (indent - GUTTER_CELLS)).append(f"{glyphs.call} ", "blue")
    if theme.whole_calls:
        return [head.append(call_outcome(call, now_s), style), *_whole_call(call, width - indent, indent)]
    room = width - indent - len(outcome)
    signature = call_signature(call)
    if room >= 16:
        head.append(crop(signature, room, glyphs.ellipsis)).append(outcome, style)
        lines = [head]
    else:
        head.append(crop(signature, width - indent, glyphs.ellipsis))
        lines = [head, Text(" " * indent).append(outcome.strip(), style)]
    output = clean_line(call.output, _OUTPUT_LIMIT_CHARS)
    if output:
        rows = wrap(output, width - indent - 3)
        for start, end in rows[:3]:
            mark = f"{glyphs.arrow} ".rjust(3) if start == 0 else "   "
            cut = glyphs.ellipsis if len(rows) > 3 and (start, end) == rows[2] else ""
            shown = crop(output[start:end] + cut, width - indent - 3, glyphs.ellipsis)
            lines.append(
                Text(" " * indent).append(mark, style).append(shown, "" if now_s is not None else "dim")
            )
    return lines


def _whole_call(call: Call, width: int, indent: int) -> list[Text]:
    """Everything there is to know: the arguments as they were written, and all of the result."""
    written = f" (the model wrote: {call.written})" if call.written else ""
    approval = f" [{call.approval}]" if call.approval else ""
    text = clean(
        f"{call.name}{approval} {call.arguments}{written}\n{call.output}", line_limit_chars=_WHOLE_CHARS
    )
    return [Text(" " * indent).append(text[start:end]) for start, end in wrap(text, width)]


def _live_start(text: str) -> int:
    """Where to begin with a text too long for a screen: moves on rarely, so that lines keep their breaks."""
    if len(text) <= _LIVE_LIMIT_CHARS:
        return 0
    start = (len(text) - _LIVE_LIMIT_CHARS) // 4_000 * 4_000
    blank = text.find(" ", start, start + 200)
    return blank + 1 if start and blank >= 0 else start


def _indent(width: int) -> int:
    return LABEL_CELLS if width >= _NARROW_CELLS else GUTTER_CELLS


def _label(entry: Spoken, width: int, theme: Theme, *, shown: bool) -> Text:
    style = {"user": "bold green", "assistant": "bold cyan", "system": "dim"}[entry.role]
    if entry.commentary:
        style = "italic cyan"
    if width >= _NARROW_CELLS:
        return Text().append((role_name(entry) if shown else "").ljust(LABEL_CELLS), style)
    glyph = {"user": theme.glyphs.user, "assistant": theme.glyphs.assistant, "system": theme.glyphs.system}[
        entry.role
    ]
    return _gutter(glyph if shown else "", style)


def _gutter(glyph: str, style: str) -> Text:
    return Text().append(glyph.ljust(GUTTER_CELLS), style)


def _append_or_add(lines: list[Text], mark: Text, width: int, indent: int) -> None:
    if lines[-1].cell_len + mark.cell_len <= width:
        lines[-1].append_text(mark)
    else:
        lines.append(Text(" " * indent).append(mark.plain.strip(), mark.style))
