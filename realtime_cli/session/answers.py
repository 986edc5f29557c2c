"""The life of an answer: asked for once at a time, begun, cancelled, done, failed and asked for again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from realtime_cli.errors import ResponseFailed
from realtime_cli.protocol import (
    Ability,
    ConversationItemDelete,
    Response,
    ResponseCancel,
    ResponseConfig,
    ResponseCreate,
)
from realtime_cli.session.commands import EndPlay
from realtime_cli.session.desk import Answer, Desk
from realtime_cli.session.intents import Purpose
from realtime_cli.session.joints import Flag
from realtime_cli.session.rows import Kind
from realtime_cli.session.schedule import Schedule
from realtime_cli.session.state import ResponseState
from realtime_cli.session.tokens import add_usage
from realtime_cli.session.turns import Happening
from realtime_cli.session.verdicts import Act, Verdict

ANSWER_TIMER: Final = "answer"
RETRY_TIMER: Final = "retry"

_BEGIN_S: Final = 60.0
_SILENT_S: Final = 120.0
_CANCEL_S: Final = 5.0
"""Patience until an answer asked for begins, with one that says nothing, and until a cancelled one is done."""

_OVER_KEPT: Final = 100
_LONGEST_LIMIT_S: Final = 60.0


class Answers:
    """Facts about responses, and the consequences that ask for one or stop one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._over: OrderedDict[str, None] = OrderedDict()  # ids of finished responses: late events of them
        self._faults = Schedule(desk.wish.tries, first_pause_s=1.0)
        self._limits = Schedule(desk.wish.tries, first_pause_s=2.0)
        self._collided = False
        self._followed: ResponseConfig | None = None  # wishes that hold for the answers to its calls, too

    # Consequences.

    def ask(self) -> None:
        """The gate is open: ask for one answer to everything said so far."""
        desk = self._desk
        chained = not desk.flagged(Flag.ANSWER_WANTED)
        desk.drop_flag(Flag.ANSWER_WANTED)
        desk.drop_flag(Flag.CHAIN_WANTED)
        desk.answer_waits = False
        config = self._terms(chained=chained)
        desk.answer = Answer(asked=True, chained=chained, config=config or None, heard_of_at_s=desk.at_s)
        desk.say(ResponseCreate(response=config), Purpose.ASK)
        desk.happen(Happening.ANSWER_ASKED)
        desk.start_timer(ANSWER_TIMER, _BEGIN_S)

    def want(self, config: ResponseConfig) -> None:
        """The user wants an answer with wishes of its own."""
        desk = self._desk
        desk.next_ask = config
        desk.answer_waits = False
        desk.turn_ended_at_s = desk.at_s
        desk.raise_flag(Flag.ANSWER_WANTED)

    def cancel(self) -> None:
        """Stop the answer that is being made."""
        desk = self._desk
        self.abandon()
        desk.drop_flag(Flag.CANCEL_DUE)
        if Ability.CANCEL in desk.abilities:
            known = desk.answer.server_id if desk.answer else ""
            desk.say(ResponseCancel(response_id=known or UNSET), Purpose.CANCEL)
            desk.start_timer(ANSWER_TIMER, _CANCEL_S)
        desk.happen(Happening.ANSWER_CANCELLED)

    def abandon(self) -> None:
        """Whatever comes of the present answer from now on is late."""
        desk = self._desk
        answer = desk.answer
        if answer is None or answer.abandoned or desk.turns.response is ResponseState.REQUESTED:
            return
        answer.abandoned = True
        for row in desk.conversation.of_response(answer.response_id):
            if row.kind is not Kind.MESSAGE or row.frozen or desk.heard.knows(row.item_id):
                continue  # what was voiced is judged by the speaker, see interruption
            if row.text and not row.voiced:
                row.stop()
            else:
                row.hidden = row.final = True
                if not row.chained:  # the only answer to a call stays in the server's memory
                    answer.doomed.append(row.item_id)

    # The life of a response.

    def expect(self, patience_s: float) -> None:
        """The server will answer by itself: the gate stays shut until it does, or does not."""
        desk = self._desk
        if desk.turns.response is ResponseState.NONE:
            desk.answer = Answer(heard_of_at_s=desk.at_s)
            desk.happen(Happening.ANSWER_ASKED)
            desk.start_timer(ANSWER_TIMER, patience_s)

    def answer_of(self, response_id: str) -> Answer | None:
        """The answer that an event belongs to, begun by it where it is the first; None where it is too late.

        Some servers never say `response.created`, some leave ids out.
        """
        desk, answer = self._desk, self._desk.answer
        state = desk.turns.response
        if response_id in self._over or (state is ResponseState.NONE and not response_id):
            return None
        if answer is None or state in (ResponseState.NONE, ResponseState.REQUESTED):
            return self._begin(response_id)
        if not answer.server_id:
            answer.server_id = response_id
        elif response_id and response_id != answer.server_id:
            return self._begin(response_id)  # the other one was given up by the server without a word
        answer.heard_of_at_s = desk.at_s
        return answer

    def follows(self, response_id: str) -> bool:
        """Whether the end of this response is the end of the answer that is being followed, or of a new one."""
        if response_id in self._over:
            return False
        current = self._desk.answer
        return current is None or not current.server_id or response_id in ("", current.server_id)

    def done(self, response: Response) -> Answer | None:
        """`response.done`: the answer is over, however it ended. None if it was over before."""
        answer = self.answer_of(response.id)
        if response.usage:
            self._desk.tokens = add_usage(self._desk.tokens, response.usage)
        if answer is None:
            return None
        self._finalize(answer)
        self._close(answer, response)
        return answer

    def progressed(self) -> None:
        """An answer was finished: the budgets of retries are full again."""
        self._faults.progressed()
        self._limits.progressed()

    def try_later(self, verdict: Verdict, answer: Answer | None = None) -> bool:
        """Ask again after a pause; False when there were enough tries."""
        desk = self._desk
        slow = verdict.act is Act.SLOW_DOWN
        pause_s = (self._limits if slow else self._faults).next_pause_s()
        if pause_s is None:
            return False
        if slow:
            pause_s = max(pause_s, min(desk.limit_reset_s, _LONGEST_LIMIT_S))
        answer = answer or desk.answer
        desk.next_ask = answer.config if answer else None
        self.give_up()
        desk.notice("warning", f"{verdict.text}. Asking again in {pause_s:.0f} s.")
        desk.raise_flag(Flag.HOLDING)
        desk.raise_flag(Flag.ANSWER_WANTED)
        desk.start_timer(RETRY_TIMER, pause_s)
        return True

    def collided(self) -> None:
        """The server is making an answer already: ask once more when that is done."""
        desk = self._desk
        if not self._collided:
            self._collided = True
            desk.raise_flag(Flag.ANSWER_WANTED)
            desk.next_ask = desk.answer.config if desk.answer else None
        if desk.turns.response is ResponseState.REQUESTED and desk.answer is not None:
            desk.answer.asked = False

    def give_up(self) -> None:
        """No answer is being made any more, as far as we know."""
        desk = self._desk
        if desk.answer is not None and desk.turns.response is ResponseState.CANCELLING:
            self._over_with(desk.answer.response_id)  # late words of it must not begin it again
        desk.stop_timer(ANSWER_TIMER)
        desk.drop_flag(Flag.CANCEL_DUE)
        desk.happen(Happening.ANSWER_OVER)
        desk.answer = None
        desk.raise_flag(Flag.TURN_OPEN)

    # Timers.

    def waited(self) -> None:
        """The patience with the present answer may be over."""
        desk, answer, state = self._desk, self._desk.answer, self._desk.turns.response
        if answer is None or state is ResponseState.NONE:
            return
        if state is ResponseState.ACTIVE:
            rest_s = answer.heard_of_at_s + _SILENT_S - desk.at_s
            if rest_s > 0.01:
                desk.start_timer(ANSWER_TIMER, rest_s)
                return
            desk.notice("warning", "The answer stopped coming.", "Ask again.")
            self._finalize(answer)
        elif state is ResponseState.REQUESTED and answer.asked:
            message = f"The server did not begin an answer within {_BEGIN_S:.0f} s."
            if desk.wish.once:
                desk.finish(ResponseFailed.exit_code, message, "Try again.")
                return
            desk.notice("warning", message, "Ask again.")
        self.give_up()

    def forget_over(self) -> None:
        """A new session: small servers count their responses from 1 again."""
        self._over.clear()

    def hold_over(self) -> None:
        """The pause after a failure is over."""
        self._desk.drop_flag(Flag.HOLDING)

    # Inside.

    def _terms(self, *, chained: bool) -> ResponseConfig | UnsetType:
        """What is different in this answer: an answer to calls must be free to be words."""
        desk = self._desk
        if not chained:
            config, desk.next_ask = desk.next_ask, None
            in_conversation = config is not None and config.conversation != "none"
            self._followed = config if in_conversation else None
            return config or UNSET
        config = replace(self._followed or ResponseConfig(), input=UNSET, tool_choice=UNSET)
        if desk.calls.chain >= desk.wish.chain_limit:
            return replace(config, tool_choice="none")
        if desk.calls.chain and desk.effective.tool_choice not in (UNSET, "auto", "none"):
            return replace(config, tool_choice="auto")
        return config if config != ResponseConfig() else UNSET

    def _begin(self, response_id: str) -> Answer:
        desk = self._desk
        asked = desk.answer is not None and desk.answer.asked and not desk.answer.response_id
        chained = asked and desk.answer is not None and desk.answer.chained
        config = desk.answer.config if asked and desk.answer is not None else None
        # Where the server gives no id the answer still needs a name of its own, or its words would be nobody's.
        name = response_id or desk.new_id("resp")
        desk.answer = Answer(name, asked, chained, config, response_id, heard_of_at_s=desk.at_s)
        desk.happen(Happening.ANSWER_BEGAN)
        desk.drop_flag(Flag.CHAIN_WANTED)  # the outputs were sent before: this answer knows them
        desk.raise_flag(Flag.TURN_OPEN)
        desk.answer_waits = False
        desk.last_response_id = name
        desk.start_timer(ANSWER_TIMER, _SILENT_S)
        return desk.answer

    def _finalize(self, answer: Answer) -> None:
        """Nothing of this answer grows any more."""
        desk = self._desk
        for tag in desk.heard.incomplete_tags():
            desk.heard.complete(tag)
            if not answer.abandoned:
                desk.do(EndPlay(*tag))
        for row in desk.conversation.of_response(answer.response_id):
            if row.kind is Kind.MESSAGE:
                row.final = True

    def _close(self, answer: Answer, response: Response) -> None:
        desk = self._desk
        cancelled = response.status == "cancelled"
        for row in desk.conversation.of_response(answer.response_id):
            if cancelled and row.kind is Kind.MESSAGE and not row.voiced and not row.frozen:
                row.stop()
        if Ability.ITEM_DELETE in desk.abilities:
            for item_id in answer.doomed:
                desk.say(ConversationItemDelete(item_id=item_id), Purpose.DELETE, item_id)
        desk.calls.close_response(answer.response_id)
        self._over_with(answer.response_id)
        self._collided = self._collided and desk.flagged(Flag.ANSWER_WANTED)
        self.give_up()

    def _over_with(self, response_id: str) -> None:
        if response_id:
            self._over[response_id] = None
            if len(self._over) > _OVER_KEPT:
                self._over.popitem(last=False)
