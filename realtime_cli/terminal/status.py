"""How things stand: state word and meters, who ends turns, facts of the session."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from realtime_cli.session.state import Phase, PlayoutState, SessionState, TurnMode, UserState
from realtime_cli.terminal.meters import meter
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
_LATE_MS = 1_500  # an answer that takes longer feels slow: said in yellow


@dataclass(frozen=True, slots=True)
class Peaks:
    """The loudest of the last moments, dBFS."""

    mic_dbfs: float = -100.0
    speaker_dbfs: float = -100.0


NO_PEAKS = Peaks()


def state_lines(
    state: SessionState, theme: Theme, width: int, now_s: float, peaks: Peaks = NO_PEAKS
) -> list[Text]:
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
        line = head.append("  ").append_text(_meters(state, peaks, bar_cells, theme.glyphs, "   "))
        if line.cell_len + 3 + turn.cell_len <= width:
            line.append("   ").append_text(turn)
        return [line]
    narrow_cells = max(2, min(_BAR_MAX_CELLS, (width - 2) // 2 - _METER_EXTRA_CELLS))
    if _STATE_CELLS + 1 + turn.cell_len <= width:
        head.append(" ").append_text(turn)
    return [head, _meters(state, peaks, narrow_cells, theme.glyphs, "  ")]


def facts_line(
    state: SessionState,
    provider: str,
    theme: Theme,
    width: int,
    epoch_s: float | None,
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
        epoch_s: Present time as `expires_at` counts it; None hides the time left.
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
    if state.expires_at_epoch_s is not None and epoch_s is not None:
        left_s = state.expires_at_epoch_s - epoch_s
        if left_s < 120:
            urgent.append((time_left(left_s), "yellow"))
        else:
            parts.append((time_left(left_s), "dim"))
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
    if state.speaker_works and (state.speaker_delay_ms or 0) >= _HELD_MS:
        parts.append((f"speaker {state.speaker_delay_ms:.0f} ms late", "dim"))
    return parts


def _turn_text(state: SessionState) -> Text:
    if state.turn_mode is TurnMode.TYPED:
        return Text("typed", "dim")
    if not state.mic_works:
        return Text()  # the meters say so
    if state.muted:
        return Text("microphone off", "red")
    if state.answer_waits:
        return Text("answer waits", "bold yellow")
    speaking = (
        state.talk_key_down if state.turn_mode is TurnMode.PUSH_TO_TALK else state.user is UserState.SPEAKING
    )
    if state.turn_mode is TurnMode.PUSH_TO_TALK:
        return Text("talk key down", "bold green") if speaking else Text("talk key up", "dim")
    if speaking:
        return Text("voice", "bold green") if _agree(state) else Text("voice (server)", "bold green")
    # Our own detector hears it before the server says so, or takes a cough for a word.
    return Text("voice (here)", "yellow") if state.local_speech else Text("silence", "dim")


def _agree(state: SessionState) -> bool:
    """Both detectors hear the user, or ours does not listen: nothing sounds."""
    return state.local_speech or state.playout is PlayoutState.QUIET


def _meters(state: SessionState, peaks: Peaks, cells: int, glyphs: Glyphs, between: str) -> Text:
    line = Text()
    opening = state.phase is Phase.CONNECTING  # devices open meanwhile: nothing is missing yet
    if state.mic_works:
        if state.muted:
            line.append_text(meter("mic", -100.0, cells, glyphs))
        else:
            line.append_text(meter("mic", state.mic_dbfs, cells, glyphs, peaks.mic_dbfs))
    else:
        missing = "" if opening else "no microphone"
        line.append(missing.ljust(cells + _METER_EXTRA_CELLS), "yellow")
    line.append(between)
    if state.speaker_works:
        return line.append_text(meter("spk", state.speaker_dbfs, cells, glyphs, peaks.speaker_dbfs))
    return line.append("" if opening else "no speaker", "yellow")


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
