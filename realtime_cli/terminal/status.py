"""How things stand: state word and meters, who ends turns, facts of the session."""

from __future__ import annotations

from msgspec import Struct
from rich.text import Text

from realtime_cli.session.state import Phase, PlayoutState, SessionState, TurnMode, UserState
from realtime_cli.terminal.meters import meter
from realtime_cli.terminal.runs import Run, line_of
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.theme import PHASE_STYLES, Glyphs, Theme
from realtime_cli.terminal.wording import amount, cost_words, phase_words, time_left
from realtime_cli.terminal.wrap import crop

_METER_EXTRA_CELLS = 13  # "mic ", both ends of the bar, " -31 dB"
_BAR_MAX_CELLS = 20  # three decibels a cell: a longer bar tells nothing more
_STATE_CELLS = 17  # glyph, blank and the longest state word, so that meters do not jump
_TURN_CELLS = 14  # the longest words about turn detection
_FULL_SHARE = 0.8
_HELD_MS = 150  # a speaker that holds its sound for so long is felt in every answer: Bluetooth, mostly
_NEAR_S = 120  # of session time left: then it is said first, and in seconds
_LATE_MS = 1_500  # an answer that takes longer feels slow: said in yellow


class Peaks(Struct, frozen=True):
    """The loudest of the last moments, dBFS."""

    mic_dbfs: float = -100.0
    speaker_dbfs: float = -100.0


NO_PEAKS = Peaks()


def state_lines(
    state: SessionState, theme: Theme, width: int, now_s: float, peaks: Peaks = NO_PEAKS
) -> list[Text]:
    """State word, turn detection and meters: one line where there is room, else two."""
    word = f"{theme.glyphs.phases[state.phase]} {phase_words(state, now_s)}"
    head = (word.ljust(_STATE_CELLS), PHASE_STYLES[state.phase])
    turn = _turn(state)
    if state.turn_mode is TurnMode.TYPED and not state.speaker_works:
        return [line_of([head])]
    bar_cells = min(_BAR_MAX_CELLS, (width - _STATE_CELLS - _TURN_CELLS - 8) // 2 - _METER_EXTRA_CELLS)
    if bar_cells >= 6:
        runs = [head, ("  ", ""), *_meters(state, peaks, bar_cells, theme.glyphs, "   ")]
        if sum(len(text) for text, _ in runs) + 3 + len(turn[0]) <= width:  # ours: one cell each
            runs += [("   ", ""), turn]
        return [line_of(runs)]
    narrow_cells = max(2, min(_BAR_MAX_CELLS, (width - 2) // 2 - _METER_EXTRA_CELLS))
    words = [head, (" ", ""), turn] if _STATE_CELLS + 1 + len(turn[0]) <= width else [head]
    return [line_of(words), line_of(_meters(state, peaks, narrow_cells, theme.glyphs, "  "))]


def session_left(state: SessionState, epoch_s: float | None) -> tuple[str, bool]:
    """Words about the session time left ("" where it is not known), and whether it is nearly over.

    Args:
        state: Knows when the session expires.
        epoch_s: Present time as `expires_at` counts it; None hides the time left.
    """
    if state.expires_at_epoch_s is None or epoch_s is None:
        return "", False
    left_s = state.expires_at_epoch_s - epoch_s
    return time_left(left_s), left_s < _NEAR_S


def shown_delay_ms(state: SessionState) -> float | None:
    """The speaker's delay as it is told: whole milliseconds, None where it is as usual."""
    delay_ms = state.speaker_delay_ms
    return None if delay_ms is None or delay_ms < _HELD_MS else round(delay_ms)


def facts_line(
    state: SessionState,
    provider: str,
    theme: Theme,
    width: int,
    left: tuple[str, bool],
    *,
    shows_cost: bool = True,
) -> Text:
    """Provider, model, voice, turn detection, latency, time left, tokens; the last ones go where room is short.

    What needs attention (the time is nearly over, speech was lost) stands first.

    Args:
        state: For all but the provider.
        provider: Its name as the user knows it, "" when it is not to be shown.
        theme: Glyphs.
        width: Cells.
        left: From `session_left`.
        shows_cost: The estimated cost is wanted, where it is known.
    """
    parts = [(clean_line(part, 40), "dim") for part in (provider, state.model, state.voice) if part]
    urgent = []
    if state.turn_mode is not TurnMode.TYPED:
        parts.append((state.turn_mode.value, "dim"))
    if state.latency_ms is not None:
        style = "yellow" if state.latency_ms > _LATE_MS else "dim"
        late = f"{state.latency_ms:.0f} ms" if state.latency_ms < 100 else f"{state.latency_ms / 1_000:.2f} s"
        parts.append((f"{late} to answer", style))
    left_words, is_near = left
    if is_near:
        urgent.append((left_words, "yellow"))
    elif left_words:
        parts.append((left_words, "dim"))
    parts += _speaker_parts(state)
    if state.tokens.total:
        parts.append((f"{amount(state.tokens.total)} tokens", "dim"))
    if shows_cost and state.cost_usd is not None and state.tokens.total:
        parts.append((cost_words(state.cost_usd), "dim"))
    if state.context.share >= _FULL_SHARE:
        urgent.append((f"memory {state.context.share:.0%} full", "yellow"))
    if state.uplink_dropped_ms:
        urgent.append((f"{state.uplink_dropped_ms / 1_000:.1f} s of speech lost on the line", "yellow"))
    parts = urgent + parts
    return _joined(parts, f" {theme.glyphs.dot} ", width)


def _speaker_parts(state: SessionState) -> list[tuple[str, str]]:
    """Volume and delay of the speaker, where they are not as usual."""
    parts = []
    if state.speaker_works and state.volume_percent != 100:
        parts.append((f"volume {state.volume_percent} %", "dim" if state.volume_percent else "yellow"))
    delay_ms = shown_delay_ms(state)
    if state.speaker_works and delay_ms is not None:
        parts.append((f"speaker {delay_ms} ms late", "dim"))
    return parts


def _turn(state: SessionState) -> Run:
    if state.turn_mode is TurnMode.TYPED:
        return "typed", "dim"
    if not state.mic_works:
        return "", ""  # the meters say so
    if state.muted:
        return "microphone off", "red"
    if state.answer_waits:
        return "answer waits", "bold yellow"
    speaking = (
        state.talk_key_down if state.turn_mode is TurnMode.PUSH_TO_TALK else state.user is UserState.SPEAKING
    )
    if state.turn_mode is TurnMode.PUSH_TO_TALK:
        return ("talk key down", "bold green") if speaking else ("talk key up", "dim")
    if speaking:
        return ("voice" if _agree(state) else "voice (server)"), "bold green"
    # Our own detector hears it before the server says so, or takes a cough for a word.
    return ("voice (here)", "yellow") if state.local_speech else ("silence", "dim")


def _agree(state: SessionState) -> bool:
    """Both detectors hear the user, or ours does not listen: nothing sounds."""
    return state.local_speech or state.playout is PlayoutState.QUIET


def _meters(state: SessionState, peaks: Peaks, cells: int, glyphs: Glyphs, between: str) -> list[Run]:
    opening = state.phase is Phase.CONNECTING  # devices open meanwhile: nothing is missing yet
    if not state.mic_works:
        missing = "" if opening else "no microphone"
        runs = [(missing.ljust(cells + _METER_EXTRA_CELLS), "yellow")]
    elif state.muted:
        runs = meter("mic", -100.0, cells, glyphs)
    else:
        runs = meter("mic", state.mic_dbfs, cells, glyphs, peaks.mic_dbfs)
    runs.append((between, ""))
    if state.speaker_works:
        return runs + meter("spk", state.speaker_dbfs, cells, glyphs, peaks.speaker_dbfs)
    return [*runs, ("" if opening else "no speaker", "yellow")]


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
