"""A whole client beside a real local server, with a failing proxy between them and a real history behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from realtime_cli import clock
from realtime_cli import protocol as p
from realtime_cli.cli.remembering import pasts
from realtime_cli.history import catalog
from realtime_cli.history.pen import DiaryPlan
from realtime_cli.history.records import ItemRecord, Opening
from realtime_cli.history.store import Store
from realtime_cli.runtime.run import Outcome, Plan, Post, run
from realtime_cli.runtime.witnesses import diary
from realtime_cli.server.engines.catalog import BrainKind, EngineChoice, assemble
from realtime_cli.server.listener import RunningServer, serve
from realtime_cli.session.facts import PromptTyped, QuitPressed
from realtime_cli.session.state import Call, ConnectionState, Notice, SessionState, Spoken, TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.tools.toolbox import Toolbox
from realtime_cli.transport.websocket import WebSocketOpener
from tests.support.fault_proxy import FaultProxy, faulty

TEXT = p.SessionConfig(output_modalities=("text",))
TYPED = Wish(config=TEXT, turn_mode=TurnMode.TYPED)


class Said(NamedTuple):
    """One item: a role, or "call" and "output"; its words, or the call's name and arguments."""

    kind: str
    text: str


def _shown(entry: Spoken | Call) -> Said:
    if isinstance(entry, Call):
        return Said("call", f"{entry.name} {entry.arguments}")
    return Said(entry.role, entry.text)


def _kept(item: ItemRecord) -> Said:
    if item.kind == "call":
        return Said("call", f"{item.name} {item.arguments}")
    return Said(item.role, item.text)


def _said(item: dict[str, Any]) -> Said:
    if item["type"] == "function_call":
        return Said("call", f"{item['name']} {item['arguments']}")
    if item["type"] == "function_call_output":
        return Said("output", item["output"])
    return Said(
        item["role"], "".join(part.get("text") or part.get("transcript") or "" for part in item["content"])
    )


def _count(shown: list[Said]) -> int:
    """Items in the context: a call has its output besides."""
    return len(shown) + sum(said.kind == "call" for said in shown)


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
    engines: EngineChoice
    server: RunningServer
    eyes: _Eyes = field(default_factory=_Eyes)
    wish: Wish = TYPED
    plan: Plan = field(init=False)
    post: Post = lambda _fact: None
    task: asyncio.Task[Outcome] | None = None

    async def restart_server(self) -> None:
        """The server ends, and another one begins that knows nothing."""
        await self.server.close()
        self.server = await serve(assemble(self.engines))
        self.proxy.upstream = self.server.url

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

    async def context(self) -> list[Said]:
        """What the newest session of the server holds, asked of the server item by item.

        A session that has just begun is still being told what was said: it is waited for, not for ever.
        """
        line = self.proxy.lines[-1]
        count = _count([_shown(entry) for entry in self.state.entries if not isinstance(entry, Notice)])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while len(line.item_ids()) < count:
                    await asyncio.sleep(0.01)
        return [_said(await line.retrieve(item_id)) for item_id in line.item_ids()]

    async def ends_whole(self, *texts: str) -> None:
        """End the conversation: all that was said in it is there exactly once, in the same order.

        On the screen, in the history, and in the context of the server's present session; where there is none any
        more, in the one that goes on with the conversation.

        Args:
            texts: What the user said.
        """
        assert self.task is not None
        await asyncio.sleep(0)
        context = None if self.task.done() else await self.context()
        if context is not None:
            await self.end()
        shown = [_shown(entry) for entry in self.state.entries if not isinstance(entry, Notice)]
        assert [said.text for said in shown if said.kind == "user"] == list(texts)
        assert [_kept(item) for item in self.kept()] == shown
        if context is None:
            self.proxy.refuse = None
            self.proxy.on_event = lambda *_: None
            lines = len(self.proxy.lines)
            wish = msgspec.structs.replace(self.wish, earlier=pasts(self.kept()))
            self.task = asyncio.create_task(run(msgspec.structs.replace(self.plan, wish=wish, witnesses=())))
            await self.ready(lines + 1)
            context = await self.context()
            await self.end()
        assert [said for said in context if said.kind != "output"] == shown
        outputs = [said.text for said in context if said.kind == "output"]
        assert outputs == [entry.output for entry in self.calls()]


@asynccontextmanager
async def visit(
    folder: Path,
    wish: Wish | None = None,
    toolbox: Toolbox | None = None,
    engines: EngineChoice | None = None,
) -> AsyncIterator[Visit]:
    """Begin a conversation; it is ended in order when the block is left."""
    brain: BrainKind = "echo" if toolbox is None else "rules"
    engines = engines or EngineChoice(ears="none", mouth="tone", brain=brain, vad="energy")
    server = await serve(assemble(engines))
    async with faulty(server.url) as proxy:
        there = Visit(proxy, folder, engines, server)
        there.wish = wish or there.wish
        there.plan = _plan(there, toolbox)
        there.task = asyncio.create_task(run(there.plan))
        try:
            yield there
        finally:
            if not there.task.done():
                await there.end()
            await there.server.close()


def _plan(there: Visit, toolbox: Toolbox | None) -> Plan:
    def keys(post: Post, _changed: Callable[[], None]) -> _NoKeys:
        there.post = post
        return _NoKeys()

    book = DiaryPlan(there.folder / "history.db", Opening("talk", "local", "echo"))
    return Plan(
        wish=there.wish,
        abilities=p.ALL,
        opener=WebSocketOpener(there.proxy.url),
        view=there.eyes,
        keyboard=keys,
        toolbox=toolbox,
        witnesses=(diary(book, clock.epoch() - asyncio.get_running_loop().time()),),
    )
