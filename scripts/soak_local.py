"""The local server for a long time: clients that talk, clients without manners, engines that are killed.

    scripts/soak local [--minutes 30] [--seed 1]

One `realtime-cli serve` with the real engines. Two callers speak commands in real time, one after the other; beside
them rude clients come and go, and every 30 s one of the server's worker processes is killed. Ends with an error when
a polite turn is not answered in 10 s (a turn whose engine was just killed may fail, but must be told so), when the
server dies, or when its own memory (without the workers) grows by more than 200 MB after the first two minutes
(each session keeps up to 64 MB of sound for `conversation.item.retrieve`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
from typing import Any

from bench_local import Caller, Running, Turn, server, spoken, tree
from websockets.asyncio.client import connect

from realtime_cli.clock import monotonic
from tests.server.rudeness import be_rude

ANSWER_LIMIT_MS = 10_000
GROWTH_LIMIT_BYTES = 200_000_000
KILL_EVERY_S = 30.0


class Soak:
    """What is counted while it runs."""

    def __init__(self, running: Running, phrases: list[tuple[str, bytes]], until_s: float, seed: int) -> None:
        self.running, self.phrases, self.until_s = running, phrases, until_s
        self.dice = random.Random(seed)
        self.turns: list[Turn] = []
        self.rude = self.killed = self.unanswered = self.failed = 0
        self.memory: list[int] = []

    def goes_on(self) -> bool:
        return monotonic() < self.until_s

    async def caller(self) -> None:
        async with connect(self.running.url, max_size=None) as line:
            caller = Caller(line)
            listening = asyncio.create_task(caller.listen())
            await caller.begin()
            while self.goes_on():
                turn = await caller.take_turn(*self.dice.choice(self.phrases))
                self.turns.append(turn)
                self.failed += turn.failed
                late = turn.first_audio_ms is None or turn.first_audio_ms > ANSWER_LIMIT_MS
                if late and not turn.failed:
                    self.unanswered += 1
            listening.cancel()

    async def rudeness(self) -> None:
        while self.goes_on():
            await be_rude(self.running.url, self.dice.randrange(10**9), 40)
            self.rude += 1
            await asyncio.sleep(1.0)

    async def killer(self) -> None:
        while self.goes_on():
            await asyncio.sleep(KILL_EVERY_S)
            workers = tree(self.running.pid)[1:]
            if workers and self.goes_on():
                os.kill(self.dice.choice(workers), signal.SIGKILL)
                self.killed += 1

    async def watch(self) -> None:
        while self.goes_on():
            self.memory.append(self.running.look(alone=True)[1])
            await asyncio.sleep(5.0)

    def report(self) -> dict[str, Any]:
        settled = self.memory[24:] or self.memory[-1:]
        return {
            "turns": len(self.turns),
            "told that they failed": self.failed,
            "unanswered": self.unanswered,
            "rude visits": self.rude,
            "engines killed": self.killed,
            "memory MB": [round(min(settled) / 1e6), round(max(settled) / 1e6)],
            "grew MB": round((settled[-1] - settled[0]) / 1e6),
        }

    def is_well(self) -> bool:
        settled = self.memory[24:] or self.memory[-1:]
        grew = settled[-1] - settled[0]
        return bool(self.turns) and self.unanswered == 0 and grew < GROWTH_LIMIT_BYTES


async def soak(minutes: float, seed: int) -> int:
    phrases = await spoken("espeak")
    async with server() as running:
        work = Soak(running, phrases, monotonic() + minutes * 60, seed)
        await asyncio.gather(work.caller(), work.caller(), work.rudeness(), work.killer(), work.watch())
        print(", ".join(f"{name}: {value}" for name, value in work.report().items()))
        return 0 if work.is_well() else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    raise SystemExit(asyncio.run(soak(arguments.minutes, arguments.seed)))


if __name__ == "__main__":
    main()
