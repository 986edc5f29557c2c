"""Measure the speech engines: how long `finish` and the first sound take, and how many words are heard wrong.

    python scripts/bench_engines.py [--fast] [--voices espeak,slt] [--json FILE]

Command phrases are spoken by espeak-ng (the server's own voice) and, where it is installed, by flite's slt, with
200 ms of silence before and 500 ms after, and fed to the recogniser in blocks of 20 ms: in real time, so that
`finish` is what a user would wait, or with `--fast` as fast as it takes them, for word errors only. Synthetic voices
say little about people, so word errors here compare versions of this program, nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from realtime_cli.clock import monotonic
from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
from realtime_cli.dsp.resample import resample
from realtime_cli.server.engines.catalog import assemble
from realtime_cli.server.engines.contract import Engines, ToolOffer

BLOCK_BYTES = 960
COMMANDS = (
    "what time is it", "what is the date today", "roll two dice", "roll a die", "flip a coin",
    "what is seven plus five", "what is twelve times three", "what is forty minus nine", "spell elephant",
    "my name is john", "what is my name", "take a note buy bread", "read my notes", "what can you do", "hello",
    "thank you very much", "goodbye", "say that again", "repeat after me good morning", "tell me the time",
)  # fmt: skip
TOOL_COMMANDS = ("turn on the kitchen light", "get the weather", "what is the weather")
TOOLS = (
    ToolOffer(
        "switch_light", "Turn on the light.", {"properties": {"room": {"enum": ["kitchen", "bedroom"]}}}
    ),
    ToolOffer("get_weather", "Get the weather", {"properties": {}}),
)


async def espeak(engines: Engines, text: str) -> tuple[bytes, float]:
    """PCM16 at 24 kHz and the seconds until its first piece."""
    began, first, pcm = monotonic(), 0.0, b""
    async for piece in engines.mouth.speak(text, voice="marin"):
        first = first or monotonic() - began
        pcm += piece
    return pcm, first


def flite(text: str) -> bytes:
    """The same from flite's voice slt (16 kHz)."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", file.name], check=True)
        with wave.open(file.name) as sound:
            frames = from_bytes(sound.readframes(sound.getnframes()))
            return to_bytes(resample(frames, sound.getframerate(), 24_000))


async def hear(engines: Engines, pcm: bytes, *, fast: bool) -> tuple[str, float]:
    """The transcript, and the seconds that `finish` took."""
    utterance = engines.ears.listen()
    padded = bytes(9_600) + pcm + bytes(24_000)
    began = monotonic()
    for number, at in enumerate(range(0, len(padded), BLOCK_BYTES), 1):
        await utterance.feed(padded[at : at + BLOCK_BYTES])
        if not fast:
            await asyncio.sleep(max(0.0, began + number * 0.02 - monotonic()))
    ended = monotonic()
    return (await utterance.finish()).text, monotonic() - ended


def word_errors(said: list[str], heard: list[str]) -> int:
    """Edit distance in words."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, 1):
        row, last = [at, *row[1:]], row
        for to, other in enumerate(heard, 1):
            row[to] = min(last[to - 1] + (word != other), last[to] + 1, row[to - 1] + 1)
    return row[-1]


def milliseconds(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(1000 * value for value in seconds)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
    }


async def measure(voices: list[str], *, fast: bool) -> dict[str, object]:
    engines = assemble()
    engines.ears.expect(engines.brain.phrases(TOOLS))
    began = monotonic()
    await engines.ears.start()
    report: dict[str, object] = {"cold start s": round(monotonic() - began, 2), "missing": engines.missing}
    try:
        for voice in voices:
            waits, firsts, errors, words = [], [], 0, 0
            for text in (*COMMANDS, *TOOL_COMMANDS):
                pcm, first = await espeak(engines, text) if voice == "espeak" else (flite(text), 0.0)
                heard, wait = await hear(engines, pcm, fast=fast)
                wrong = word_errors(text.split(), heard.split())
                errors, words = errors + wrong, words + len(text.split())
                waits.append(wait)
                firsts.append(first)
                if wrong:
                    print(f"{voice}: {text!r} was heard as {heard!r}", file=sys.stderr)
            report[f"{voice}: word errors %"] = round(100 * errors / words, 1)
            report[f"{voice}: finish ms"] = milliseconds(waits)
            if voice == "espeak":
                report["first sound ms"] = milliseconds(firsts)
    finally:
        await engines.ears.stop()
        await engines.mouth.stop()
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--fast", action="store_true", help="do not feed in real time")
    parser.add_argument("--voices", default="espeak,slt" if shutil.which("flite") else "espeak")
    parser.add_argument("--json", type=Path, help="write the report there too")
    arguments = parser.parse_args()
    report = asyncio.run(measure(arguments.voices.split(","), fast=arguments.fast))
    for name, value in report.items():
        print(f"{name:>24}  {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
