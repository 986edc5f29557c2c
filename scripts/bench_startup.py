"""Start-up as ratios against bare programs in the same run: the machine's speed falls out.

    scripts/bench startup [--rounds 7] [--json FILE] [--talk]

- help: `realtime-cli --help` against a bare typer program with as many commands (goal: at most 1.3)
- send-text: exec to the first byte on the wire, against a minimal `websockets` script (goal: at most 2); the prompt
  itself follows when the session stands (`prompt` in the table)
- talk: exec to open WebSocket, against the same script (goal: at most 3), and from there to the first microphone
  audio on the wire (goal: at most 150 ms); `--talk`: with real devices, else with a file as the microphone

Programs are started in turn, so that a change of the machine's load hits both. Medians are shown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

BIN = Path(sys.executable).parent
WS_SCRIPT = """
import asyncio, json, sys
from websockets.asyncio.client import connect
async def main():
    async with connect(sys.argv[1]) as line:
        await line.recv()
        await line.send(json.dumps({"type": "conversation.item.create"}))
        await line.recv()
asyncio.run(main())
"""
GOALS = {"help": 1.3, "send_text": 2.0, "talk": 3.0, "first_audio_ms": 150.0}


class Server:
    """Notes when a line opened and when the first event of each kind came; then lets go."""

    def __init__(self) -> None:
        self.opened_s = 0.0
        self.first_s: dict[str, float] = {}
        self.heard = asyncio.Event()
        self.wanted = ""

    def expect(self, kind: str) -> None:
        self.opened_s, self.first_s, self.wanted = 0.0, {}, kind
        self.heard.clear()

    async def attend(self, line: ServerConnection) -> None:
        self.opened_s = time.perf_counter()  # the handshake is read and answered
        session = {"type": "realtime", "object": "realtime.session", "id": "s"}
        await line.send(json.dumps({"type": "session.created", "event_id": "e1", "session": session}))
        async for text in line:
            event = json.loads(text)
            self.first_s.setdefault(event["type"], time.perf_counter())
            if event["type"] == "session.update":
                updated = session | event["session"]
                await line.send(json.dumps({"type": "session.updated", "event_id": "e2", "session": updated}))
            if event["type"] == self.wanted:
                self.heard.set()
                return


async def timed(
    server: Server, command: list[str], wanted: str, env: dict[str, str], folder: str
) -> dict[str, float]:
    """Milliseconds from exec to the open line and to the wanted event."""
    server.expect(wanted)
    begun_s = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            await server.heard.wait()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return {
        "open": (server.opened_s - begun_s) * 1000,
        "wanted": (server.first_s[wanted] - begun_s) * 1000,
    }


def command_count() -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import reference

    return sum(1 for words, _ in reference.tree() if len(words.split()) == 2)


def help_ms(command: list[str], env: dict[str, str], folder: str) -> float:
    begun_s = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env, cwd=folder)
    return (time.perf_counter() - begun_s) * 1000


def bare_typer(count: int) -> str:
    lines = ["import typer", "app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)"]
    for number in range(count):
        lines += [
            f"@app.command('command-{number}')",
            f"def f{number}(name: str = 'x') -> None:",
            "    'Does it.'",
        ]
    return "\n".join([*lines, "app()"])


def prepare(folder: str) -> None:
    """The bare programs, and silence for the microphone."""
    Path(folder, "bare.py").write_text(bare_typer(command_count()))
    Path(folder, "ws.py").write_text(WS_SCRIPT)
    with wave.open(f"{folder}/silence.wav", "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 24_000 * 5))


async def measure(rounds: int, *, devices: bool) -> dict[str, Any]:
    server = Server()
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "REALTIME_CLI_CONFIG_DIR": folder, "REALTIME_CLI_DATA_DIR": folder}
        prepare(folder)
        async with serve(server.attend, "127.0.0.1", 0) as listener:
            url = f"ws://127.0.0.1:{next(iter(listener.sockets)).getsockname()[1]}/v1"
            ours = [str(BIN / "realtime-cli")]
            sound = [] if devices else ["--input-file", "silence.wav", "--output-file", "out.wav"]
            for _ in range(rounds + 1):  # the first round warms the caches and does not count
                row = {
                    "bare_help": help_ms([sys.executable, "bare.py", "--help"], env, folder),
                    "help": help_ms([*ours, "--help"], env, folder),
                }
                bare = await timed(
                    server, [sys.executable, "ws.py", url], "conversation.item.create", env, folder
                )
                row |= {"bare_open": bare["open"], "bare_wire": bare["wanted"]}
                ask = [*ours, "send-text", "--url", url, "hello"]
                asked = await timed(server, ask, "conversation.item.create", env, folder)
                row |= {"send_text": asked["open"], "prompt": asked["wanted"]}
                talk = [*ours, "talk", "--url", url, "--plain", *sound]
                spoken = await timed(server, talk, "input_audio_buffer.append", env, folder)
                row |= {"talk_open": spoken["open"], "talk_audio": spoken["wanted"] - spoken["open"]}
                for name, value in row.items():
                    figures.setdefault(name, []).append(value)
    ms = {name: round(statistics.median(values[1:]), 1) for name, values in figures.items()}
    ratios = {
        "help": round(ms["help"] / ms["bare_help"], 2),
        "send_text": round(ms["send_text"] / ms["bare_open"], 2),
        "talk": round(ms["talk_open"] / ms["bare_open"], 2),
        "first_audio_ms": ms["talk_audio"],
    }
    return {"rounds": rounds, "ms": ms, "ratios": ratios, "goals": GOALS}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--talk", action="store_true", help="talk with real devices")
    options = parser.parse_args()
    found = asyncio.run(measure(options.rounds, devices=options.talk))
    for name, value in found["ms"].items():
        print(f"{name:<12}{value:9.1f} ms")
    for name, value in found["ratios"].items():
        goal = GOALS[name]
        print(f"{name:<16}{value:8.2f}   goal {goal:g}   {'reached' if value <= goal else 'MISSED'}")
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
