"""Two hundred turns of one conversation without hardware: what the program's memory does.

    scripts/soak sound [--turns 200] [--turn-s 1.0] [--json FILE]

The whole program on a pseudo terminal, with simulated devices that keep real time (`--input-file`, `--output-file`),
and a scripted server on 127.0.0.1. In every turn the user speaks, an answer with words and sound comes and is played;
every tenth is interrupted and truncated. Ends with an error when the resident memory grows by more than 5 MB after the
first 20 turns, or when an interruption is not truncated.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from bench_audio import RATE, Server, rss_mib

from tests.support.console import console
from tests.support.sound import noise

FIRST_TURNS = 20
LIMIT_MIB = 5e6 / 2**20
INTERRUPTED_EVERY = 10
WORDS = "It is ten past nine in Berlin, and ten past four in Tokyo; no rain is expected today. "


def silence(path: Path, seconds: float) -> Path:
    """A microphone that nobody speaks into."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for _ in range(int(seconds) + 1):
            file.writeframes(bytes(RATE * 2))
    return path


def take_turn(server: Server, number: int, turn_s: float) -> None:
    """The user speaks, and is answered; what sounds longer than the turn is interrupted by the next."""
    interrupted = number % INTERRUPTED_EVERY == 0
    sound = noise(turn_s * (2.0 if interrupted else 0.5), seed=4)
    user, name = f"u{number}", f"m{number}"

    async def play() -> None:
        started: dict[str, Any] = {"audio_start_ms": 1, "item_id": user}
        await server.say("ours", type="input_audio_buffer.speech_started", **started)
        await server.say("ours", type="input_audio_buffer.speech_stopped", audio_end_ms=2, item_id=user)
        await server.say("ours", type="input_audio_buffer.committed", item_id=user)
        kind = "conversation.item.input_audio_transcription.completed"
        await server.say("ours", type=kind, item_id=user, content_index=0, transcript=WORDS)
        await server.begin(name)
        where = {"response_id": f"r{name}", "item_id": f"i{name}", "output_index": 0, "content_index": 0}
        for at in range(0, len(sound), RATE // 10):
            await server.say("ours", type="response.output_audio_transcript.delta", delta=WORDS[:10], **where)
            await server.delta("ours", name, sound[at : at + RATE // 10])
        await server.finish(name)

    server.do(play)
    time.sleep(turn_s)


def soak(turns: int, turn_s: float) -> dict[str, Any]:
    """Figures of so many turns; memory in MiB."""
    server, marks = Server(), {}
    with tempfile.TemporaryDirectory() as home:
        source = silence(Path(home) / "silence.wav", turns * turn_s * 2 + 30)
        arguments = ["talk", "--url", server.url, "--no-history", "--input-file", str(source)]
        arguments += ["--output-file", str(Path(home) / "heard.wav")]
        env = {**os.environ, "REALTIME_CLI_DATA_DIR": home}
        with console(arguments, env, Path(home)) as terminal:
            terminal.wait_for("listening")
            for number in range(1, turns + 1):
                take_turn(server, number, turn_s)
                if number % FIRST_TURNS == 0 or number == turns:
                    marks[number] = rss_mib(terminal.process.pid)
                    print(f"after {number:4} turns: {marks[number]:6.1f} MiB", flush=True)
            time.sleep(turn_s)
            terminal.type("q")
            code = terminal.wait_end()
        cut = [event for _, event in server.events["ours"] if event["type"] == "conversation.item.truncate"]
    return {
        "turns": turns,
        "exit code": code,
        "interrupted": (turns - 1) // INTERRUPTED_EVERY,  # the last answer is heard to its end
        "truncated": len(cut),
        "memory MiB": marks,
        "grew MiB": round(marks[turns] - marks[min(FIRST_TURNS, turns)], 1),
    }


def verdict(figures: dict[str, Any]) -> list[str]:
    """What is not as it should be."""
    wrong = []
    if figures["grew MiB"] > LIMIT_MIB:
        wrong.append(f"memory grew by {figures['grew MiB']} MiB after the first {FIRST_TURNS} turns")
    if figures["truncated"] < figures["interrupted"]:
        wrong.append(f"{figures['truncated']} of {figures['interrupted']} interruptions were truncated")
    if figures["exit code"]:
        wrong.append(f"the program ended with {figures['exit code']}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--turn-s", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = soak(options.turns, options.turn_s)
    for name in ("turns", "interrupted", "truncated", "grew MiB"):
        print(f"{name:12} {figures[name]}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))
    wrong = verdict(figures)
    for line in wrong:
        print(f"wrong: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
