"""A day of conversation in minutes: two real minds, a calendar instead of a clock, sessions that roll over.

    python scripts/soak_day.py [hours]      24 by default

Every turn is typed and answered; the server ends its sessions after 30 minutes, the line breaks now and then, a real
diary is kept. At the end: every turn is in the history exactly once, in order, and memory has not grown by more than
the conversation itself (text kept for the screen).
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from realtime_cli import protocol as p
from realtime_cli.history import catalog
from realtime_cli.history.diary import Diary
from realtime_cli.history.pen import DiaryPlan, Pen
from realtime_cli.history.records import Opening
from realtime_cli.history.store import Store
from realtime_cli.server.options import ServerOptions
from realtime_cli.session import facts as f
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, TurnMode
from realtime_cli.session.wish import Wish
from tests.support import pair
from tests.support.pair import Pair

SESSION_S = 1800.0
TURN_S = 10.0
BREAK_EVERY_TURNS = 500
ALLOWED_BYTES_PER_TURN = 4_000


class _Forgetful(list[Any]):
    """The pair remembers every event for its tests; a day of them would hide what we look for."""

    def append(self, _value: Any) -> None:
        """Forget it."""


class Day(Pair):
    """A pair without sound, without the oracle, with a diary."""

    def __init__(self, folder: Path) -> None:
        wish = Wish(
            config=p.SessionConfig(output_modalities=("text",)),
            turn_mode=TurnMode.TYPED,
            session_limit_s=SESSION_S,
            max_retries=3,
        )
        options = ServerOptions(max_session_s=SESSION_S)
        super().__init__(
            wish, p.GA, replies=[("An answer of some words, as they are given all day.",)], options=options
        )
        self.client_events, self.server_events = _Forgetful(), _Forgetful()
        self.questions, self.said, self.notes = _Forgetful(), _Forgetful(), _Forgetful()
        self.connections = 0
        self.rebuilt = 0
        opening = Opening("talk", "local", "pair")
        self.diary = Diary(opening, Pen(DiaryPlan(folder / "history.db", opening), self._told), 1e9)

    def _told(self, severity: str, text: str, advice: str) -> None:
        raise AssertionError(text)

    def tell(self, *facts: f.Fact) -> None:
        for fact in facts:
            self.connections += isinstance(fact, f.Connected)
            super().tell(fact)
            self.diary.note(fact, self.at_s, self.client.glance)

    def _block(self) -> None:
        """No devices."""


def resident_bytes() -> int:
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def quiet(day: Day) -> bool:
    glance = day.client.state
    return (
        glance.connection is ConnectionState.READY
        and glance.response is ResponseState.NONE
        and glance.playout is PlayoutState.QUIET
    )


def main(hours: float) -> dict[str, float]:
    """Live the day; returns what was measured.

    Raises:
        AssertionError: Something was lost, doubled, or memory grew.
    """
    judges = {name: getattr(pair, name) for name in ("accepts_client", "accepts_server")}
    # The pair asks the official types about every event; for a day of them that takes hours.
    vars(pair).update(dict.fromkeys(judges, _accepts))
    try:
        return _live(hours)
    finally:
        vars(pair).update(judges)


def _accepts(_text: str, _dialect: str) -> None:
    """Nothing is wrong."""


def _live(hours: float) -> dict[str, float]:
    begun = time.monotonic()
    turns = round(hours * 3600 / TURN_S)
    with tempfile.TemporaryDirectory() as name:
        day = Day(Path(name))
        day.begin()
        sizes: deque[int] = deque()
        slowest_ms = 0.0
        for turn in range(turns):
            end_s = day.at_s + TURN_S
            before = time.perf_counter()
            day.tell(f.PromptTyped(f"question {turn}"))
            day.run(5.0)
            slowest_ms = max(slowest_ms, (time.perf_counter() - before) * 1000)
            if turn % BREAK_EVERY_TURNS == BREAK_EVERY_TURNS - 1:
                day.drop()
            day.run(max(0.0, end_s - day.at_s))
            assert day.finish is None, day.finish
            if turn % max(1, turns // 20) == 0:
                sizes.append(resident_bytes())
        day.run(30.0)
        assert quiet(day)
        day.diary.finish(day.client.glance, day.at_s, 0, "")
        day.diary.close()
        grown = (sizes[-1] - sizes[len(sizes) // 4]) / (turns * 0.7)
        store = Store.open(Path(name) / "history.db")
        assert store.check() == []
        (row,) = catalog.conversations(store)
        kept = [item for item in catalog.items(store, row.conversation_id) if item.kind == "message"]
        size_mb = (Path(name) / "history.db").stat().st_size / 1e6
        store.close()
    asked = [item.text for item in kept if item.role == "user"]
    answered = sum(item.role == "assistant" for item in kept)
    wanted = [f"question {turn}" for turn in range(turns)]
    wrong = next(
        (at for at, pair in enumerate(zip(asked, wanted, strict=False)) if pair[0] != pair[1]), len(asked)
    )
    assert asked == wanted, f"gaps or doubles from {wrong} on: {asked[wrong - 2 : wrong + 4]}"
    assert answered >= turns, (answered, turns)
    assert grown <= ALLOWED_BYTES_PER_TURN, f"{grown:.0f} bytes for each turn"
    return {
        "hours": hours,
        "turns": turns,
        "answers": answered,
        "connections": day.connections,
        "resident_mb": round(sizes[-1] / 1e6, 1),
        "bytes_per_turn": round(grown),
        "history_mb": round(size_mb, 2),
        "slowest_turn_ms": round(slowest_ms, 1),
        "took_s": round(time.monotonic() - begun, 1),
    }


if __name__ == "__main__":
    for key, value in main(float(sys.argv[1]) if len(sys.argv) > 1 else 24.0).items():
        print(f"{key:16} {value}")
