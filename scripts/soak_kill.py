"""Kills a running conversation at random moments, again and again, and looks at what it left behind.

    python scripts/soak_kill.py [times]      200 by default, 3.5 minutes on two cores

Each round starts a conversation in a process of its own (a text session with the local server, recording and journal
included), kills it with SIGKILL after a random time, and checks: the database is sound, every turn that was reported
as finished is in it, the run is marked as interrupted, the recording can be read, the journal can be replayed.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

from realtime_cli.history import catalog
from realtime_cli.history.store import Store
from realtime_cli.runtime.replay import replay

ROOT = Path(__file__).parents[1]

# The victim says each finished item on stdout.
VICTIM = """
import sys
sys.path.insert(0, {root!r})
import asyncio, math, struct
from pathlib import Path
from realtime_cli import clock, protocol as p
from realtime_cli.history.pen import DiaryPlan
from realtime_cli.history.records import Opening
from realtime_cli.runtime.local import LocalServer
from realtime_cli.runtime.recorder import Recorder
from realtime_cli.runtime.run import Plan, run
from realtime_cli.runtime import witnesses
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.session.facts import MicHeard, PromptTyped
from realtime_cli.session.state import Spoken, TurnMode
from realtime_cli.session.wish import Wish

folder = Path({folder!r})

class View:
    def __init__(self): self.shown = 0; self.post = None; self.asked = 0
    def start(self): pass
    def stop(self): pass
    def update(self, state, now_s):
        for entry in state.entries[self.shown:state.settled]:
            if isinstance(entry, Spoken):
                print(entry.text, flush=True)
        self.shown = state.settled

class Keys:
    def __init__(self, post): self.post = post
    def start(self): self.task = asyncio.ensure_future(self.type())
    def stop(self): self.task.cancel()
    async def type(self):
        number = 0
        while True:
            self.post(PromptTyped(f"question {{number}} of {round}"))
            for _ in range(8):
                self.post(MicHeard(b"\\x00\\x10" * 480, -20.0))
                await asyncio.sleep(0.02)
            number += 1

async def main():
    loop = asyncio.get_running_loop()
    offset_s = clock.epoch() - loop.time()
    wish = Wish(config=p.SessionConfig(output_modalities=("text",)), turn_mode=TurnMode.TYPED)
    recorder = Recorder(folder / "{round}.wav", loop.time(), offset_s, 0)
    book = DiaryPlan(folder / "history.db", Opening("talk", "local", "echo", "", str(folder / "{round}.wav")))
    engines = assemble(EngineChoice(ears="none", mouth="tone", brain="echo", vad="energy"))
    async with LocalServer(engines) as server:
        await run(Plan(wish, p.ALL, server.open, View(), keyboard=lambda post, _: Keys(post), witnesses=(
            witnesses.journal(folder / "{round}.journal", wish, p.ALL, sound=False),
            recorder.make, witnesses.diary(book, offset_s))))

asyncio.run(main())
"""


def one_round(folder: Path, number: int, life_s: float) -> int:
    """Start, kill, look. Returns how many finished items were reported.

    Raises:
        AssertionError: Something was lost or damaged.
    """
    code = VICTIM.format(root=str(ROOT), folder=str(folder), round=number)
    victim = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    first = victim.stdout.readline()
    assert first, "the victim died by itself"
    time.sleep(life_s)
    victim.send_signal(signal.SIGKILL)
    said = [
        first.strip(),
        *(line.strip() for line in victim.stdout.read().splitlines(keepends=True) if line[-1] == "\n"),
    ]
    victim.stdout.close()
    victim.wait()
    store = Store.open(folder / "history.db")
    try:
        assert store.set_aside is None, "the history was damaged"
        assert store.check() == [], store.check()
        marked = store.mark_interrupted()
        row = catalog.conversation(store, "last") if not marked else catalog.conversation(store, marked[0])
        assert row.status == "interrupted", row
        kept = [item.text for item in catalog.items(store, row.conversation_id) if item.kind == "message"]
    finally:
        store.close()
    assert kept[: len(said)] == said, (said[-3:], kept[-3:])
    with wave.open(str(folder / f"{number}.wav"), "rb") as sound:
        assert sound.getnchannels() == 2
        sound.readframes(sound.getnframes())
    for line in (folder / f"{number}.jsonl").read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            json.loads(line)
    assert replay(folder / f"{number}.journal").difference is None
    return len(said)


def main(times: int, longest_s: float = 1.0, seed: int = 7) -> int:
    """All rounds on one history. Returns the number of items that survived."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return sum(one_round(folder, number, dice.uniform(0.0, longest_s)) for number in range(times))


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    begun = time.monotonic()
    survived = main(rounds)
    print(f"{rounds} kills, {survived} finished items, all there; {time.monotonic() - begun:.0f} s")
