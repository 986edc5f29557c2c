"""Measure the sound path of `talk` against a bare PortAudio client with the same blocks, in the same run.

    scripts/bench audio [--parts uplink,downlink,bargein,stalls,cpu,memory] [--json FILE] [--quick]

Everything is real but the server, which is a script: the program on a pseudo terminal, a WebSocket on 127.0.0.1, a
private PulseAudio at 24 kHz with a virtual microphone and speaker. What `parec` adds to a time (10 to 20 ms) is in all
of them, ours and the bare client's. Times are ms.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.support.console import console
from tests.support.sound import VirtualAudio, noise, virtual_audio, write_wav

RATE = 24_000
NEAR = 0.2  # seconds to look around a click
CALM_S = (
    7.0  # after so long without an answer the speaker's device dozes where it may, and the canceller rests
)


class Server:
    """A Realtime server that does what it is told. All of it on a loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.lines: dict[str, ServerConnection] = {}
        self.events: dict[str, list[tuple[float, dict[str, Any]]]] = {}
        self.url = ""
        self._up = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self._up.wait(5)

    def _run(self) -> None:
        self.loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with serve(self._meet, "127.0.0.1", 0, max_size=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"ws://127.0.0.1:{port}"
            self._up.set()
            await asyncio.Future()

    async def _meet(self, line: ServerConnection) -> None:
        name = "bare" if line.request and "bare" in line.request.path else "ours"
        self.lines[name], self.events[name] = line, []
        if name == "ours":
            session = {"type": "realtime", "id": "sess_1", "object": "realtime.session", "model": "m"}
            await line.send(json.dumps({"type": "session.created", "event_id": "e", "session": session}))
        with contextlib.suppress(ConnectionClosed):
            await self._listen(name, line)

    async def _listen(self, name: str, line: ServerConnection) -> None:
        async for text in line:
            at = time.monotonic()
            event = json.loads(text)
            self.events[name].append((at, event))
            if event["type"] == "session.update":
                answer = {**event["session"], "id": "sess_1", "object": "realtime.session"}
                await line.send(json.dumps({"type": "session.updated", "event_id": "e", "session": answer}))

    def do(self, work: Callable[[], Awaitable[Any]]) -> Any:
        return asyncio.run_coroutine_threadsafe(_call(work), self.loop).result(120)

    async def say(self, name: str, **event: Any) -> float:
        await self.lines[name].send(json.dumps({"event_id": "e", **event}))
        return time.monotonic()

    async def begin(self, turn: str) -> None:
        response = {"id": f"r{turn}", "object": "realtime.response", "status": "in_progress", "output": []}
        await self.say("ours", type="response.created", response=response)
        item: dict[str, Any] = {
            "id": f"i{turn}",
            "object": "realtime.item",
            "type": "message",
            "role": "assistant",
        }
        item |= {"status": "in_progress", "content": []}
        await self.say(
            "ours", type="response.output_item.added", response_id=f"r{turn}", output_index=0, item=item
        )

    async def delta(self, name: str, turn: str, frames: Any) -> float:
        audio = base64.b64encode(frames.astype("<i2").tobytes()).decode()
        where = {"response_id": f"r{turn}", "item_id": f"i{turn}", "output_index": 0, "content_index": 0}
        return await self.say(name, type="response.output_audio.delta", delta=audio, **where)

    async def finish(self, turn: str, status: str = "completed") -> None:
        where = {"response_id": f"r{turn}", "item_id": f"i{turn}", "output_index": 0, "content_index": 0}
        await self.say("ours", type="response.output_audio.done", **where)
        item: dict[str, Any] = {
            "id": f"i{turn}",
            "object": "realtime.item",
            "type": "message",
            "role": "assistant",
        }
        item |= {"status": status, "content": [{"type": "output_audio", "transcript": "x"}]}
        await self.say(
            "ours", type="response.output_item.done", response_id=f"r{turn}", output_index=0, item=item
        )
        response = {"id": f"r{turn}", "object": "realtime.response", "status": status, "output": [item]}
        await self.say("ours", type="response.done", response=response)


async def _call(work: Callable[[], Awaitable[Any]]) -> Any:
    return await work()


class Ear:
    """parec on the speaker's monitor, with the time at which each piece arrived."""

    def __init__(self, audio: VirtualAudio) -> None:
        self._process = subprocess.Popen(
            ["parec", "--device=speaker.monitor", "--latency-msec=10", f"--rate={RATE}", "--channels=1",
             "--format=s16le", "--raw"], env=audio.env, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        self.data = bytearray()
        self.times: list[tuple[int, float]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        while piece := self._process.stdout.read(480):
            self.data += piece
            self.times.append((len(self.data) // 2, time.monotonic()))

    def frames(self, begin: int = 0) -> Any:
        return np.frombuffer(bytes(self.data[: len(self.data) // 2 * 2]), "<i2")[begin:]

    def at_s(self, frame: int) -> float:
        """When this frame arrived."""
        return next(at for end, at in self.times if end > frame)

    def wait_quiet(self, begin: int, quiet_s: float = 0.4, within_s: float = 15.0) -> Any:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            part = self.frames(begin)
            if part.any() and not part[-round(quiet_s * RATE) :].any():
                return part
            time.sleep(0.02)
        raise AssertionError("it did not become quiet")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


BARE = """
import asyncio, base64, collections, json, sys, sounddevice as sd, websockets.asyncio.client as w
url, mode = sys.argv[1], sys.argv[2]
async def main():
    loop = asyncio.get_running_loop(); queue = collections.deque(); out = asyncio.Queue(); rest = bytearray()
    def heard(data, n, t, s): loop.call_soon_threadsafe(out.put_nowait, bytes(data))
    def wanted(data, n, t, s):
        while queue: rest.extend(queue.popleft())
        part = bytes(rest[:len(data)]); del rest[:len(data)]; data[:] = part + bytes(len(data) - len(part))
    async with w.connect(url + "/bare") as line:
        streams = [sd.RawOutputStream(24000, 192, channels=1, dtype="int16", latency="low", callback=wanted)]
        streams += [sd.RawInputStream(24000, 480, channels=1, dtype="int16", latency="high", callback=heard)]
        for s in streams: s.start()
        print("up", flush=True)
        async def send():
            while True:
                audio = base64.b64encode(await out.get()).decode()
                if mode == "talk":
                    await line.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        task = asyncio.create_task(send())
        async for text in line:
            event = json.loads(text)
            if "delta" in event: queue.append(base64.b64decode(event["delta"]))
asyncio.run(main())
"""


@contextmanager
def bare(server: Server, audio: VirtualAudio) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", BARE, server.url, "talk"], env=audio.env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline().strip() == "up"
        time.sleep(0.5)
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def ours(server: Server, audio: VirtualAudio, *options: str) -> Iterator[Any]:
    with tempfile.TemporaryDirectory() as home:
        env = {
            **audio.env,
            "REALTIME_CLI_CONFIG_DIR": home,
            "REALTIME_CLI_DATA_DIR": home,
            "OPENAI_API_KEY": "sk-bench",
        }
        arguments = ["talk", "--url", server.url, *options]
        with console(arguments, env, Path(home)) as terminal:
            terminal.wait_for("listening")
            time.sleep(1.0)
            yield terminal
            terminal.type("q")
            terminal.wait_end()


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def stats(values: list[float]) -> dict[str, float]:
    return {
        "median": round(float(statistics.median(values)), 1),
        "max": round(float(max(values)), 1),
        "n": len(values),
    }


def uplink(server: Server, audio: VirtualAudio, quick: bool) -> dict[str, Any]:
    """The same clicks through both clients at the same time; when each arrives at the server."""
    count = 10 if quick else 30
    clicks = np.zeros(RATE * (count + 1) // 2, dtype=np.int16)
    for n in range(count):
        at = RATE // 4 + n * RATE // 2 + n * 37
        clicks[at : at + 240] = noise(0.01, seed=n + 1)[:240]
    with tempfile.TemporaryDirectory() as folder, bare(server, audio), ours(server, audio, "--echo", "off"):
        for events in server.events.values():
            events.clear()
        audio.say(write_wav(Path(folder) / "clicks.wav", clicks)).wait()
        time.sleep(0.5)
    found = {}
    for name in ("bare", "ours"):
        times: list[float] = []
        last = -1.0
        for at_s, event in server.events[name]:
            if event["type"] != "input_audio_buffer.append":
                continue
            frames = np.frombuffer(base64.b64decode(event["audio"]), "<i2")
            if np.abs(frames).max(initial=0) > 300 and at_s - last > NEAR:
                times.append(at_s)
                last = at_s
        found[name] = times
    pairs: list[float] = [
        (mine - min(found["bare"], key=lambda t: abs(t - mine))) * 1000
        for mine in found["ours"]
        if found["bare"]
    ]
    return {"ours later than bare, ms": stats(pairs)}


def downlink(server: Server, audio: VirtualAudio, ear: Ear, quick: bool) -> dict[str, Any]:
    """From sending a delta to hearing it: all at once, the same when nobody expected an answer, and at the speed of
    speech.
    """
    sound = noise(0.6, seed=3)
    kinds = ("bare, burst", "ours, burst", "ours, burst out of a doze", "ours, real time")
    found: dict[str, list[float]] = {kind: [] for kind in kinds}

    def hear(start: int, sent_s: float) -> float:
        part = ear.wait_quiet(start)
        return ms(ear.at_s(start + int(np.flatnonzero(part)[0])) - sent_s)

    rounds = 4 if quick else 12
    with bare(server, audio):
        for n in range(rounds):
            start = len(ear.data) // 2
            found["bare, burst"].append(hear(start, server.do(partial(server.delta, "bare", f"b{n}", sound))))
    with ours(server, audio, "--echo", "off"):
        for n in range(rounds):
            start = len(ear.data) // 2

            async def burst(turn: str = f"d{n}") -> float:
                await server.begin(turn)
                sent = await server.delta("ours", turn, sound)
                await server.finish(turn)
                return sent

            found["ours, burst"].append(hear(start, server.do(burst)))
        for n in range(2 if quick else 6):
            time.sleep(CALM_S)
            start = len(ear.data) // 2

            async def unexpected(turn: str = f"z{n}") -> float:
                await server.begin(turn)
                sent = await server.delta("ours", turn, sound)
                await server.finish(turn)
                return sent

            found["ours, burst out of a doze"].append(hear(start, server.do(unexpected)))
        for n in range(rounds):
            start = len(ear.data) // 2

            async def live(turn: str = f"l{n}") -> float:
                await server.begin(turn)
                first, begun = 0.0, asyncio.get_running_loop().time()
                for index, at in enumerate(range(0, len(sound), 480)):
                    # A server that is late once must not be late from then on: that would be a slow server.
                    await asyncio.sleep(max(0.0, begun + index * 0.02 - asyncio.get_running_loop().time()))
                    sent = await server.delta("ours", turn, sound[at : at + 480])
                    first = first or sent
                await server.finish(turn)
                return first

            sent = server.do(live)
            found["ours, real time"].append(hear(start, sent))
    return {name: stats(values) for name, values in found.items()}


def bargein(server: Server, audio: VirtualAudio, ear: Ear, quick: bool) -> dict[str, Any]:
    """From `speech_started` to the fade, its length, and the truncation against the recording."""
    sound = np.full(RATE * 4, 8000, dtype=np.int16)
    begins, lengths, errors, whole = [], [], [], []
    with ours(server, audio):
        for n in range(4 if quick else 12):
            turn, start = f"g{n}", len(ear.data) // 2

            async def talk(turn: str = turn) -> None:
                await server.begin(turn)
                await server.delta("ours", turn, sound)

            server.do(talk)
            time.sleep(0.9 + 0.037 * n)
            server.events["ours"].clear()
            speech = {"type": "input_audio_buffer.speech_started", "audio_start_ms": 1, "item_id": f"u{n}"}
            said = server.do(partial(server.say, "ours", **speech))
            part = ear.wait_quiet(start)
            heard = np.flatnonzero(part)
            full = np.flatnonzero(part >= 7990)
            begins.append(ms(ear.at_s(start + int(full[-1])) - said))
            lengths.append(ms((heard[-1] - full[-1]) / RATE))
            cuts = [e for _, e in server.events["ours"] if e["type"] == "conversation.item.truncate"]
            errors.append(abs(cuts[0]["audio_end_ms"] - (heard[-1] + 1 - heard[0]) * 1000 / RATE))
            start, reply = len(ear.data) // 2, f"h{n}"

            async def answer(n: int = n, turn: str = turn, reply: str = reply) -> None:
                await server.finish(turn, "cancelled")
                await server.say(
                    "ours", type="input_audio_buffer.speech_stopped", audio_end_ms=2, item_id=f"u{n}"
                )
                await server.say("ours", type="input_audio_buffer.committed", item_id=f"u{n}")
                await server.begin(reply)
                await server.delta("ours", reply, sound[: RATE // 2])
                await server.finish(reply)

            server.do(answer)
            part = np.flatnonzero(ear.wait_quiet(start))
            whole.append((part[-1] + 1 - part[0]) * 1000 / RATE - 500)
    return {
        "fade begins after speech_started": stats(begins),
        "fade lasts": stats(lengths),
        "truncation error": stats(errors),
        "reply longer than sent": stats([round(x, 1) for x in whole]),
    }


def stalls(server: Server, audio: VirtualAudio, ear: Ear) -> dict[str, Any]:
    """A stream at the speed of speech that stands still once in each item: gaps, and delay at the end."""
    sound, table = noise(2.0, seed=8), {}
    for stall_ms in (80, 150, 300):
        rows = []
        with ours(server, audio, "--echo", "off"):
            for n in range(4):
                turn, start = f"s{stall_ms}_{n}", len(ear.data) // 2

                async def stream(turn: str = turn, stall_ms: int = stall_ms) -> None:
                    await server.begin(turn)
                    begun = asyncio.get_running_loop().time()
                    late = 0.0
                    for index, at in enumerate(range(0, len(sound), 480)):
                        if index == 40:
                            late = stall_ms / 1000
                        due = begun + index * 0.02
                        # After the stall everything that was held up comes at once.
                        hold = begun + 40 * 0.02 + late if index >= 40 else 0.0
                        await asyncio.sleep(max(0.0, max(due, hold) - asyncio.get_running_loop().time()))
                        await server.delta("ours", turn, sound[at : at + 480])
                    await server.finish(turn)

                server.do(stream)
                part = ear.wait_quiet(start, 0.7)
                heard = np.flatnonzero(part)
                gaps = np.diff(heard)
                gap = float(np.sum(gaps[gaps > 12])) * 1000 / RATE
                rows.append({"gap_ms": round(gap), "length_ms": round((heard[-1] - heard[0]) * 1000 / RATE)})
        table[f"stall {stall_ms}"] = {f"item {n + 1}": row for n, row in enumerate(rows)}
    return table


def spent_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def adding_s() -> float:
    """CPU seconds for ten million additions: how fast this machine is just now (shared ones vary by 3)."""
    before, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return round(time.process_time() - before, 2)


def cpu(server: Server, audio: VirtualAudio, quick: bool) -> dict[str, Any]:
    """CPU seconds for each minute, with the live view on: medians of several sessions, for one alone may be half a
    second off. Both clients run at the same time, so that a machine whose speed changes is fair to both.
    """
    table: dict[str, Any] = {}
    rounds: dict[str, list[dict[str, Any]]] = {"off": [], "auto": []}
    for n in range(1 if quick else 3):
        for echo, rows in rounds.items():
            rows.append(_cpu_once(server, audio, echo, n, 8 if quick else 20))
    for echo, rows in rounds.items():
        table[f"echo {echo}"] = {
            name: round(statistics.median(row[name] for row in rows), 2) for name in rows[0]
        }
    return table


def _cpu_once(server: Server, audio: VirtualAudio, echo: str, n: int, seconds: int) -> dict[str, Any]:
    long = noise(seconds + 4.0, seed=4, peak=3000)
    with bare(server, audio) as process, ours(server, audio, "--echo", echo) as terminal:
        pids = {"bare": process.pid, "ours": terminal.process.pid}

        def used() -> dict[str, float]:
            before = {name: spent_s(pid) for name, pid in pids.items()}
            time.sleep(seconds)
            return {name: (spent_s(pid) - before[name]) * 60 / seconds for name, pid in pids.items()}

        time.sleep(CALM_S)
        row: dict[str, Any] = {"10M additions, s": adding_s()}
        spent = {"idle": used()}

        async def speak(turn: str = f"cpu{echo}{n}") -> None:
            await server.begin(turn)
            for at in range(0, len(long), RATE):
                await server.delta("bare", turn, long[at : at + RATE])
                await server.delta("ours", turn, long[at : at + RATE])

        server.do(speak)
        time.sleep(1.0)
        spent["talking"] = used()
        for kind, who in spent.items():
            row |= {f"{kind} bare": who["bare"], f"{kind} ours": who["ours"]}
            row[f"{kind} above bare"] = who["ours"] - who["bare"]
        return row | {"rss_mib": rss_mib(pids["ours"])}


def memory(server: Server, audio: VirtualAudio, quick: bool) -> dict[str, Any]:
    """Resident memory after the first turns and after many."""
    turns = 60 if quick else 200
    sound = noise(0.15, seed=4)
    with ours(server, audio) as terminal:
        pid, marks = terminal.process.pid, {}
        for n in range(turns):

            async def turn(n: int = n) -> None:
                name = f"m{n}"
                await server.say(
                    "ours", type="input_audio_buffer.speech_started", audio_start_ms=1, item_id=f"u{n}"
                )
                await server.say(
                    "ours", type="input_audio_buffer.speech_stopped", audio_end_ms=2, item_id=f"u{n}"
                )
                await server.say("ours", type="input_audio_buffer.committed", item_id=f"u{n}")
                await server.begin(name)
                await server.delta("ours", name, sound)
                await server.finish(name)

            server.do(turn)
            time.sleep(0.3)
            if n + 1 in (20, turns):
                marks[f"after {n + 1} turns, MiB"] = rss_mib(pid)
    return marks


def goals(found: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """What was asked for, of the parts that were measured: (figure, limit)."""
    met: dict[str, tuple[float, float]] = {}
    if row := found.get("uplink"):
        met["microphone to WebSocket, later than bare"] = (row["ours later than bare, ms"]["median"], 15)
    if row := found.get("downlink"):
        bare_ms = row["bare, burst"]["median"]
        met["delta to speaker in a burst, later than bare"] = (row["ours, burst"]["median"] - bare_ms, 15)
        # An underrun, if only of this machine, makes the buffer longer than the 40 ms it begins with.
        met["at the speed of speech, later than bare"] = (row["ours, real time"]["median"] - bare_ms, 40 + 15)
    if row := found.get("bargein"):
        met["fade after speech_started"] = (row["fade begins after speech_started"]["median"], 35)
        met["length of the fade"] = (row["fade lasts"]["median"], 10)
        met["truncation error"] = (row["truncation error"]["median"], 20)
    limits = {"off": {"idle": 0.8, "talking": 1.5}, "auto": {"idle": 2.4, "talking": 3.3}}
    for echo, kinds in limits.items() if "cpu" in found else ():
        row = found["cpu"][f"echo {echo}"]
        met |= {f"CPU, {kind}, --echo {echo}": (row[f"{kind} above bare"], s) for kind, s in kinds.items()}
        met[f"resident memory (MB), --echo {echo}"] = (row["rss_mib"] * 2**20 / 1e6, 100)
    if row := found.get("memory"):
        before, after = row.values()
        met["memory, growth after 20 turns (MB)"] = ((after - before) * 2**20 / 1e6, 5)
    return met


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parts", default="uplink,downlink,bargein,stalls,cpu,memory")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    server, found = Server(), {}
    with virtual_audio() as audio:
        for part in options.parts.split(","):
            ear = Ear(audio)
            try:
                match part:
                    case "uplink":
                        found[part] = uplink(server, audio, options.quick)
                    case "downlink":
                        found[part] = downlink(server, audio, ear, options.quick)
                    case "bargein":
                        found[part] = bargein(server, audio, ear, options.quick)
                    case "stalls":
                        found[part] = stalls(server, audio, ear)
                    case "cpu":
                        ear.stop()
                        found[part] = cpu(server, audio, options.quick)
                    case "memory":
                        found[part] = memory(server, audio, options.quick)
                    case _:
                        parser.error(f"there is no part {part!r}")
            finally:
                ear.stop()
            print(f"\n{part}")
            for name, row in found[part].items():
                print(f"  {name:<36} {row}", flush=True)
    print("\ngoals")
    for name, (figure, limit) in goals(found).items():
        print(f"  {name:<44} {figure:7.1f} of {limit:5.1f}  {'met' if figure <= limit else 'MISSED'}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
