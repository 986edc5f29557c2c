"""What lets a conversation outlive lines, sessions and sleep, and end at the limits of the user."""

from __future__ import annotations

from collections.abc import Callable

from realtime_cli.protocol import ConversationItemInputAudioTranscriptionCompleted
from realtime_cli.session import budget, rollover
from realtime_cli.session.budget import Budget
from realtime_cli.session.connection import Connection
from realtime_cli.session.desk import Desk
from realtime_cli.session.facts import Awoke, Fact, Played, PricesKnown, ServerSaid
from realtime_cli.session.memory import Memory
from realtime_cli.session.rollover import Rollover


class Endurance:
    """Memory, limits and moving house, looked after together.

    Attributes:
        memory: Tells a new session the conversation.
        rollover: Moves to a new session in time.
        timers: What each of its timers does.
    """

    def __init__(self, desk: Desk, connection: Connection) -> None:
        self._desk = desk
        self._connection = connection
        self._budget = Budget(desk)
        self.memory = Memory(desk)
        self.rollover = Rollover(desk, connection)
        self.timers: dict[str, Callable[[], None]] = {
            budget.MINUTES_WARNING_TIMER: self._budget.minutes_nearly_over,
            budget.MINUTES_TIMER: self._budget.minutes_over,
            budget.IDLE_TIMER: self._budget.idled,
            budget.BUDGET_TIMER: self._budget.cut,
            rollover.ROLLOVER_TIMER: self.rollover.due,
            rollover.ROLLOVER_WARNING_TIMER: self.rollover.warn,
        }

    def begin(self) -> None:
        """Take up the earlier conversation; start the clocks."""
        self._desk.epoch_offset_s = self._desk.wish.epoch_offset_s
        self.memory.recall()
        self._budget.begin()

    def look(self, fact: Fact) -> None:
        """A fact was taken in by whom it concerns; what does it mean here?"""
        if isinstance(fact, ServerSaid):
            if isinstance(fact.event, ConversationItemInputAudioTranscriptionCompleted):
                self._budget.transcribed(fact.event.usage)
        elif isinstance(fact, Awoke):
            self._awoke(fact.slept_s)
        elif isinstance(fact, PricesKnown):
            self._budget.priced(fact.rates)
        self._budget.look()
        if not isinstance(fact, Played):
            self.rollover.look()

    def heard(self) -> None:
        """A block of sound; only who waits for signs of life wants to know."""
        if self._desk.wish.idle_timeout_s is not None:
            self._budget.look()

    def _awoke(self, slept_s: float) -> None:
        """The loop's clock stood still meanwhile, and the other end has long given the line up."""
        if self._desk.epoch_offset_s is not None:
            self._desk.epoch_offset_s += slept_s
        self._connection.awoke(slept_s)
