"""A whole client beside a real local server, with a failing proxy between them and a real history behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from realtime_cli import clock
from realtime_cli import protocol as p
from realtime_cli.history import catalog
from realtime_cli.history.pen import DiaryPlan
from realtime_cli.history.records import ItemRecord, Opening
from realtime_cli.history.store import Store
from realtime_cli.runtime.run import Outcome, Plan, Post, run
from realtime_cli.runtime.witnesses import diary
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.server.listener import serve
from realtime_cli.session.facts import PromptTyped, QuitPressed
from realtime_cli.session.state import Call, ConnectionState, Notice, SessionState, Spoken, TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.tools.toolbox import Toolbox
from realtime_cli.transport.websocket import WebSocketOpener
from tests.support.fault_proxy import FaultProxy, faulty

TEXT = p.SessionConfig(output_modalities=("text",))


class _Eyes:
    """A view that can be waited on."""

    def __init__(self) -> None:
        self.state: SessionState | None = None
        self.seen = asyncio.Event()

    def start(self) -> None:
        """Nothing to take."""

    def update(self, state: SessionState, now_s: float) -> None:
        self.state = state
        self.seen.set()

    def stop(self) -> None:
        """Nothing to give back."""


class _NoKeys:
    def start(self) -> None:
        """Facts come from the test."""

    def stop(self) -> None:
        """Nothing to give back."""


@dataclass
class Visit:
    """One conversation under test."""

    proxy: FaultProxy
    folder: Path
    eyes: _Eyes = field(default_factory=_Eyes)
    post: Post = lambda _fact: None
    task: asyncio.Task[Outcome] | None = None

    @property
    def state(self) -> SessionState:
        assert self.eyes.state is not None
        return self.eyes.state

    async def until(self, holds: Callable[[SessionState], bool], within_s: float = 20.0) -> None:
        """Wait until the picture is so."""
        try:
            async with asyncio.timeout(within_s):
                while self.eyes.state is None or not holds(self.eyes.state):
                    self.eyes.seen.clear()
                    assert self.task is not None
                    if self.task.done() and not (self.eyes.state and holds(self.eyes.state)):
                        raise AssertionError(f"the session is over: {self.task.result()}")
                    await self.eyes.seen.wait()
        except TimeoutError:
            raise AssertionError(f"never so; seen: {self.lines()} {self.notices()}") from None

    async def ready(self, lines: int = 1) -> None:
        """A session is there, on this many connections."""
        await self.until(
            lambda state: state.connection is ConnectionState.READY and len(self.proxy.lines) >= lines
        )

    async def ask(self, text: str) -> None:
        """Say something and wait for the whole answer."""
        answers = self.answers()
        self.post(PromptTyped(text))
        await self.until(lambda _: self.answers() > answers)

    def answers(self) -> int:
        return sum(entry.role == "assistant" and entry.final for entry in self.spoken())

    def spoken(self) -> list[Spoken]:
        entries = self.eyes.state.entries if self.eyes.state else ()
        return [entry for entry in entries if isinstance(entry, Spoken)]

    def lines(self) -> list[str]:
        return [entry.text for entry in self.spoken()]

    def calls(self) -> list[Call]:
        return [entry for entry in self.state.entries if isinstance(entry, Call)]

    def notices(self) -> list[str]:
        return [entry.text for entry in self.state.entries if isinstance(entry, Notice)]

    async def end(self) -> Outcome:
        assert self.task is not None
        self.post(QuitPressed())
        async with asyncio.timeout(20):
            return await self.task

    def kept(self) -> list[ItemRecord]:
        """What the history holds now, notices left out."""
        store = Store.open(self.folder / "history.db")
        try:
            assert store.check() == []
            (row,) = catalog.conversations(store)
            found = catalog.items(store, row.conversation_id)
            return [item for item in found if item.kind != "notice"]
        finally:
            store.close()

    def everything_is_there_once(self, *texts: str) -> None:
        """What the user said is on the screen and in the history exactly once, and both are the same."""
        kept = [item for item in self.kept() if item.kind == "message"]
        assert [entry.text for entry in self.spoken() if entry.role == "user"] == list(texts)
        assert [item.text for item in kept if item.role == "user"] == list(texts)
        assert [item.text for item in kept] == self.lines()


@asynccontextmanager
async def visit(
    folder: Path, wish: Wish | None = None, toolbox: Toolbox | None = None
) -> AsyncIterator[Visit]:
    """Begin a conversation; it is ended in order when the block is left."""
    engines = assemble(EngineChoice(ears="none", mouth="tone", brain="echo", vad="energy"))
    if toolbox is not None:
        engines = assemble(EngineChoice(ears="none", mouth="tone", brain="rules", vad="energy"))
    server = await serve(engines)
    try:
        async with faulty(server.url) as proxy:
            there = Visit(proxy, folder)
            loop = asyncio.get_running_loop()

            def keys(post: Post, _changed: Callable[[], None]) -> _NoKeys:
                there.post = post
                return _NoKeys()

            book = DiaryPlan(folder / "history.db", Opening("talk", "local", "echo"))
            plan = Plan(
                wish=wish or Wish(config=TEXT, turn_mode=TurnMode.TYPED),
                abilities=p.ALL,
                opener=WebSocketOpener(proxy.url),
                view=there.eyes,
                keyboard=keys,
                toolbox=toolbox,
                witnesses=(diary(book, clock.epoch() - loop.time()),),
            )
            there.task = asyncio.create_task(run(plan))
            try:
                yield there
            finally:
                if not there.task.done():
                    await there.end()
    finally:
        await server.close()
