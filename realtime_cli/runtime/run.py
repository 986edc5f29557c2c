"""One session, from the first acquisition to the last release.

Acquired in this order and released in the reverse one: witnesses (journal, diary, recorder), signals, view,
keyboard, sound, and inside one task group the line, the calls and the timers. Whatever happens, an exception of
our own included, the terminal is given back.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from types import TracebackType
from typing import Protocol

from msgspec import Struct

from realtime_cli.errors import only_error
from realtime_cli.protocol import BETA, GA, Ability
from realtime_cli.runtime.inbox import Inbox
from realtime_cli.runtime.interpreter import Hands, Interpreter, Means, Sound
from realtime_cli.runtime.news import News
from realtime_cli.runtime.pictures import Pictures
from realtime_cli.runtime.signals import Signals
from realtime_cli.runtime.sleep_watch import watch_sleep
from realtime_cli.runtime.speech import Manner
from realtime_cli.runtime.wiretap import Tap
from realtime_cli.runtime.witness import MakeWitness, Witness
from realtime_cli.session.core import SessionCore
from realtime_cli.session.facts import (
    BreakPressed,
    Fact,
    InputEnded,
    MicHeard,
    NewsArrived,
    Played,
    QuitPressed,
)
from realtime_cli.session.state import SessionState
from realtime_cli.session.wish import Wish
from realtime_cli.terminal.contract import EveryChange, OutputClosed, View
from realtime_cli.transport.transport import Opener

Post = Callable[[Fact], None]

# Fifty times a second, and none of them changes what a program wants to read.
_SOUND = (MicHeard, Played)


class Keys(Protocol):
    """The keyboard as it is used here."""

    def start(self) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


class Plan(Struct, frozen=True):
    """Everything a session is made of; None where it has no such thing.

    Attributes:
        wish: What the user wants.
        abilities: What the other end can do.
        opener: Opens one line.
        view: Shows the session.
        dialect: "ga" or "beta"; None: judged from the server's first message.
        keyboard: Makes the keyboard from (post a fact, the picture changed).
        sound: Makes microphone and speaker from (post a fact).
        toolbox: Runs the functions the model calls.
        tap: Sees every text on the wire, redacted.
        manner: How the server wants to be spoken to, beyond the dialect.
        witnesses: Make those who write down what happens; opened before all else, closed after it.
        handles_signals: Ctrl+C, SIGTERM and SIGHUP end the session in order; False: they are the program's around it.
        when_open: Called once, in a thread, when the devices are open or have failed: work that can wait until then.
    """

    wish: Wish
    abilities: frozenset[Ability]
    opener: Opener
    view: View
    dialect: str | None = None
    keyboard: Callable[[Post, Callable[[], None]], Keys] | None = None
    sound: Callable[[Post], Sound] | None = None
    toolbox: Hands | None = None
    tap: Tap | None = None
    manner: Manner | None = None
    witnesses: tuple[MakeWitness, ...] = ()
    when_open: Callable[[], None] | None = None
    handles_signals: bool = True


class Outcome(Struct, frozen=True):
    """How it ended.

    Attributes:
        exit_code: For the shell, as the mind sees it; `signal` may overrule it.
        message: The error in one line, "" when there is none.
        advice: The next step, "" when there is none.
        state: The last picture.
        signal: The signal that ended the session (number), None when none did.
        late_news: What came when the screen was gone, such as a history that turned out to be damaged.
    """

    exit_code: int
    message: str
    advice: str
    state: SessionState
    signal: int | None = None
    late_news: tuple[NewsArrived, ...] = ()


async def run(plan: Plan) -> Outcome:
    """Hold one session until the mind, the user or a signal ends it.

    Raises:
        BaseException: A bug of ours, as it was raised, after everything has been given back.
    """
    return await _Session(plan).run()


class _Session:
    """The loop around the mind: facts in, commands performed, pictures shown."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox()
        self._begun_s = self._loop.time()  # before any fact can be posted: the mind's time never goes back
        self._core = SessionCore(plan.wish, plan.abilities)
        self._pictures = Pictures(plan.view, lambda: self._core.state)
        self._exact = isinstance(plan.view, EveryChange)
        self._signal: int | None = None
        self._witnesses: list[Witness] = []

    async def run(self) -> Outcome:
        try:
            async with AsyncExitStack() as house:
                house.enter_context(_short_switch_interval())
                house.callback(self._inbox.close)
                self._call_witnesses(house)
                if self._plan.handles_signals:
                    house.enter_context(Signals(self._signalled))
                self._open_terminal(house)
                sound = self._plan.sound(self._inbox.post) if self._plan.sound is not None else None
                if sound is not None:
                    house.push_async_callback(sound.stop)
                    sound.come_in_by(self._inbox.run)
                interpreter = await self._hold(sound)
                self._dismiss_witnesses(interpreter)
        except BaseExceptionGroup as group:
            raise only_error(group) from None
        if self._pictures.output_closed:
            return Outcome(OutputClosed.exit_code, "", "", self._core.state, self._signal)
        end = interpreter.finished
        assert end is not None, "the facts ended before the session did"
        news = self._inbox.unread_news()
        return Outcome(end.exit_code, end.message, end.advice, self._core.state, self._signal, news)

    def _call_witnesses(self, house: AsyncExitStack) -> None:
        for make in self._plan.witnesses:
            witness = make(self._inbox.post)
            house.callback(witness.close)
            self._witnesses.append(witness)
            self._pictures.come_after(witness)

    def _dismiss_witnesses(self, interpreter: Interpreter) -> None:
        end = interpreter.finished
        code, message = (end.exit_code, end.message) if end is not None else (OutputClosed.exit_code, "")
        for witness in self._witnesses:
            witness.finish(self._core, self._loop.time(), code, message)

    def _open_terminal(self, house: AsyncExitStack) -> None:
        """Screen, then keys. What is not shown yet is shown before the screen is given back."""
        house.callback(self._plan.view.stop)
        self._plan.view.start()
        house.push(self._show_last)
        if self._plan.keyboard is not None:
            keys = self._plan.keyboard(self._inbox.post, self._pictures.changed.set)
            house.callback(keys.stop)
            keys.start()

    async def _hold(self, sound: Sound | None) -> Interpreter:
        """Everything that needs tasks. The devices open while the line does."""
        dialect = {"ga": GA, "beta": BETA, None: None}[self._plan.dialect]
        plan = self._plan
        means = Means(plan.opener, dialect, plan.tap, sound, plan.toolbox, plan.manner)
        async with asyncio.TaskGroup() as crew:
            interpreter = Interpreter(self._inbox, crew, means)
            opening = crew.create_task(self._open(sound), name="open devices")
            showing = crew.create_task(self._show(), name="view")
            sleeping = crew.create_task(watch_sleep(self._inbox.post), name="sleep watch")
            try:
                await self._think(interpreter)
            finally:
                showing.cancel()
                sleeping.cancel()
                opening.cancel()
                await interpreter.leave()
        return interpreter

    async def _open(self, sound: Sound | None) -> None:
        if sound is not None:
            await sound.start()
        if self._plan.when_open is not None:
            await asyncio.to_thread(self._plan.when_open)

    async def _think(self, interpreter: Interpreter) -> None:
        """The one place where the mind is driven."""
        news = News()
        commands = self._core.begin(self._begun_s)
        if self._plan.keyboard is None and self._plan.sound is None and not self._plan.wish.once:
            self._inbox.post(InputEnded())  # nobody can say anything more: answer what was piped in, then end
        for witness in self._witnesses:
            witness.begun(self._begun_s, commands)
        for command in commands:
            interpreter.perform(command)

        def take(fact: Fact, at_s: float) -> bool:
            commands = self._core.handle(fact, at_s)
            for witness in self._witnesses:
                witness.note(fact, at_s, commands, self._core)
            for command in commands:
                interpreter.perform(command)
            if news.is_in(fact):
                self._pictures.changed.set()
            if self._exact and not isinstance(fact, _SOUND):
                self._show_now()
            return interpreter.finished is not None

        await self._inbox.read(take)

    # --- the picture -----------------------------------------------------------------------------------------

    async def _show(self) -> None:
        await self._pictures.show()
        self._inbox.close()  # nobody reads our output: the session has no purpose any more

    def _show_now(self) -> None:
        self._pictures.update()
        if self._pictures.output_closed:
            self._inbox.close()

    def _show_last(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The picture at the end; after a bug there is none, because the picture may be the bug."""
        if not self._pictures.output_closed and (kind is None or issubclass(kind, asyncio.CancelledError)):
            self._pictures.update()

    # --- signals ---------------------------------------------------------------------------------------------

    def _signalled(self, number: signal.Signals) -> None:
        if number is signal.SIGINT and not self._plan.wish.once:
            self._inbox.post(BreakPressed())
            return
        self._signal = number.value
        self._inbox.post(QuitPressed())


@contextmanager
def _short_switch_interval() -> Iterator[None]:
    """Audio callbacks wait for the interpreter lock: with 1 ms instead of 5 they are 1.8 ms late beside Rich
    at 10 Hz, not 5.6 (99th percentile), and 4.1 beside a busy function, not 14.9.
    """
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(0.001)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)
