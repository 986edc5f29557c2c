"""What the user allows a conversation: money, minutes, silence. Each is warned of, then ends it politely."""

from __future__ import annotations

from typing import Final

from realtime_cli.session.desk import Desk
from realtime_cli.session.joints import Flag
from realtime_cli.session.rates import Rates
from realtime_cli.session.state import PlayoutState, ResponseState, UserState
from realtime_cli.session.tokens import cost_usd, transcription_usd

MINUTES_WARNING_TIMER: Final = "minutes nearly over"
MINUTES_TIMER: Final = "minutes over"
IDLE_TIMER: Final = "idle"
BUDGET_TIMER: Final = "budget over"

_WARNING_SHARE: Final = 0.9
_MINUTES_WARNING_S: Final = 60.0
_IDLE_WARNING_S: Final = 15.0
_LAST_WORDS_S: Final = 90.0
"""An answer that is longer than this after the budget is over is cut."""


class Budget:
    """Counts and ends."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._cost_warned = False
        self._over = False
        self._idle_warned = False
        self._active_at_s = 0.0
        self._priced: object = None

    def begin(self) -> None:
        """The session begins: clocks run."""
        desk, wish = self._desk, self._desk.wish
        self._active_at_s = desk.at_s
        if wish.max_minutes is not None:
            whole_s = wish.max_minutes * 60
            warning_s = whole_s - min(_MINUTES_WARNING_S, whole_s * (1 - _WARNING_SHARE))
            desk.start_timer(MINUTES_WARNING_TIMER, warning_s)
            desk.start_timer(MINUTES_TIMER, whole_s)
        if wish.idle_timeout_s is not None:
            desk.start_timer(IDLE_TIMER, wish.idle_timeout_s - self._idle_warning_s())

    def look(self) -> None:
        """Something happened: was it a sign of life, and what does it cost?"""
        desk = self._desk
        if desk.wish.idle_timeout_s is not None and self._lively():
            self._active_at_s, self._idle_warned = desk.at_s, False
        if self._priced is not desk.tokens:
            self._priced = desk.tokens
            self._count()

    def priced(self, rates: Rates) -> None:
        """The price list is there."""
        self._desk.rates = rates
        self._count()

    def transcribed(self, usage: object) -> None:
        """Words of the user were written down; that is billed apart."""
        desk = self._desk
        if isinstance(usage, dict):
            desk.transcriptions.append(usage)
            if desk.rates is not None:
                desk.transcription_usd += transcription_usd(usage, desk.rates)
                desk.transcriptions.clear()
                self._count()

    def minutes_nearly_over(self) -> None:
        """Tell in time."""
        wish = self._desk.wish
        left_s = min(_MINUTES_WARNING_S, (wish.max_minutes or 0.0) * 60 * (1 - _WARNING_SHARE))
        self._desk.notice("warning", f"The conversation ends in about {_span(left_s)} (--max-minutes).")

    def minutes_over(self) -> None:
        """The time is over."""
        span = _span((self._desk.wish.max_minutes or 0.0) * 60)
        self._end(f"The time is over: {span} (--max-minutes).")

    def idled(self) -> None:
        """The idle clock went off: nobody said anything, or it only has to be set anew."""
        desk, allowed_s = self._desk, self._desk.wish.idle_timeout_s
        if allowed_s is None or self._over:
            return
        quiet_s = desk.at_s - self._active_at_s
        if quiet_s >= allowed_s - 0.01:
            self._end(f"Nobody said anything for {allowed_s:g} s (--idle-timeout).")
            return
        left_s = allowed_s - quiet_s
        if left_s <= self._idle_warning_s() + 0.01:
            if not self._idle_warned:
                self._idle_warned = True
                desk.notice("warning", f"The conversation ends in {left_s:.0f} s if nobody says anything.")
            desk.start_timer(IDLE_TIMER, left_s)
        else:
            desk.start_timer(IDLE_TIMER, left_s - self._idle_warning_s())

    def cut(self) -> None:
        """The last answer had its time."""
        if self._over:
            self._desk.finish(0)

    # Inside.

    def _count(self) -> None:
        desk = self._desk
        if desk.rates is None:
            return
        for usage in desk.transcriptions:
            desk.transcription_usd += transcription_usd(usage, desk.rates)
        desk.transcriptions.clear()
        desk.cost_usd = cost_usd(desk.tokens, desk.rates) + desk.transcription_usd
        allowed = desk.wish.max_cost_usd
        if allowed is None:
            return
        if desk.cost_usd >= allowed:
            self._end(f"About ${desk.cost_usd:.2f} of ${allowed:.2f} are spent (--max-cost).")
        elif desk.cost_usd >= allowed * _WARNING_SHARE and not self._cost_warned:
            self._cost_warned = True
            desk.notice("warning", f"About ${desk.cost_usd:.2f} of ${allowed:.2f} are spent (--max-cost).")

    def _end(self, why: str) -> None:
        """Say why; leave when the present answer is said."""
        desk = self._desk
        if self._over or desk.finished:
            return
        self._over = True
        desk.notice("warning", why, "The conversation ends after the present answer.")
        desk.raise_flag(Flag.LEAVING)
        desk.start_timer(BUDGET_TIMER, _LAST_WORDS_S)

    def _idle_warning_s(self) -> float:
        return min(_IDLE_WARNING_S, (self._desk.wish.idle_timeout_s or 0.0) / 4)

    def _lively(self) -> bool:
        desk, turns = self._desk, self._desk.turns
        return (
            turns.user is UserState.SPEAKING
            or turns.response is not ResponseState.NONE
            or turns.playout is PlayoutState.PLAYING
            or desk.uplink.turn is not None
            or bool(desk.prompts)
            or bool(desk.calls.running())
        )


def _span(seconds: float) -> str:
    """A time as people say it: in seconds below two minutes."""
    if seconds >= 120:
        return f"{seconds / 60:.3g} minutes"
    whole = max(1, round(seconds))
    return "1 second" if whole == 1 else f"{whole} seconds"
