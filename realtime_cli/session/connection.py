"""The line and the session behind it: connecting, agreeing on settings, losing it, coming back."""

from __future__ import annotations

from typing import Final

from realtime_cli.errors import Refused, RemoteProtocolError
from realtime_cli.protocol import ErrorDetail, SessionConfig, merge
from realtime_cli.session import settings
from realtime_cli.session.commands import Connect, Disconnect, EndPlay, FlushPlayout
from realtime_cli.session.desk import Desk
from realtime_cli.session.facts import ConnectFailed
from realtime_cli.session.joints import Flag
from realtime_cli.session.lost_turns import LostTurns
from realtime_cli.session.rows import Kind
from realtime_cli.session.schedule import Schedule
from realtime_cli.session.state import ConnectionState, TurnMode
from realtime_cli.session.turns import Happening
from realtime_cli.session.updates import Updates
from realtime_cli.session.uplink import KEPT_MS
from realtime_cli.session.verdicts import Act, Verdict, judge_close

HELLO_TIMER: Final = "hello"
CONFIGURED_TIMER: Final = "configured"
RECONNECT_TIMER: Final = "reconnect"

_HELLO_S: Final = 10.0
_CONFIGURED_S: Final = 5.0
"""Some servers never acknowledge an update; waiting longer would only keep the user waiting."""


_LASTING_S: Final = 30.0
"""A server that accepts and drops every session is not better than one that accepts none: only a session that
lasted, or an answer, refills the budget of retries."""


_MOST_GARBLED: Final = 3
"""Unreadable messages before the first readable one: one may be an accident, three are another language."""

_GARBLED_TOLD: Final = 10
"""Of one line. A server may go on for hours, and what is told stays on the screen and in memory."""


class Connection:
    """Facts about the line, and the two events that make a session of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._retries = Schedule(desk.wish.max_retries)
        self._updates = Updates(desk)
        self._lost_turns = LostTurns(desk)
        self._update_said = False
        self._lived_s = 0.0  # of the latest session
        self._understood = False  # the server has said something about its session on this line
        self._garbled = 0  # unreadable messages on this line

    # The line.

    def begin(self) -> None:
        """Ask for the first line."""
        self._desk.happen(Happening.CONNECT_ASKED)
        self._desk.do(Connect())

    def opened(self) -> None:
        """The handshake succeeded; the server speaks first."""
        self._desk.retry_at_s = None
        self._update_said = False
        self._understood, self._garbled = False, 0
        self._desk.input_clock.restart()
        self._desk.happen(Happening.LINE_OPENED)
        self._desk.start_timer(HELLO_TIMER, _HELLO_S)

    def failed(self, fact: ConnectFailed) -> None:
        """The handshake failed. Before the first session the user wants to know at once, not after retries."""
        desk = self._desk
        desk.happen(Happening.LINE_LOST)
        if not fact.retryable or not (desk.was_ready or desk.wish.patient):
            desk.finish(fact.exit_code, fact.message, fact.advice)
        else:
            self._try_later(Verdict(Act.NEW_SESSION, fact.message, fact.advice, fact.exit_code))

    def garbled(self, problem: str) -> None:
        """Something unreadable arrived. A server that never said anything else is none: waiting mends nothing."""
        self._garbled += 1
        if self._garbled <= _GARBLED_TOLD:
            more = "More of these are not shown." if self._garbled == _GARBLED_TOLD else ""
            self._desk.notice("warning", f"The server said something unreadable: {problem}", more)
        if not self._understood and self._garbled >= _MOST_GARBLED:
            self._end_of_nonsense(problem)

    def lost(self, code: int | None, reason: str) -> None:
        """The line ended without our asking."""
        if self._desk.turns.connection in (ConnectionState.OFFLINE, ConnectionState.CLOSED):
            return
        verdict = judge_close(code, reason)
        # Half an answer is on the script's stdout already: a second one would not mend it.
        torn = self._desk.wish.once and self._desk.answer is not None and self._desk.answer.spoke
        self._let_go()
        if verdict.act is Act.END or torn:
            self._desk.finish(verdict.exit_code, verdict.text, verdict.advice)
        else:
            self._try_later(verdict)

    def renew(self, verdict: Verdict) -> None:
        """The server says that this session is over: leave before it closes the line, and begin another."""
        if self._desk.turns.connection in (ConnectionState.CONFIGURING, ConnectionState.READY):
            self._desk.do(Disconnect(1000))
            self._let_go()
            self._try_later(verdict)

    def move(self) -> None:
        """Leave a session that ends soon, in a quiet moment, and go on in a new one."""
        desk = self._desk
        desk.notice("info", "The conversation moves to a new session.")
        desk.do(Disconnect(1000))
        self._let_go()
        desk.moving = True
        self.begin()

    def awoke(self, slept_s: float) -> None:
        """The computer slept: the server has long given this line up, even if nobody told us."""
        desk = self._desk
        if desk.turns.connection is ConnectionState.OFFLINE and desk.retry_at_s is not None:
            desk.stop_timer(RECONNECT_TIMER)
            self.reconnect()
        else:
            self.renew(Verdict(Act.NEW_SESSION, f"the computer slept for {slept_s:.0f} s"))

    def reconnect(self) -> None:
        """The pause is over."""
        if self._desk.turns.connection is ConnectionState.OFFLINE:
            self._desk.retry_at_s = None
            self.begin()

    # The settings.

    def greeted(self, session: SessionConfig) -> None:
        """`session.created`: say what we want."""
        self._understood = True
        self._desk.effective = merge(self._desk.wish.config, session)
        if self._desk.turns.connection is ConnectionState.CONFIGURING and not self._update_said:
            self._desk.stop_timer(HELLO_TIMER)
            self._say_update()

    def not_greeted(self) -> None:
        """No `session.created` came: some servers wait for the client."""
        if self._desk.turns.connection is ConnectionState.CONFIGURING and not self._update_said:
            self._say_update()

    def configured(self, session: SessionConfig) -> None:
        """`session.updated`: the settings as the server has them."""
        self._understood = True
        self._desk.effective = merge(self._desk.wish.config, session)
        self._updates.confirmed()
        if self._desk.turns.connection is ConnectionState.CONFIGURING:
            self._become_ready()

    def not_configured(self) -> None:
        """No `session.updated` came: go on without it."""
        if self._desk.turns.connection is not ConnectionState.CONFIGURING:
            return
        if self._garbled and not self._understood:
            self._end_of_nonsense("it never said anything else")
        else:
            self._desk.notice("warning", "The server did not confirm the settings.", "Going on without that.")
            self._become_ready()

    def awaits_confirmation(self) -> bool:
        """An error without an id is about the update."""
        return self._updates.waiting

    def update_refused(self, detail: ErrorDetail, verdict: Verdict) -> None:
        """The server refuses a `session.update`, and with it every field: leave out what it may not know."""
        desk = self._desk
        if self._updates.refused(detail, verdict):
            return
        if desk.turns.connection is not ConnectionState.CONFIGURING:
            where = f" (setting: {detail.param})" if detail.param else ""
            desk.notice("error", f"The setting stays as it was: {verdict.text}{where}", verdict.advice)
            return
        param = f" (setting: {detail.param})" if detail.param else ""
        message, advice = (
            f"The server refuses the settings: {verdict.text}{param}",
            "Change or leave out that setting.",
        )
        if desk.wish.once:
            desk.finish(Refused.exit_code, message, advice)
            return
        desk.notice("error", message, advice)
        self._become_ready()

    def change(self, config: SessionConfig) -> None:
        """The user changes settings while the session runs."""
        self._updates.change(config)

    def reset(self) -> None:
        """A new conversation: leave this session and begin one that knows nothing."""
        desk = self._desk
        talking = desk.turns.connection in (ConnectionState.CONFIGURING, ConnectionState.READY)
        if talking:
            desk.do(Disconnect(1000))
            desk.do(FlushPlayout())
            self._let_go()
            desk.happen(Happening.AUDIO_GONE)
        for flag in (Flag.ANSWER_WANTED, Flag.CHAIN_WANTED, Flag.REBUILD_DUE, Flag.HOLDING):
            desk.drop_flag(flag)
        desk.uplink.forget()
        desk.utterances.forget()
        desk.conversation.forget_all()
        desk.prompts.clear()
        desk.was_ready = False
        desk.context_tokens = 0
        desk.notice("info", "A new conversation.")
        if talking:
            self.begin()

    def progressed(self) -> None:
        """An answer was finished: this line is worth something."""
        self._retries.progressed()

    # Inside.

    def _end_of_nonsense(self, problem: str) -> None:
        self._desk.finish(
            RemoteProtocolError.exit_code,
            f"The server says nothing that can be understood: {problem}",
            "Check the address; it should be that of a Realtime server.",
        )

    def _say_update(self) -> None:
        self._update_said = True
        self._updates.say_all()
        self._desk.start_timer(CONFIGURED_TIMER, _CONFIGURED_S)

    def _become_ready(self) -> None:
        desk = self._desk
        desk.stop_timer(HELLO_TIMER)
        desk.stop_timer(CONFIGURED_TIMER)
        desk.happen(Happening.SESSION_CONFIGURED)
        listens = desk.wish.turn_mode in (TurnMode.SERVER_VAD, TurnMode.SEMANTIC_VAD)
        if listens and settings.turn_detection(desk.effective) is None:
            desk.notice("warning", "This server does not notice when you stop speaking.", "Use --ptt.")
        desk.ready_at_s = desk.at_s
        if desk.was_ready:
            if not desk.moving:
                desk.notice("info", "Connected again.")
            desk.raise_flag(Flag.REBUILD_DUE)
        elif desk.wish.earlier:
            desk.raise_flag(Flag.REBUILD_DUE)
        desk.was_ready, desk.moving = True, False
        desk.raise_flag(Flag.CATCH_UP_DUE)

    def _try_later(self, verdict: Verdict) -> None:
        desk = self._desk
        desk.moving = False
        if desk.was_ready and self._lived_s >= _LASTING_S:
            self._retries.progressed()
        self._lived_s = 0.0
        pause_s = self._retries.next_pause_s()
        if pause_s is None:
            desk.finish(verdict.exit_code, verdict.text, verdict.advice or "Try again later.")
            return
        desk.retry_at_s = desk.at_s + pause_s
        what = "Connection lost" if desk.was_ready else "No connection"
        desk.notice("warning", f"{what}: {verdict.text}. Connecting again.", self._kept_words())
        desk.start_timer(RECONNECT_TIMER, pause_s)

    def _kept_words(self) -> str:
        """What becomes of what the user says meanwhile."""
        if self._desk.wish.turn_mode is TurnMode.TYPED:
            return ""
        return f"What you say meanwhile is kept (the last {KEPT_MS // 1000} s) and sent then."

    def _let_go(self) -> None:
        """Nothing of the lost session goes on, but what is queued at the speaker is still played."""
        desk = self._desk
        if desk.turns.connection is ConnectionState.READY:
            self._lived_s = desk.at_s - desk.ready_at_s
        answer = desk.answer
        self._lost_turns.keep()
        desk.happen(Happening.LINE_LOST)
        if desk.uplink.turn is None:  # a talk key that is down stays down
            desk.happen(Happening.SPEECH_ENDED)
        for timer in (HELLO_TIMER, CONFIGURED_TIMER):
            desk.stop_timer(timer)
        for tag in desk.heard.incomplete_tags():
            desk.heard.complete(tag)
            desk.do(EndPlay(*tag))
        if answer is not None:
            for row in desk.conversation.of_response(answer.response_id):
                if row.kind is Kind.MESSAGE and not row.final:
                    row.stop()
        desk.conversation.give_up_words("lost with the connection")
        self._lost_turns.want_answer()
        desk.answer = None
        desk.drop_flag(Flag.CANCEL_DUE)
        desk.raise_flag(Flag.TURN_OPEN)
        desk.calls.close_all()
        desk.conversation.drop_reserved()
        desk.conversation.forget_unacknowledged()
