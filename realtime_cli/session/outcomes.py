"""What the end of an answer means: progress, a retry, a word to the user, or the end of the session."""

from __future__ import annotations

from typing import Final

from realtime_cli.errors import ResponseFailed
from realtime_cli.protocol import Response
from realtime_cli.session.answers import Answers
from realtime_cli.session.desk import Answer, Desk
from realtime_cli.session.verdicts import Act, Verdict, judge

_INCOMPLETE: Final = {
    "max_output_tokens": "Raise --max-tokens, or ask for less.",
    "content_filter": "The provider stopped it; say it in other words.",
}
"""Reasons of an incomplete answer -> what to do."""


class Outcomes:
    """The status of a response that is done."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self._desk = desk
        self._answers = answers

    def settle(self, answer: Answer, response: Response) -> None:
        """One answer is over."""
        status = response.status if isinstance(response.status, str) else "completed"
        self._desk.last_status = status
        self._desk.last_metadata = tuple((response.metadata or {}).items())
        details = response.status_details or None
        if status == "failed":
            error = details.error or None if details else None
            self._failed(answer, judge(error) if error else Verdict(Act.SHOW, "the answer failed"))
            return
        self._answers.progressed()
        if status == "incomplete":
            self._incomplete(details.reason if details and isinstance(details.reason, str) else "")

    def _failed(self, answer: Answer, verdict: Verdict) -> None:
        desk = self._desk
        if verdict.act is Act.END:
            desk.finish(verdict.exit_code, verdict.text, verdict.advice)
        elif (
            verdict.act in (Act.TRY_AGAIN, Act.SLOW_DOWN)
            and not answer.spoke
            and self._answers.try_later(verdict, answer)
        ):
            return
        elif desk.wish.once:
            slow = verdict.act is Act.SLOW_DOWN
            desk.finish(verdict.exit_code if slow else ResponseFailed.exit_code, verdict.text, verdict.advice)
        else:
            desk.notice("error", f"The answer failed: {verdict.text}", verdict.advice or "Ask again.")

    def _incomplete(self, reason: str) -> None:
        desk = self._desk
        text = f"The answer is incomplete: {reason or 'no reason given'}."
        advice = _INCOMPLETE.get(reason, "Ask it to go on.")
        if desk.wish.once:
            desk.finish(ResponseFailed.exit_code, text, advice)
        else:
            desk.notice("warning", text, advice)
