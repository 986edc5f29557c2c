"""Start-up as ratios against bare programs in the same run: the machine's speed falls out.

    scripts/bench startup [--rounds 15] [--json FILE] [--talk] [--terminal]

- help: `realtime-cli --help` against a bare typer program with as many commands (goal: at most 1.3)
- send-text, three points, each against that of a minimal `websockets` script (goal: at most 2): the first byte
  on the wire (of the handshake), the open WebSocket, and the prompt, which waits for the session to stand
- talk: exec to open WebSocket, against the same script (goal: at most 3), and from there to the first microphone
  audio on the wire (goal: at most 150 ms); `--talk`: with real devices, else with a file as the microphone;
  `--terminal`: in a terminal, with the live view and the keyboard

With `--talk`, `bare_device` is what PortAudio alone takes from the call that lists the devices to the first block.
Programs are started in turn, so that a change of the machine's load hits both. Medians are shown; a ratio is the median
of the rounds' own ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
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
DEVICE_SCRIPT = """
import sys, threading, time
begun_s = time.perf_counter()
import sounddevice
came = threading.Event()
stream = sounddevice.RawInputStream(samplerate=24000, channels=1, dtype="int16", blocksize=480, latency="high",
                                    callback=lambda *block: came.set())
stream.start()
assert came.wait(10)
print((time.perf_counter() - begun_s) * 1000)
"""
GOALS = {
    "help": 1.3,
    "send_text_first_byte": 2.0,
    "send_text_open": 2.0,
    "send_text_prompt": 2.0,
    "talk_open": 3.0,
    "first_audio_ms": 150.0,
}


class Server:
    """Notes when the first byte came, when a line opened and when the first event of each kind came; then lets go."""

    def __init__(self) -> None:
        self.byte_s = 0.0
        self.opened_s = 0.0
        self.first_s: dict[str, float] = {}
        self.heard = asyncio.Event()
        self.wanted = ""

    def expect(self, kind: str) -> None:
        self.byte_s, self.opened_s, self.first_s, self.wanted = 0.0, 0.0, {}, kind
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

    def listen(self) -> Any:
        """The server as an async context."""
        noted = self

        class Listening(ServerConnection):
            def data_received(self, data: bytes) -> None:
                noted.byte_s = noted.byte_s or time.perf_counter()
                super().data_received(data)

        return serve(self.attend, "127.0.0.1", 0, create_connection=Listening)


@contextlib.contextmanager
def terminal(loop: asyncio.AbstractEventLoop) -> Iterator[int]:
    """A pseudo terminal that swallows what is written to it."""
    master, slave = pty.openpty()
    loop.add_reader(master, lambda: os.read(master, 65536))
    try:
        yield slave
    finally:
        loop.remove_reader(master)
        os.close(slave)
        os.close(master)


async def timed(
    server: Server, command: list[str], wanted: str, env: dict[str, str], folder: str, tty: bool = False
) -> dict[str, float]:
    """Milliseconds from exec to the first byte, to the open line and to the wanted event."""
    server.expect(wanted)
    with contextlib.ExitStack() as house:
        wire = house.enter_context(terminal(asyncio.get_running_loop())) if tty else subprocess.DEVNULL
        begun_s = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, env=env, cwd=folder, stdin=wire, stdout=wire, stderr=wire
        )
        try:
            async with asyncio.timeout(30):
                await server.heard.wait()
        except TimeoutError:
            state = f"ended with {process.returncode}" if process.returncode is not None else "still runs"
            raise SystemExit(f"{' '.join(command)}: no {wanted} within 30 s; it {state}") from None
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
    points = {"byte": server.byte_s, "open": server.opened_s, "wanted": server.first_s[wanted]}
    return {name: (at_s - begun_s) * 1000 for name, at_s in points.items()}


def device_ms(env: dict[str, str]) -> float:
    """PortAudio alone: import, list of devices, opening, first block."""
    done = subprocess.run(
        [sys.executable, "-c", DEVICE_SCRIPT], check=True, env=env, capture_output=True, text=True
    )
    return float(done.stdout)


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


async def one_round(
    server: Server, url: str, env: dict[str, str], folder: str, sound: list[str] | None, tty: bool
) -> dict[str, float]:
    """Milliseconds of every program, started once each; `sound`: options for talk, None for the devices."""
    ours = [str(BIN / "realtime-cli")]
    prompt, audio = "conversation.item.create", "input_audio_buffer.append"
    row = {
        "bare_help": help_ms([sys.executable, "bare.py", "--help"], env, folder),
        "help": help_ms([*ours, "--help"], env, folder),
    }
    bare = await timed(server, [sys.executable, "ws.py", url], prompt, env, folder)
    row |= {"bare_byte": bare["byte"], "bare_open": bare["open"], "bare_prompt": bare["wanted"]}
    asked = await timed(server, [*ours, "send-text", "--url", url, "hello"], prompt, env, folder)
    row |= {"send_byte": asked["byte"], "send_open": asked["open"], "send_prompt": asked["wanted"]}
    talk = [*ours, "talk", "--url", url, *([] if tty else ["--plain"]), *(sound or [])]
    spoken = await timed(server, talk, audio, env, folder, tty)
    row |= {"talk_open": spoken["open"], "talk_audio": spoken["wanted"] - spoken["open"]}
    if sound is None:
        row["bare_device"] = device_ms(env)
    return row


def ratios_of(rows: list[dict[str, float]]) -> dict[str, float]:
    """Medians of the rounds' ratios."""

    def median(upper: str, lower: str) -> float:
        return round(statistics.median(row[upper] / row[lower] for row in rows), 2)

    return {
        "help": median("help", "bare_help"),
        "send_text_first_byte": median("send_byte", "bare_byte"),
        "send_text_open": median("send_open", "bare_open"),
        "send_text_prompt": median("send_prompt", "bare_prompt"),
        "talk_open": median("talk_open", "bare_open"),
        "first_audio_ms": round(statistics.median(row["talk_audio"] for row in rows), 1),
    }


async def measure(rounds: int, *, devices: bool, tty: bool) -> dict[str, Any]:
    server = Server()
    with tempfile.TemporaryDirectory() as folder:
        # A user's: modules are compiled once, and the folders are where the platform has them.
        unusual = ("PYTHONDONTWRITEBYTECODE", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
        env = {name: value for name, value in os.environ.items() if name not in unusual}
        env = {n: v for n, v in env.items() if not n.startswith("REALTIME_CLI_")} | {"HOME": folder}
        env.setdefault("TERM", "xterm-256color")
        prepare(folder)
        async with server.listen() as listener:
            url = f"ws://127.0.0.1:{next(iter(listener.sockets)).getsockname()[1]}/v1"
            sound = None if devices else ["--input-file", "silence.wav", "--output-file", "out.wav"]
            await one_round(server, url, env, folder, sound, tty)  # warms the caches and does not count
            rows = [await one_round(server, url, env, folder, sound, tty) for _ in range(rounds)]
    ms = {name: round(statistics.median(row[name] for row in rows), 1) for name in rows[0]}
    return {"rounds": rounds, "ms": ms, "ratios": ratios_of(rows), "goals": GOALS}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--talk", action="store_true", help="talk with real devices")
    parser.add_argument("--terminal", action="store_true", help="talk in a terminal, with the live view")
    options = parser.parse_args()
    found = asyncio.run(measure(options.rounds, devices=options.talk, tty=options.terminal))
    for name, value in found["ms"].items():
        print(f"{name:<12}{value:9.1f} ms")
    for name, value in found["ratios"].items():
        goal = GOALS[name]
        print(f"{name:<22}{value:8.2f}   goal {goal:g}   {'reached' if value <= goal else 'MISSED'}")
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
