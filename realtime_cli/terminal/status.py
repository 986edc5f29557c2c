"""The bottom of the picture: state word and meters, session facts, the line being typed, the keys."""

from __future__ import annotations

from rich.text import Text

from realtime_cli.session.state import Phase, PlayoutState, ResponseState, SessionState, TurnMode, UserState
from realtime_cli.terminal.contract import KeysPicture, PromptLine
from realtime_cli.terminal.meters import meter
from realtime_cli.terminal.question import HINTS
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.theme import PHASE_STYLES, Glyphs, Theme
from realtime_cli.terminal.wording import amount, phase_words, time_left
from realtime_cli.terminal.wrap import crop, wrap

_METER_EXTRA_CELLS = 13  # "mic ", both ends of the bar, " -31 dB"
_BAR_MAX_CELLS = 20  # three decibels a cell: a longer bar tells nothing more
_STATE_CELLS = 17  # glyph, blank and the longest state word, so that meters do not jump
_TURN_CELLS = 14  # the longest words about turn detection
_LATE_MS = 1_500  # an answer that takes longer feels slow: said in yellow

HELP: tuple[tuple[str, str], ...] = (
    ("space", "talk: starts and ends a turn"),
    ("esc", "stop speaking"),
    ("m", "mute or unmute the microphone"),
    ("a", "answer now"),
    ("t, enter", "type a message; enter sends it, esc leaves"),
    ("ctrl+c", "stop the speech or call; again: end"),
    ("ctrl+z", "suspend"),
    ("?", "close this help"),
    ("q", "quit"),
)


def state_lines(state: SessionState, theme: Theme, width: int, now_s: float) -> list[Text]:
    """State word, turn detection and meters: one line where there is room, else two."""
    word = phase_words(state, now_s)
    head = Text().append(
        f"{theme.glyphs.phases[state.phase]} {word}".ljust(_STATE_CELLS), PHASE_STYLES[state.phase]
    )
    turn = _turn_text(state)
    if state.turn_mode is TurnMode.TYPED and not state.speaker_works:
        return [head]
    bar_cells = min(_BAR_MAX_CELLS, (width - _STATE_CELLS - _TURN_CELLS - 8) // 2 - _METER_EXTRA_CELLS)
    if bar_cells >= 6:
        line = head.append("  ").append_text(_meters(state, bar_cells, theme.glyphs, "   "))
        if line.cell_len + 3 + turn.cell_len <= width:
            line.append("   ").append_text(turn)
        return [line]
    narrow_cells = max(2, min(_BAR_MAX_CELLS, (width - 2) // 2 - _METER_EXTRA_CELLS))
    if _STATE_CELLS + 1 + turn.cell_len <= width:
        head.append(" ").append_text(turn)
    return [head, _meters(state, narrow_cells, theme.glyphs, "  ")]


def facts_line(state: SessionState, provider: str, theme: Theme, width: int, epoch_s: float | None) -> Text:
    """Provider, model, voice, turn detection, latency, time left, tokens; the last ones go where room is short.

    What needs attention (the time is nearly over, speech was lost) stands first.

    Args:
        state: For all but the provider.
        provider: Its name as the user knows it, "" when it is not to be shown.
        theme: Glyphs.
        width: Cells.
        epoch_s: Present time as `expires_at` counts it; None hides the time left.
    """
    parts = [(clean_line(part, 40), "dim") for part in (provider, state.model, state.voice) if part]
    urgent = []
    if state.turn_mode is not TurnMode.TYPED:
        parts.append((state.turn_mode.value, "dim"))
    if state.latency_ms is not None:
        style = "yellow" if state.latency_ms > _LATE_MS else "dim"
        late = f"{state.latency_ms:.0f} ms" if state.latency_ms < 100 else f"{state.latency_ms / 1_000:.2f} s"
        parts.append((f"{late} to answer", style))
    if state.expires_at_epoch_s is not None and epoch_s is not None:
        left_s = state.expires_at_epoch_s - epoch_s
        if left_s < 120:
            urgent.append((time_left(left_s), "yellow"))
        else:
            parts.append((time_left(left_s), "dim"))
    if state.tokens.total:
        parts.append((f"{amount(state.tokens.total)} tokens", "dim"))
    if state.uplink_dropped_ms:
        urgent.append((f"{state.uplink_dropped_ms / 1_000:.1f} s of speech lost on the line", "yellow"))
    parts = urgent + parts
    return _joined(parts, f" {theme.glyphs.dot} ", width)


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
    """The keys that mean something right now, the most useful first."""
    if not keys.work:
        return Text()
    if keys.edits_call:
        pairs = [("enter", "run it with these arguments"), ("esc", "back")]
    elif state.question is not None:
        pairs = list(HINTS)
        if keys.prompt is not None:
            pairs.append(("enter", "after the letter"))
    elif keys.prompt is not None:
        pairs = [("enter", "send"), ("esc", "leave")]
    else:
        pairs = []
        if state.answer_waits:
            pairs.append(("a", "answer now"))
        if _busy(state):
            pairs.append(("esc", "stop"))
        if state.turn_mode is TurnMode.PUSH_TO_TALK and state.mic_works:
            pairs.append(("space", _talk_hint(state, keys)))
        if state.mic_works:
            pairs.append(("m", "unmute" if state.muted else "mute"))
        pairs += [("t", "type"), ("?", "help"), ("q", "quit")]
    line = Text()
    for key, meaning in pairs:
        hint = Text().append(key, "bold").append(f" {meaning}", "dim")
        if line.cell_len + hint.cell_len + 3 > width:
            break
        line.append("   " if line else "").append_text(hint)
    return line


def help_lines(theme: Theme, width: int) -> list[Text]:
    """Every key."""
    return [
        Text().append(key.rjust(9), "bold").append("  ").append(crop(what, width - 11, theme.glyphs.ellipsis))
        for key, what in HELP
    ]


def _turn_text(state: SessionState) -> Text:
    if state.turn_mode is TurnMode.TYPED:
        return Text("typed", "dim")
    if not state.mic_works:
        return Text()  # the meters say so
    if state.muted:
        return Text("microphone off", "red")
    if state.answer_waits:
        return Text("a: answer now", "bold yellow")
    speaking = (
        state.talk_key_down if state.turn_mode is TurnMode.PUSH_TO_TALK else state.user is UserState.SPEAKING
    )
    if state.turn_mode is TurnMode.PUSH_TO_TALK:
        return Text("talk key down", "bold green") if speaking else Text("talk key up", "dim")
    return Text("voice", "bold green") if speaking else Text("silence", "dim")


def _meters(state: SessionState, cells: int, glyphs: Glyphs, between: str) -> Text:
    line = Text()
    opening = state.phase is Phase.CONNECTING  # devices open meanwhile: nothing is missing yet
    if state.mic_works:
        line.append_text(meter("mic", -100.0 if state.muted else state.mic_dbfs, cells, glyphs))
    else:
        missing = "" if opening else "no microphone"
        line.append(missing.ljust(cells + _METER_EXTRA_CELLS), "yellow")
    line.append(between)
    if state.speaker_works:
        return line.append_text(meter("spk", state.speaker_dbfs, cells, glyphs))
    return line.append("" if opening else "no speaker", "yellow")


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


def _joined(parts: list[tuple[str, str]], between: str, width: int) -> Text:
    line = Text()
    for text, style in parts:
        lead = between if line else ""
        if line.cell_len + len(lead) + Text(text).cell_len > width:
            if not line:
                line.append(crop(text, width), style)
            break
        line.append(lead, "dim").append(text, style)
    return line
