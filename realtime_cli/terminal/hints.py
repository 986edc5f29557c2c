"""The last lines of the picture: the line being typed, what Tab offers, the keys that mean something now; the pages."""

from __future__ import annotations

from rich.text import Text

from realtime_cli.session.state import Phase, PlayoutState, ResponseState, SessionState, TurnMode
from realtime_cli.terminal.bindings import MEANINGS, KeyAction
from realtime_cli.terminal.contract import KeysPicture, PromptLine
from realtime_cli.terminal.question import HINTS
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.theme import Glyphs, Theme
from realtime_cli.terminal.wrap import crop, wrap

_BESIDE_CELLS = 100  # from here on the help has two columns
_KEY_CELLS = 11
_ALWAYS = (("ctrl+c", "stop the speech or call; again: end"), ("ctrl+z", "suspend"))


def prompt_lines(prompt: PromptLine, theme: Theme, width: int) -> list[Text]:
    """The line being typed, at most three rows around its cursor; the cursor is a reversed cell."""
    shown = "".join(_typed(character, theme.glyphs) for character in prompt.text) + " "
    lead = f"{theme.glyphs.prompt} "
    rows = wrap_typed(shown, width - len(lead))
    row = next((index for index, (_, end) in enumerate(rows) if prompt.cursor < end), len(rows) - 1)
    first = max(0, min(row - 1, len(rows) - 3))
    lines = []
    for index, (start, end) in enumerate(rows[first : first + 3], first):
        line = Text(lead if index == 0 else "  ", "bold green")
        text = Text(shown[start:end])
        if index == row:
            text.stylize("reverse", prompt.cursor - start, prompt.cursor - start + 1)
        lines.append(Text().append_text(line).append_text(text))
    return lines


def wrap_typed(shown: str, width: int) -> list[tuple[int, int]]:
    """Rows that hold every character, blanks too: a cursor must be able to stand on each."""
    rows = [start for start, _ in wrap(shown, width)]
    return [(start, end) for start, end in zip(rows, [*rows[1:], len(shown)], strict=True)]


def hints_line(state: SessionState, keys: KeysPicture, theme: Theme, width: int) -> Text:
    """The keys that mean something right now, the most useful first; while Tab offers choices, those."""
    if not keys.work:
        return Text()
    if keys.prompt is not None and keys.choices:
        return _choices(keys.choices, theme, width)
    line = Text()
    for key, meaning in _pairs(state, keys):
        hint = Text().append(key, "bold").append(f" {meaning}", "dim")
        if line.cell_len + hint.cell_len + 3 > width:
            break
        line.append("   " if line else "").append_text(hint)
    return line


def help_lines(keys: KeysPicture, theme: Theme, width: int) -> list[Text]:
    """Every key, in two columns where there is room."""
    rows = [
        (keys.bindings.all_shown(action), meaning)
        for action, meaning in MEANINGS.items()
        if keys.bindings.all_shown(action)
    ]
    rows += _ALWAYS
    if not keys.can_hold:
        rows = [(key, meaning.replace("hold it, or press", "press")) for key, meaning in rows]
    if width < _BESIDE_CELLS:
        return [_help_row(key, meaning, theme, width) for key, meaning in rows]
    half = (width - 2) // 2
    left = [_help_row(key, meaning, theme, half) for key, meaning in rows[: (len(rows) + 1) // 2]]
    right = [_help_row(key, meaning, theme, half) for key, meaning in rows[(len(rows) + 1) // 2 :]]
    lines = []
    for index, line in enumerate(left):
        line.append(" " * max(0, half + 2 - line.cell_len))
        lines.append(line.append_text(right[index]) if index < len(right) else line)
    return lines


def help_text(keys: KeysPicture) -> list[str]:
    """Every key, for plain output."""
    rows = [(keys.bindings.all_shown(action), meaning) for action, meaning in MEANINGS.items()]
    return [f"{key}: {meaning}" for key, meaning in [*rows, *_ALWAYS] if key]


def _pairs(state: SessionState, keys: KeysPicture) -> list[tuple[str, str]]:
    shown = keys.bindings.shown
    if keys.edits_call:
        return [("enter", "run it with these arguments"), ("esc", "back")]
    if state.question is not None:
        return [*HINTS, *([("enter", "after the letter")] if keys.prompt is not None else [])]
    if keys.prompt is not None:
        if keys.prompt.text.startswith("/"):
            return [("enter", "do it"), ("tab", "complete"), ("esc", "leave")]
        return [("enter", "send"), ("esc", "leave"), ("/help", "commands")]
    pairs = []
    if state.answer_waits:
        pairs.append((shown(KeyAction.ANSWER), "answer now"))
    if _busy(state):
        pairs.append((shown(KeyAction.STOP), "stop"))
    if state.turn_mode is TurnMode.PUSH_TO_TALK and state.mic_works:
        pairs.append((shown(KeyAction.TALK), _talk_hint(state, keys)))
    if state.mic_works:
        pairs.append((shown(KeyAction.MUTE), "unmute" if state.muted else "mute"))
    pairs += [
        (shown(KeyAction.TYPE), "type"),
        (shown(KeyAction.HELP), "close help" if keys.page == "help" else "help"),
        (shown(KeyAction.QUIT), "quit"),
    ]
    return [(key, meaning) for key, meaning in pairs if key]


def _choices(choices: tuple[str, ...], theme: Theme, width: int) -> Text:
    line = Text()
    for index, choice in enumerate(choices):
        word = clean_line(choice, 60)
        left = f" +{len(choices) - index} more"
        if line.cell_len + 2 + Text(word).cell_len + len(left) > width:
            return line.append(crop(left, max(0, width - line.cell_len), theme.glyphs.ellipsis), "dim")
        line.append("  " if line else "").append(word, "cyan")
    return line


def _help_row(key: str, meaning: str, theme: Theme, width: int) -> Text:
    room = max(4, width - _KEY_CELLS - 2)
    return (
        Text()
        .append(key.rjust(_KEY_CELLS), "bold")
        .append("  ")
        .append(crop(meaning, room, theme.glyphs.ellipsis))
    )


def _busy(state: SessionState) -> bool:
    return (
        state.playout is PlayoutState.PLAYING
        or state.response is not ResponseState.NONE
        or state.phase is Phase.CALLING
    )


def _talk_hint(state: SessionState, keys: KeysPicture) -> str:
    if keys.can_hold:
        return "release to send" if state.talk_key_down else "hold to talk"
    return "send" if state.talk_key_down else "talk"


def _typed(character: str, glyphs: Glyphs) -> str:
    """One character of the typed line as exactly one character, so that the cursor's index stays right."""
    if character == "\n":
        return glyphs.newline
    if character == "\t":
        return " "
    harmless = clean_line(character) if character != " " else " "
    return harmless if len(harmless) == 1 else "\N{REPLACEMENT CHARACTER}"
