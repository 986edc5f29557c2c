"""Measure the local server from outside, as a client meets it: `realtime-cli serve` and real sockets, in real time.

    scripts/bench local [--sessions 1,2,4] [--turns 8] [--noise 30,20,10] [--skip-words] [--json FILE]

- cold start: from starting the process to its URL (models loaded)
- first audio: end of speech (last sample of it sent) to the first `response.output_audio.delta`, silence window 500 ms
- words: errors on the command phrases, spoken by espeak-ng en-us and flite slt, clean and with pink noise
- longest ping: how long the socket of an idle client was ever kept waiting meanwhile
- load: CPU of one core and memory of the whole process tree while so many sessions talk at the same time

Synthetic voices say little about people. Linux only (it reads /proc).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import shutil
import signal
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from bench_engines import COMMANDS, flite, word_errors
from websockets.asyncio.client import connect

from realtime_cli.clock import monotonic
from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
from realtime_cli.server.engines.catalog import assemble

BLOCK_MS, BLOCK_BYTES = 20, 960
SILENCE_MS = 500
QUIET = bytes(BLOCK_BYTES)
PATIENCE_S = 20.0
TICKS_HZ = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Turn:
    """What one spoken turn came to."""

    said: str
    heard: str = ""
    first_audio_ms: float | None = None
    failed: bool = False  # and the client was told so


@dataclass
class Running:
    """A server process."""

    url: str
    pid: int
    cold_start_s: float
    peak_bytes: int = 0
    cpu_s: float = field(default=0.0)

    def look(self, *, alone: bool = False) -> tuple[float, int]:
        """CPU seconds so far and resident bytes (shared pages counted once) of the process tree, or of it alone."""
        cpu_s, memory = 0.0, 0
        for pid in [self.pid] if alone else tree(self.pid):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            cpu_s += (int(fields[11]) + int(fields[12])) / TICKS_HZ
            memory += (
                next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) * 1024
            )
        return cpu_s, memory


def tree(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


@asynccontextmanager
async def server(*arguments: str) -> AsyncIterator[Running]:
    began = monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "realtime_cli", "serve", "--port", "0", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    try:
        yield Running(url, process.pid, monotonic() - began)
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


class Caller:
    """One client with an open microphone: silence between its turns, everything in real time."""

    def __init__(self, line: Any, *, answers: bool = True) -> None:
        self.line, self.answers = line, answers
        self.turn = Turn("")
        self.spoke_until = 0.0
        self.done = asyncio.Event()

    async def begin(self) -> None:
        detection = {
            "type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": SILENCE_MS,
            "create_response": self.answers, "interrupt_response": True,
        }  # fmt: skip
        audio = {"input": {"transcription": {"model": "local"}, "turn_detection": detection}}
        await self.say({"type": "session.update", "session": {"type": "realtime", "audio": audio}})

    async def say(self, event: dict[str, Any]) -> None:
        await self.line.send(json.dumps(event))

    async def listen(self) -> None:
        """Read what comes, until cancelled."""
        completed = "conversation.item.input_audio_transcription.completed"
        has_heard = has_answered = False
        async for text in self.line:
            event = json.loads(text)
            kind = event["type"]
            if kind == completed:
                self.turn.heard = f"{self.turn.heard} {event['transcript']}".strip()
                has_heard = True
            elif kind == "response.output_audio.delta" and self.turn.first_audio_ms is None:
                self.turn.first_audio_ms = (monotonic() - self.spoke_until) * 1000
            elif kind.startswith(completed.removesuffix("completed") + "failed"):
                has_heard = self.turn.failed = True
            elif kind == "response.done":
                has_answered = True
                self.turn.failed = self.turn.failed or event["response"]["status"] == "failed"
            if has_heard and (has_answered or not self.answers):
                has_heard = has_answered = False
                self.done.set()

    async def take_turn(self, text: str, pcm: bytes) -> Turn:
        """Speak, then be silent until the answer is there."""
        self.turn, self.done = Turn(text), asyncio.Event()
        blocks = [QUIET] * 15 + [pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm), BLOCK_BYTES)]
        began = monotonic()
        sent = 0
        while True:
            block = blocks[sent] if sent < len(blocks) else QUIET
            await self.say({"type": "input_audio_buffer.append", "audio": base64.b64encode(block).decode()})
            sent += 1
            if sent == len(blocks):
                self.spoke_until = monotonic()
            late = sent * BLOCK_MS / 1000 > len(blocks) * BLOCK_MS / 1000 + PATIENCE_S
            if sent > len(blocks) and (self.done.is_set() or late):
                return self.turn
            await asyncio.sleep(max(0.0, began + sent * BLOCK_MS / 1000 - monotonic()))


async def talk(url: str, phrases: list[tuple[str, bytes]], *, answers: bool = True) -> list[Turn]:
    async with connect(url, max_size=None) as line:
        caller = Caller(line, answers=answers)
        listening = asyncio.create_task(caller.listen())
        await caller.begin()
        turns = [await caller.take_turn(text, pcm) for text, pcm in phrases]
        listening.cancel()
        return turns


async def spoken(voice: str) -> list[tuple[str, bytes]]:
    """The command phrases, cut to their speech."""
    phrases = []
    engines = assemble()
    for text in COMMANDS:
        if voice == "slt":
            pcm = flite(text)
        else:
            pcm = b"".join([piece async for piece in engines.mouth.speak(text, voice="marin")])
        loud = np.flatnonzero(np.abs(from_bytes(pcm).astype(np.int32)) > 200)
        phrases.append((text, pcm[: (int(loud[-1]) + 1) * 2]))
    return phrases


def with_noise(pcm: bytes, ratio_db: float, seed: int = 1) -> bytes:
    """Pink noise under the speech, so much below its level."""
    frames = from_bytes(pcm).astype(np.float64)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=len(frames)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), len(frames))
    level = np.sqrt(np.mean(frames**2)) / 10 ** (ratio_db / 20)
    mixed = frames + noise / np.sqrt(np.mean(noise**2)) * level
    return to_bytes(np.clip(np.rint(mixed), -32768, 32767).astype(np.int16))


def word_error_rate(turns: list[Turn]) -> float:
    errors = sum(word_errors(turn.said.split(), turn.heard.lower().split()) for turn in turns)
    return round(100 * errors / sum(len(turn.said.split()) for turn in turns), 1)


def latency(turns: list[Turn]) -> dict[str, float]:
    times = sorted(turn.first_audio_ms for turn in turns if turn.first_audio_ms is not None)
    if not times:
        return {"answered": 0}
    return {
        "answered": len(times),
        "of": len(turns),
        "median ms": round(statistics.median(times)),
        "p95 ms": round(times[min(len(times) - 1, int(len(times) * 0.95))]),
    }


async def load(sessions: int, phrases: list[tuple[str, bytes]], turns: int) -> dict[str, Any]:
    """So many clients at the same time, each with its own order of phrases."""
    async with server() as running:
        await talk(running.url, phrases[:1])  # everything is warm
        before, began = running.look()[0], monotonic()
        watching = asyncio.create_task(_peak(running))
        pings: list[float] = []
        pinging = asyncio.create_task(_ping(running.url, pings))
        all_turns = await asyncio.gather(
            *(
                talk(running.url, [phrases[(number * 3 + at) % len(phrases)] for at in range(turns)])
                for number in range(sessions)
            )
        )
        wall = monotonic() - began
        watching.cancel()
        pinging.cancel()
        flat = [turn for one in all_turns for turn in one]
        return {
            **latency(flat),
            "word errors %": word_error_rate(flat),
            "longest ping ms": round(max(pings), 1),
            "CPU % of one core": round(100 * (running.look()[0] - before) / wall),
            "memory MB": round(running.peak_bytes / 1e6),
            "cold start s": round(running.cold_start_s, 2),
        }


async def _peak(running: Running) -> None:
    while True:
        running.peak_bytes = max(running.peak_bytes, running.look()[1])
        await asyncio.sleep(0.5)


async def _ping(url: str, pings: list[float]) -> None:
    """How long the server's loop keeps an idle client waiting: whether the socket ever stalls."""
    async with connect(url, max_size=None) as line:
        while True:
            began = monotonic()
            await (await line.ping())
            pings.append((monotonic() - began) * 1000)
            await asyncio.sleep(0.01)


async def words(voices: list[str], noises: list[float]) -> dict[str, Any]:
    """Errors for each voice, clean and in noise."""
    report: dict[str, Any] = {}
    async with server() as running:
        for voice in voices:
            phrases = await spoken(voice)
            report[f"{voice} clean"] = word_error_rate(await talk(running.url, phrases, answers=False))
            for noise in noises:
                noisy = [(text, with_noise(pcm, noise)) for text, pcm in phrases]
                turns = await talk(running.url, noisy, answers=False)
                report[f"{voice} {noise:g} dB"] = word_error_rate(turns)
    return report


async def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    voices = ["espeak", "slt"] if shutil.which("flite") else ["espeak"]
    phrases = await spoken(voices[-1])
    report: dict[str, Any] = {}
    if not arguments.skip_words:
        noises = [float(one) for one in arguments.noise.split(",") if one]
        report["word errors %"] = await words(voices, noises)
        show("word errors %", report["word errors %"])
    for sessions in (int(one) for one in arguments.sessions.split(",")):
        name = f"{sessions} session{'s' * (sessions > 1)}, silence window {SILENCE_MS} ms"
        report[name] = await load(sessions, phrases, arguments.turns)
        show(name, report[name])
    return report


def show(name: str, values: dict[str, Any]) -> None:
    print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in values.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sessions", default="1,2,4", help="how many at a time, one run for each")
    parser.add_argument("--turns", type=int, default=8, help="spoken turns of each session")
    parser.add_argument("--noise", default="30,20,10", help="signal to noise ratios in dB")
    parser.add_argument("--skip-words", action="store_true")
    parser.add_argument("--json", type=Path, help="write the report there too")
    arguments = parser.parse_args()
    report = asyncio.run(measure(arguments))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
