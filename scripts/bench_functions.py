"""How much a running function disturbs everything else: lateness of a 10 ms tick on the loop and in an audio thread.

scripts/bench functions
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time

from realtime_cli.tools import tool
from realtime_cli.tools.python_functions import tool_from
from realtime_cli.tools.toolbox import Toolbox

SECONDS = 4.0
TICK_S = 0.01


def wait(seconds: float) -> str:
    """Blocks."""
    time.sleep(seconds)
    return "waited"


def compute(seconds: float) -> str:
    """Computes in pure Python."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        sum(range(100))
    return "computed"


@tool(runs_in="process")
def compute_apart(seconds: float) -> str:
    """Computes in a process."""
    return compute(seconds)


def ticking(late_ms: list[float], stop: threading.Event) -> None:
    """What PortAudio's thread does: wakes up, needs the interpreter, goes back to sleep."""
    due_s = time.monotonic()
    while not stop.is_set():
        due_s += TICK_S
        time.sleep(max(0.0, due_s - time.monotonic()))
        late_ms.append((time.monotonic() - due_s) * 1000)
        due_s = max(due_s, time.monotonic() - 0.5)


async def measure(toolbox: Toolbox, name: str | None) -> tuple[list[float], list[float], float]:
    loop_late_ms: list[float] = []
    thread_late_ms: list[float] = []
    stop = threading.Event()
    thread = threading.Thread(target=ticking, args=(thread_late_ms, stop))
    thread.start()
    began_s = time.monotonic()
    work = asyncio.create_task(
        toolbox.call(name, f'{{"seconds": {SECONDS}}}') if name else asyncio.sleep(SECONDS)
    )
    while not work.done():
        before_s = time.monotonic()
        await asyncio.sleep(TICK_S)
        loop_late_ms.append((time.monotonic() - before_s - TICK_S) * 1000)
    took_s = time.monotonic() - began_s
    stop.set()
    thread.join()
    return loop_late_ms, thread_late_ms, took_s


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def main() -> None:
    sys.setswitchinterval(0.001)  # as a session does
    functions = [
        tool_from(one, one.__name__, source="bench", origin=__file__)
        for one in (wait, compute, compute_apart)
    ]
    toolbox = Toolbox(functions)
    print(
        f"{'running':14} {'loop p50':>9} {'p99':>7} {'max':>7}   {'thread p50':>10} {'p99':>7} {'max':>7}  (ms late)"
    )
    for name in (None, "wait", "compute", "compute_apart"):
        loop_ms, thread_ms, took_s = await measure(toolbox, name)
        figures = [at(loop_ms, 0.5), at(loop_ms, 0.99), max(loop_ms)]
        figures += [at(thread_ms, 0.5), at(thread_ms, 0.99), max(thread_ms)]
        a, b, c, d, e, f = figures
        extra = f"  call overhead {(took_s - SECONDS) * 1000:.0f} ms" if name else ""
        print(f"{name or '(nothing)':14} {a:9.2f} {b:7.2f} {c:7.2f}   {d:10.2f} {e:7.2f} {f:7.2f}{extra}")


if __name__ == "__main__":
    asyncio.run(main())
