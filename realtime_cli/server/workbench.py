"""The engines at work for one session: a task for each utterance, thought and clause, and a way to stop each.

Every task tells what happened as facts. `EngineFailed` becomes a fact too; any other exception is a bug and ends the
session. Nothing here decides anything: that is the core's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Final, TypeVar

from realtime_cli.server import vocabulary as v
from realtime_cli.server.engines.contract import (
    CutShort,
    EngineFailed,
    Engines,
    Used,
    Utterance,
    WantsCall,
)
from realtime_cli.server.outbox import Outbox

HEARING_LIMIT_S: Final = 30.0
"""Longest wait for a final transcript; engines have shorter limits of their own."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Workbench:
    """Runs what the core asks of the engines.

    Args:
        engines: Shared with other sessions.
        outbox: The mouth waits for room in it.
        tell: Takes the facts, on the loop.
        group: Owns the tasks.
    """

    def __init__(
        self, engines: Engines, outbox: Outbox, tell: Callable[[v.ServerFact], None], group: asyncio.TaskGroup
    ) -> None:
        self._engines, self._outbox, self._tell, self._group = engines, outbox, tell, group
        self._feeds: dict[str, asyncio.Queue[bytes | None]] = {}
        self._hearers: dict[str, asyncio.Task[None]] = {}
        self._workers: dict[str, set[asyncio.Task[None]]] = {}
        self._warm: asyncio.Task[None] | None = None

    # --- ears ---------------------------------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Start the speech engines in the background, at the first sound: a text session never needs them."""
        if self._warm is None:
            self._warm = self._group.create_task(self._start_speech())

    def listen(self, item_id: str, language: str) -> None:
        """Begin an utterance."""
        feed: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._feeds[item_id] = feed
        task = self._group.create_task(self._hear(item_id, language, feed))
        self._hearers[item_id] = task
        task.add_done_callback(lambda done: self._forget_hearer(item_id, done))

    def feed(self, item_id: str, pcm: bytes | None) -> None:
        """More audio of an utterance; None: that was all."""
        feed = self._feeds.get(item_id)
        if feed is not None:
            feed.put_nowait(pcm)

    def stop_listening(self, item_id: str) -> None:
        """Forget an utterance."""
        task = self._hearers.get(item_id)
        if task is not None:
            task.cancel()

    def expect(self, command: v.Expect) -> None:
        """Sentences about these tools become likely."""
        self._engines.ears.expect(self._engines.brain.phrases(command.tools))

    # --- brain and mouth ----------------------------------------------------------------------------------------

    def reply(self, command: v.Reply) -> None:
        """Ask the brain."""
        self._work(command.response_id, self._think(command))

    def speak(self, command: v.Speak) -> None:
        """Have one clause spoken."""
        self._work(command.response_id, self._say(command))

    def stop_work(self, response_id: str) -> None:
        """Stop brain and mouth of a response."""
        for task in self._workers.get(response_id, ()):
            task.cancel()

    def stop_all(self) -> None:
        """The session is over."""
        tasks = [*self._hearers.values(), *(task for tasks in self._workers.values() for task in tasks)]
        for task in tasks:
            task.cancel()
        if self._warm is not None:
            self._warm.cancel()

    # --- the tasks ----------------------------------------------------------------------------------------------

    async def _start_speech(self) -> None:
        for engine in (self._engines.ears, self._engines.mouth):
            try:
                await engine.start()
            except EngineFailed as failed:
                # Told where it is needed: the first utterance or clause fails with the same words.
                _log.warning("%s does not start: %s", engine.name, failed)

    async def _hear(self, item_id: str, language: str, feed: asyncio.Queue[bytes | None]) -> None:
        utterance: Utterance | None = None
        try:
            utterance = self._engines.ears.listen(
                lambda text: self._tell(v.EngineHeardPartial(item_id, text)), language
            )
            while (pcm := await feed.get()) is not None:
                await utterance.feed(pcm)
            async with asyncio.timeout(HEARING_LIMIT_S):
                transcript = await utterance.finish()
        except EngineFailed as failed:
            self._tell(v.EngineHearingFailed(item_id, str(failed)))
        except TimeoutError:
            self._tell(v.EngineHearingFailed(item_id, "speech recognition took too long"))
        except asyncio.CancelledError:
            if utterance is not None:
                await utterance.discard()
            raise
        else:
            self._tell(v.EngineTranscribed(item_id, transcript.text))

    async def _think(self, command: v.Reply) -> None:
        response_id = command.response_id
        ended = v.EngineReplyEnded(response_id)
        try:
            async with aclosing(_closable(self._engines.brain.answer(command.question))) as thoughts:
                async for thought in thoughts:
                    await self._outbox.room()
                    if isinstance(thought, WantsCall):
                        self._tell(v.EngineCalled(response_id, thought.name, thought.arguments))
                    elif isinstance(thought, CutShort):
                        ended = replace(ended, cut=thought.reason)
                    elif isinstance(thought, Used):
                        ended = replace(ended, used=thought)
                    else:
                        self._tell(v.EngineReplied(response_id, thought.text))
        except EngineFailed as failed:
            self._tell(v.EngineReplyFailed(response_id, str(failed)))
        else:
            self._tell(ended)

    async def _say(self, command: v.Speak) -> None:
        response_id, mouth = command.response_id, self._engines.mouth
        try:
            speech = mouth.speak(command.text, voice=command.voice, speed=command.speed)
            async with aclosing(_closable(speech)) as pieces:
                async for pcm in pieces:
                    await self._outbox.room()
                    self._tell(v.EngineSpoke(response_id, pcm))
        except EngineFailed as failed:
            self._tell(v.EngineSpeechFailed(response_id, str(failed)))
        else:
            self._tell(v.EngineSpeechEnded(response_id))

    # --- inside -------------------------------------------------------------------------------------------------

    def _work(self, response_id: str, work: Coroutine[None, None, None]) -> None:
        task = self._group.create_task(work)
        workers = self._workers.setdefault(response_id, set())
        workers.add(task)
        task.add_done_callback(lambda done: self._forget_worker(response_id, done))

    def _forget_worker(self, response_id: str, task: asyncio.Task[None]) -> None:
        workers = self._workers.get(response_id, set())
        workers.discard(task)
        if not workers:
            self._workers.pop(response_id, None)

    def _forget_hearer(self, item_id: str, task: asyncio.Task[None]) -> None:
        if self._hearers.get(item_id) is task:  # not begun anew meanwhile
            del self._hearers[item_id], self._feeds[item_id]


async def _closable(source: AsyncIterator[_T]) -> AsyncGenerator[_T, None]:
    """The same pieces as a generator, which can be closed whatever kind of iterator the engine gave."""
    try:
        async for piece in source:
            yield piece
    finally:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()
