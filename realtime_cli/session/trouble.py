"""Errors: understood by what the event at fault was for."""

from __future__ import annotations

import re
from typing import Final

from realtime_cli.errors import Refused
from realtime_cli.protocol import ErrorDetail
from realtime_cli.session.answers import Answers
from realtime_cli.session.asides import Asides
from realtime_cli.session.connection import Connection
from realtime_cli.session.curation import Curation
from realtime_cli.session.desk import Desk
from realtime_cli.session.intents import Intent, Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.state import ResponseState, TurnMode
from realtime_cli.session.verdicts import Act, Verdict, judge

_QUOTED: Final = re.compile(r"['\"`]([^'\"`]+)['\"`]")


class Trouble:
    """The `error` event."""

    def __init__(
        self, desk: Desk, connection: Connection, answers: Answers, curation: Curation, asides: Asides
    ) -> None:
        self._desk = desk
        self._curation = curation
        self._asides = asides
        self._connection = connection
        self._answers = answers

    def said(self, detail: ErrorDetail) -> None:
        """The server reports an error; most of the time the session goes on."""
        desk, verdict = self._desk, judge(detail)
        intent = desk.intents.take(detail.event_id) or self._named(detail) or self._guess(verdict)
        if intent is not None and self._of_a_request(intent, detail, verdict):
            return
        match verdict.act:
            case Act.END:
                desk.finish(verdict.exit_code, verdict.text, verdict.advice)
            case Act.NEW_SESSION:
                self._connection.renew(verdict)
            case Act.IGNORE:
                self._settled_itself(intent)
            case Act.TOO_SHORT:
                desk.uplink.commit_refused()
                if desk.wish.turn_mode is TurnMode.PUSH_TO_TALK:
                    desk.notice("info", "That was too short.", "Hold the key while you speak.")
                    desk.drop_flag(Flag.ANSWER_WANTED)
            case Act.WAIT_FOR_DONE:
                self._answers.collided()
            case Act.TRY_AGAIN | Act.SLOW_DOWN if intent is not None and intent.purpose is Purpose.ASK:
                if not self._answers.try_later(verdict):
                    self._refused(intent, verdict)
            case _ if intent is not None and intent.purpose is Purpose.UPDATE:
                self._connection.update_refused(detail, verdict)
            case _:
                self._refused(intent, verdict)

    def _of_a_request(self, intent: Intent, detail: ErrorDetail, verdict: Verdict) -> bool:
        if verdict.act is Act.END:
            return False
        return self._curation.refused(intent, detail) or self._asides.refused(intent, verdict.text)

    def _named(self, detail: ErrorDetail) -> Intent | None:
        """An error without an id that names an item in its sentence: the newest event about that item."""
        if not str(detail.code or detail.type).endswith("_invalid_item_id"):
            return None
        names = _QUOTED.findall(detail.message)
        return next((found for name in names if (found := self._desk.intents.about(name))), None)

    def _guess(self, verdict: Verdict) -> Intent | None:
        """What an error without an id is about: the update that waits, or the answer that was asked for."""
        desk = self._desk
        if verdict.act not in (Act.SHOW, Act.TRY_AGAIN, Act.SLOW_DOWN):
            return None
        if self._connection.awaits_confirmation() and verdict.act is Act.SHOW:
            return Intent(Purpose.UPDATE)
        if desk.turns.response is ResponseState.REQUESTED and desk.answer is not None and desk.answer.asked:
            return Intent(Purpose.ASK)
        return None

    def _settled_itself(self, intent: Intent | None) -> None:
        """A race: what we wanted to stop or change is over or gone already."""
        desk = self._desk
        if intent is None:
            return
        if intent.purpose is Purpose.CANCEL and desk.turns.response is ResponseState.CANCELLING:
            self._answers.give_up()
        elif intent.purpose is Purpose.DELETE:
            desk.conversation.remove(intent.item_id)

    def _refused(self, intent: Intent | None, verdict: Verdict) -> None:
        desk = self._desk
        purpose = intent.purpose if intent is not None else None
        if purpose is Purpose.ASK:
            if desk.turns.response is ResponseState.REQUESTED:
                self._answers.give_up()
            desk.answer_waits = False
        elif purpose is Purpose.COMMIT:
            desk.uplink.commit_refused()
        elif purpose is Purpose.CREATE_ITEM and intent is not None:
            row = desk.conversation.find(intent.item_id)
            if row is not None and not row.closed:
                row.problem = verdict.text
        elif purpose in (Purpose.TRUNCATE, Purpose.DELETE, Purpose.CLEAR, Purpose.CANCEL):
            desk.notice("info", f"The server would not {purpose.value}: {verdict.text}")
            return
        elif purpose is Purpose.REBUILD:
            desk.notice(
                "warning", f"The new session does not take an item of the conversation: {verdict.text}"
            )
            return
        if desk.wish.once and purpose in (Purpose.ASK, Purpose.CREATE_ITEM, Purpose.CREATE_OUTPUT):
            desk.finish(verdict.exit_code or Refused.exit_code, verdict.text, verdict.advice)
        else:
            desk.notice("error", verdict.text, verdict.advice)
