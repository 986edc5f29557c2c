"""Two decoders that hear the same: one knows all of English, one the phrases expected. The better score wins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from realtime_cli.server.engines.contract import EngineFailed
from realtime_cli.server.engines.frames import Frame
from realtime_cli.server.engines.worker import Worker

_MODULE: Final = "realtime_cli.server.engines.pocketsphinx_worker"
_START_S: Final = 30.0
DOMAIN_MARGIN: Final = 1.0
"""The domain decoder wins when its score is better by more than this for each frame. Chosen on synthetic speech."""

FULL: Final = 0
DOMAIN: Final = 1

_log = logging.getLogger(__name__)


class Hypothesis(NamedTuple):
    """What one decoder understood: text, logarithmic score (None: nothing found), frames of 10 ms."""

    text: str
    score: int | None
    frames: int


def better(full: Hypothesis, domain: Hypothesis) -> Hypothesis:
    """The one to believe."""
    if not domain.text or domain.score is None:
        return full
    if not full.text or full.score is None:
        return domain
    margin = domain.score / max(1, domain.frames) - full.score / max(1, full.frames)
    return domain if margin > DOMAIN_MARGIN else full


class RecogniserPair:
    """Two worker processes and the utterance they are in.

    `on_hypothesis` gets the better hypothesis so far, about every 100 ms of speech. Only hypotheses about the same
    stretch are compared, so it comes when the slower one of the two has got there.
    """

    def __init__(self) -> None:
        self._workers = tuple(self._worker(role) for role in (FULL, DOMAIN))
        self._phrases: Sequence[str] = ()
        self._learned = asyncio.Event()
        self._learned.set()
        self._number = 0
        self._so_far: dict[int, dict[int, Hypothesis]] = {}
        self._finals: tuple[asyncio.Future[Hypothesis], ...] = ()
        self.on_hypothesis: Callable[[Hypothesis], None] | None = None

    @property
    def is_alive(self) -> bool:
        """Both processes are there."""
        return all(worker.is_alive for worker in self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the two."""
        return tuple(worker.pid for worker in self._workers if worker.pid is not None)

    async def start(self) -> None:
        """Start both at the same time.

        Raises:
            EngineFailed: One of them does not start.
        """
        starts = (worker.start(_START_S) for worker in self._workers)
        try:
            started = await asyncio.gather(*starts, return_exceptions=True)
        except asyncio.CancelledError:
            await self.kill()  # one of the two may be there already
            raise
        for result in started:
            if isinstance(result, BaseException):
                await self.stop()
                raise result

    def learn(self, phrases: Sequence[str]) -> None:
        """Tell the domain decoder what to expect, unless it knows. Takes effect with the next utterance."""
        if phrases and phrases != self._phrases:
            self._phrases = phrases
            self._learned.clear()
            self._workers[DOMAIN].send("P", {"phrases": list(phrases)})

    async def settle(self) -> None:
        """Wait until the phrases told last are in use, or a process died."""
        await self._learned.wait()

    def begin(self) -> None:
        """Begin an utterance."""
        self._number += 1
        self._so_far = {}
        loop = asyncio.get_running_loop()
        self._finals = tuple(loop.create_future() for _ in self._workers)
        self._send("B", {"id": self._number})

    def feed(self, pcm: bytes) -> None:
        """Take PCM16 at 16 kHz."""
        self._send("A", pcm)

    async def finish(self, limit_s: float) -> Hypothesis:
        """End the utterance; the better of the two results.

        Raises:
            EngineFailed: A process died, or it takes longer than `limit_s`.
        """
        if not self.is_alive:
            self._fail()
        self._send("E")
        try:
            async with asyncio.timeout(limit_s):
                full, domain = await asyncio.gather(*self._finals)
        except TimeoutError:
            await self.kill()
            raise EngineFailed(f"speech recognition took longer than {limit_s:.0f} s") from None
        return better(full, domain)

    def forget(self) -> None:
        """End the utterance without a result."""
        self.on_hypothesis = None
        self._send("X")

    async def stop(self) -> None:
        """End both processes."""
        self._fail()
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def kill(self) -> None:
        """End both processes at once."""
        self._fail()
        await asyncio.gather(*(worker.kill() for worker in self._workers))

    def _worker(self, role: int) -> Worker:
        name = "full" if role == FULL else "domain"
        return Worker(_MODULE, (name,), on_frame=lambda frame: self._take(role, frame), on_death=self._fail)

    def _send(self, kind: str, body: bytes | dict[str, int] = b"") -> None:
        for worker in self._workers:
            worker.send(kind, body)

    def _take(self, role: int, frame: Frame) -> None:
        body = frame.json()
        if frame.kind == "K":
            self._learned.set()
            if body.get("error"):
                _log.warning("the recogniser did not take the phrases: %s", body["error"])
            if body["skipped"]:
                _log.info("the recogniser does not know how to say: %s", " ".join(body["skipped"][:20]))
        elif body["id"] == self._number:
            hypothesis = Hypothesis(body["text"], body["score"], body["frames"])
            if frame.kind == "F" and not self._finals[role].done():
                self._finals[role].set_result(hypothesis)
            elif frame.kind == "H":
                self._compare(role, hypothesis)

    def _compare(self, role: int, hypothesis: Hypothesis) -> None:
        """Keep a hypothesis until the other decoder has one about the same frames."""
        if self.on_hypothesis is None:
            return
        same = self._so_far.setdefault(hypothesis.frames, {})
        same[role] = hypothesis
        if not self._phrases:
            self.on_hypothesis(hypothesis)
        elif len(same) == len(self._workers):
            del self._so_far[hypothesis.frames]
            self.on_hypothesis(better(same[FULL], same[DOMAIN]))

    def _fail(self) -> None:
        self._learned.set()
        for final in self._finals:
            if not final.done():
                final.set_exception(EngineFailed("the speech recogniser's process ended"))
                final.exception()  # seen: nobody may be waiting
