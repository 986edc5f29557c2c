"""Calls of every kind, again and again: nothing may be left behind, neither threads nor files nor processes.

scripts/soak functions --rounds 200
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import sys
import tempfile
import threading
from pathlib import Path

from realtime_cli.errors import ToolError
from realtime_cli.tools.mcp_servers import McpServer, check_installed
from realtime_cli.tools.mcp_sources import McpSource
from realtime_cli.tools.python_functions import load
from realtime_cli.tools.shell import Command, tool_of
from realtime_cli.tools.toolbox import Toolbox

ROOT = Path(__file__).parents[1]
FUNCTIONS = '''
import os, time
from realtime_cli.tools import tool

def quick(text: str) -> str:
    """Quick."""
    return text

def slow() -> str:
    """Slow."""
    time.sleep(0.2)
    return "slow"

@tool(runs_in="process")
def apart() -> str:
    """In a process."""
    return "apart"

@tool(runs_in="process", time_limit_s=0.5)
def hangs() -> str:
    """Hangs."""
    while True:
        pass
'''


def left_behind() -> dict[str, int]:
    """What this process holds."""
    gc.collect()
    children = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            children += int(entry.read_text().rsplit(")", 1)[1].split()[1]) == os.getpid()
        except OSError:
            continue
    return {
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),
        "children": children,
    }


async def one_round(toolbox: Toolbox, chance: random.Random) -> None:
    calls = [
        ("quick", '{"text": "x"}'), ("quick", "{"), ("slow", "{}"), ("apart", "{}"), ("hangs", "{}"),
        ("echo", '{"text": "; ls"}'), ("flood", "{}"), ("sleeper", "{}"), ("add", '{"a": 1, "b": 2}'), ("die", "{}"),
        ("slow_mcp", "{}"), ("nobody", "{}"),
    ]  # fmt: skip
    tasks = [asyncio.create_task(_call(toolbox, *call)) for call in chance.sample(calls, 6)]
    if chance.random() < 0.3:
        await asyncio.sleep(chance.random() * 0.2)
        for task in tasks[:3]:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _call(toolbox: Toolbox, name: str, arguments: str) -> None:
    try:
        await toolbox.call("slow" if name == "slow_mcp" else name, arguments)
    except ToolError:
        return


async def soak(rounds: int, seed: int) -> tuple[dict[str, int], dict[str, int]]:
    """What was held after the first rounds, and at the end."""
    check_installed()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "functions.py")
        path.write_text(FUNCTIONS)  # noqa: ASYNC240 - before anything runs
        python = (sys.executable, "-c")
        commands = [
            Command("echo", "Says.", ("echo", "--", "{text}")),
            Command("flood", "Floods.", (*python, "while True: print('x' * 1000)"), output_limit_chars=1000),
            Command("sleeper", "Sleeps.", ("sleep", "30"), time_limit_s=0.3),
        ]
        server = McpServer(
            McpSource(
                "tester", argv=(sys.executable, "-m", "tests.support.mcp_program", "stdio"), folder=str(ROOT)
            )
        )
        taken = load(path)[0]
        tools = [tool for tool in await server.start() if tool.name in ("add", "die")]
        toolbox = Toolbox([*taken, *(tool_of(command) for command in commands), *tools], time_limit_s=20)
        try:
            for _ in range(3):
                await one_round(toolbox, chance)
            await asyncio.sleep(1)
            before = left_behind()
            for _ in range(rounds):
                await one_round(toolbox, chance)
            await asyncio.sleep(1)
            return before, left_behind()
        finally:
            await server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    before, after = asyncio.run(soak(options.rounds, options.seed))
    print(f"after warming up: {before}\nafter {options.rounds} rounds: {after}")
    if any(after[what] > before[what] + 2 for what in before):
        sys.exit("something was left behind")


if __name__ == "__main__":
    main()
