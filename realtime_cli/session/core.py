"""The client's mind: facts in, commands and a picture out. It owns no socket, thread, clock or file.

Rules:

1. `handle` is the only verb, `begin` its first word. Calling them is the only way the mind changes.
2. They return commands in the order they must happen, and perform none.
3. They are deterministic: no clock, no randomness; ids come from a counter. Every fact comes with its time.
4. A misbehaving server makes a `Notice` in the state and, if needed, a command. It never makes an exception.
   Exceptions mean a bug of ours.
5. Audio is counted in frames. Seconds are for timers, milliseconds only for the wire and the screen.

This file only dispatches. What follows from what stands in `turns`; who does it, in the stories beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from realtime_cli import protocol as p
from realtime_cli.errors import LocalProtocolError
from realtime_cli.session import answers, asides, connection, ending, facts, interruption, listening
from realtime_cli.session.answers import Answers
from realtime_cli.session.approvals import Approvals
from realtime_cli.session.asides import Asides
from realtime_cli.session.calm import CALM_TIMER, Calm
from realtime_cli.session.commands import Command
from realtime_cli.session.connection import Connection
from realtime_cli.session.contents import Contents
from realtime_cli.session.context import Context
from realtime_cli.session.curation import Curation
from realtime_cli.session.desk import Desk
from realtime_cli.session.ear import Ear, Stories
from realtime_cli.session.ending import Ending
from realtime_cli.session.endurance import Endurance
from realtime_cli.session.facts import Fact, KeyFact, LineFact
from realtime_cli.session.functions import Functions
from realtime_cli.session.hosted import Hosted
from realtime_cli.session.interruption import Interruption
from realtime_cli.session.joints import Consequence, Flag
from realtime_cli.session.keys import Keys
from realtime_cli.session.limits import Limits
from realtime_cli.session.listening import Listening
from realtime_cli.session.outcomes import Outcomes
from realtime_cli.session.picture import glance, picture
from realtime_cli.session.playback import Playback
from realtime_cli.session.playback_facts import LocalSpeechEnded, LocalSpeechStarted, VolumeTurned
from realtime_cli.session.prompts import Prompts
from realtime_cli.session.request_facts import RequestFact
from realtime_cli.session.requests import Requests
from realtime_cli.session.speaker import QUIET_TIMER, Speaker
from realtime_cli.session.state import ConnectionState, Glance, SessionState
from realtime_cli.session.talk_key import POST_ROLL_TIMER, TalkKey
from realtime_cli.session.trouble import Trouble
from realtime_cli.session.wish import Wish

_MOST_ROUNDS: Final = 64
"""A fact sets off a handful of consequences; more means that one of them does not make its own row unfit."""

_USER_SPEAKS: Final = (facts.TalkKeyPressed, facts.TalkKeyTapped, facts.InterruptPressed, facts.PromptTyped)
_ONLINE: Final = (ConnectionState.CONFIGURING, ConnectionState.READY)


class SessionCore:
    """One session, over as many lines as it takes.

    Args:
        wish: What the user asked for.
        abilities: What the server can do; what is missing is done without.
    """

    def __init__(self, wish: Wish, abilities: frozenset[p.Ability] = p.ALL) -> None:
        approvals = Approvals(wish.tools, wish.can_ask)
        desk = Desk(wish, abilities, effective=wish.config, approvals=approvals)
        self._desk = desk
        self._answers = Answers(desk)
        self._connection = Connection(desk)
        self._contents = Contents(desk, self._answers)
        self._interruption = Interruption(desk, self._answers)
        self._listening = Listening(desk, self._answers)
        self._talk_key = TalkKey(desk)
        self._prompts = Prompts(desk)
        self._functions = Functions(desk)
        self._speaker = Speaker(desk)
        self._playback = Playback(desk)
        self._calm = Calm(desk)
        self._endurance = Endurance(desk, self._connection)
        self._ending = Ending(desk, self._talk_key, self._functions)
        self._asides, self._hosted, curation = Asides(desk), Hosted(desk), Curation(desk)
        self._keys = Keys(
            self._talk_key,
            self._listening,
            self._ending,
            self._prompts,
            self._functions,
            self._hosted,
        )
        self._requests = Requests(
            desk, self._connection, self._answers, curation, self._asides, self._talk_key
        )
        self._ear = Ear(self._stories(curation))
        self._consequences = self._by_consequence()
        self._timers = self._by_timer()

    def _stories(self, curation: Curation) -> Stories:
        desk = self._desk
        return Stories(
            self._connection,
            self._answers,
            self._contents,
            self._listening,
            self._functions,
            self._ending,
            Trouble(desk, self._connection, self._answers, curation, self._asides),
            curation,
            self._asides,
            self._hosted,
            Context(desk),
            Limits(desk),
            Outcomes(desk, self._answers),
        )

    def _by_consequence(self) -> dict[Consequence, Callable[[], None]]:
        return {
            Consequence.FLUSH: self._interruption.flush,
            Consequence.CANCEL: self._answers.cancel,
            Consequence.CANCEL_LATER: self._interruption.cancel_later,
            Consequence.ABANDON: self._interruption.abandon,
            Consequence.INTERRUPTION_SERVED: self._interruption.served,
            Consequence.REBUILD: self._endurance.memory.rebuild,
            Consequence.MOVE: self._endurance.rollover.move,
            Consequence.CATCH_UP: self._listening.catch_up,
            Consequence.SEND_PROMPTS: self._prompts.send_prompts,
            Consequence.SEND_OUTPUTS: self._functions.send_outputs,
            Consequence.ASK: self._answers.ask,
            Consequence.CLOSE_TURN: self._close_turn,
            Consequence.LEAVE: self._ending.leave,
        }

    def _by_timer(self) -> dict[str, Callable[[], None]]:
        return {
            connection.HELLO_TIMER: self._connection.not_greeted,
            connection.CONFIGURED_TIMER: self._connection.not_configured,
            connection.RECONNECT_TIMER: self._connection.reconnect,
            answers.ANSWER_TIMER: self._answers.waited,
            answers.RETRY_TIMER: self._answers.hold_over,
            interruption.FLUSH_TIMER: lambda: self._interruption.flushed(()),
            listening.TRANSCRIPT_TIMER: self._listening.transcripts_waited,
            listening.AGAIN_TIMER: self._listening.heard_again,
            ending.INPUT_TIMER: self._ending.input_waited,
            ending.STUCK_TIMER: self._ending.stuck,
            QUIET_TIMER: self._speaker.waited,
            CALM_TIMER: self._calm.waited,
            **self._playback.timers,
            POST_ROLL_TIMER: self._talk_key.post_rolled,
            asides.ASIDE_TIMER: self._asides.waited,
            **self._endurance.timers,
        }

    @property
    def state(self) -> SessionState:
        """The picture as it is now, made when asked for."""
        return picture(self._desk)

    def glance(self, since: int) -> Glance:
        """The end of the conversation only, from a place on; quick however long it is."""
        return glance(self._desk, since)

    def begin(self, at_s: float) -> list[Command]:
        """The first call: greet, take the first prompt, connect."""
        desk = self._desk
        desk.at_s = at_s
        self._endurance.begin()
        for line in desk.wish.greeting:
            desk.notice("info", line)
        for fact in desk.wish.opening:
            self._requests.take(fact)
        self._prompts.typed(desk.wish.first_prompt)
        desk.streamed, desk.next_ask = list(desk.wish.streamed), desk.wish.ask
        if desk.next_ask is not None and not (desk.prompts or desk.streamed):
            desk.raise_flag(Flag.ANSWER_WANTED)  # it brings its own context
        self._connection.begin()
        return self._conclude()

    def handle(self, fact: Fact, at_s: float) -> list[Command]:
        """What follows from a fact (nothing after the end). `at_s`: loop seconds, which never go back."""
        if self._desk.finished:
            return []
        self._desk.at_s = at_s
        if isinstance(fact, facts.MicHeard):
            return self._hear(fact)
        self._take(fact)
        self._endurance.look(fact)
        return self._conclude()

    def _hear(self, fact: facts.MicHeard) -> list[Command]:
        """A block of sound moves no machine and raises no flag, so that nothing follows from it (and it comes fifty
        times a second).
        """
        self._listening.heard(fact.pcm, fact.level_dbfs)
        self._endurance.heard()
        return self._desk.hand_out()

    # Facts.

    def _take(self, fact: Fact) -> None:
        match fact:
            case facts.MicHeard():
                pass  # see `handle`
            case facts.Played():
                self._speaker.played(fact.pieces, fact.level_dbfs, fact.delay_s)
            case facts.ServerSaid():
                if self._desk.turns.connection in _ONLINE:  # else it is late word of a line we have left
                    self._ear.hear(fact.event)
            case facts.PlayoutEmpty():
                self._speaker.emptied()
            case facts.Flushed(pieces=pieces):
                self._interruption.flushed(pieces)
            case LocalSpeechStarted() | LocalSpeechEnded() | VolumeTurned():
                self._playback.take(fact)
            case facts.DeviceChanged():
                self._speaker.device_changed(fact)
            case facts.ToolReturned():
                self._functions.returned(fact)
            case facts.ToolFailed(call_id=call_id, reason=reason):
                self._functions.failed(call_id, reason)
            case facts.ToolProgressed(call_id=call_id, text=text):
                self._functions.progressed(call_id, text)
            case facts.ToolAnnounced(text=text):
                self._prompts.announced(text)
            case facts.TimerFired(name=name):
                if (fired := self._timers.get(name)) is not None:
                    fired()
            case facts.NewsArrived(severity=severity, text=text, advice=advice):
                self._desk.notice(severity, text, advice)
            case facts.PricesKnown():
                pass  # for `endurance`
            case _:
                self._take_line_or_key(fact)

    def _take_line_or_key(self, fact: LineFact | KeyFact | RequestFact) -> None:
        if isinstance(fact, _USER_SPEAKS):
            self._functions.user_spoke()
        match fact:
            case facts.Connected():
                self._asides.lost()
                self._hosted.lost()
                self._answers.forget_over()
                self._connection.opened()
            case facts.ConnectFailed():
                self._connection.failed(fact)
            case facts.ConnectionLost(code=code, reason=reason):
                self._connection.lost(code, reason)
            case facts.Awoke():
                pass  # for `endurance`
            case facts.ServerGarbled(problem=problem):
                self._connection.garbled(problem)
            case facts.UplinkDropped(dropped_ms=dropped_ms):
                self._desk.line_dropped_ms += dropped_ms
                self._desk.input_clock.lost(dropped_ms)
            case (
                facts.ApprovalGiven()
                | facts.TalkKeyPressed()
                | facts.TalkKeyReleased()
                | facts.TalkKeyTapped()
                | facts.MuteToggled()
                | facts.InterruptPressed()
                | facts.BreakPressed()
                | facts.AnswerPressed()
                | facts.PromptTyped()
                | facts.QuitPressed()
                | facts.InputEnded()
            ):
                self._keys.take(fact)
            case _:
                self._requests.take(fact)

    # Consequences.

    def _conclude(self) -> list[Command]:
        """Apply the joint rows to a fixed point; hand out what was written down."""
        desk = self._desk
        for _ in range(_MOST_ROUNDS):
            row = None if desk.finished else desk.turns.next_joint(desk.derived())
            if row is None:
                break
            self._consequences[row.then]()
        else:
            raise LocalProtocolError("the joint rows of a session do not come to rest")
        desk.conversation.settle(desk.heard)
        if not desk.finished:
            self._calm.look()
        return desk.hand_out()

    def _close_turn(self) -> None:
        """Nothing of the turn is being made or played: what is complete in it will not change any more."""
        self._desk.drop_flag(Flag.TURN_OPEN)
        self._desk.calls.give_up_unwritten()
        self._desk.conversation.close_turn()
