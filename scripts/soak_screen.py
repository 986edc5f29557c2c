#!/usr/bin/env python3
"""A conversation of ten minutes on the live view: what the screen costs, and whether it stays exact.

    scripts/soak_screen.py [MINUTES] [--real]

By itself it drives the client's mind through turns with partial transcripts, growing answers, calls, notices, moving
meters and resizes, ten pictures a second, onto a pseudo terminal that is really read. Time is counted, not waited for:
the CPU time of the screen (picture of the state, rendering, writing) is set against the minutes of the conversation.
With `--real` the whole program runs for so long in real time, and its whole CPU time is told as well.

Limits: below 2 % of one core; every turn stands in the scrollback once; no region is left behind.
"""

from __future__ import annotations

import argparse
import math
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from realtime_cli import protocol as p  # noqa: E402
from realtime_cli.session import facts as f  # noqa: E402
from realtime_cli.terminal.live import LiveView, ScreenConsole  # noqa: E402
from realtime_cli.terminal.theme import Theme  # noqa: E402
from tests.support.facts import Mind, begun, call_answer, call_item, ended, voice  # noqa: E402
from tests.terminal.screen import Screen  # noqa: E402

LIMIT_SHARE = 0.02
TURN_S = 8.0
QUESTION = "Please tell me what time it is in Berlin and in Tokyo, and whether it will rain 日本 🌧 today."
ANSWER = "It is ten past nine in Berlin and ten past four in Tokyo. No rain is expected, dear listener. "


class Conversation:
    """The mind, and what happens to it. One turn: 3 s of a question, a call, 4 s of an answer."""

    def __init__(self) -> None:
        self.mind = Mind()
        self.mind.ready()
        self.turn = self.asked = 0

    def tenth(self, tenth: int) -> None:
        """What happens in the tenth of a second `tenth` of a turn."""
        mind, ids = self.mind, (f"r{self.turn}", f"a{self.turn}")
        mind.at_s += 0.1
        level_dbfs = -45.0 + 30.0 * abs(math.sin(tenth * 1.7)) if tenth < 30 else -58.0
        mind.tell(*(f.MicHeard(bytes(960), level_dbfs) for _ in range(5)))
        user = f"u{self.turn}"
        if tenth == 2:
            mind.hear(p.InputAudioBufferSpeechStarted(item_id=user))
        if 4 <= tenth < 30 and tenth % 3 == 0:
            words = QUESTION[: len(QUESTION) * tenth // 30]
            mind.hear(p.ConversationItemInputAudioTranscriptionDelta(item_id=user, delta=words[-6:]))
        if tenth == 30:
            self.asked += 1
            mind.hear(
                p.InputAudioBufferSpeechStopped(item_id=user),
                p.InputAudioBufferCommitted(item_id=user),
                p.ConversationItemInputAudioTranscriptionCompleted(item_id=user, transcript=QUESTION),
                *call_answer(call_item(f"c{self.turn}"), response_id=f"f{self.turn}"),
            )
        if tenth == 33:
            mind.tell(f.ToolReturned(f"c{self.turn}", "ten past nine"))
            mind.hear(*begun(*ids))
        if 33 <= tenth < 73:
            part = len(ANSWER) // 40
            mind.hear(*voice(100, ANSWER[part * (tenth - 33) : part * (tenth - 32)], *ids))
            mind.tell(f.Played((f.Piece(ids[1], 0, 2400),), -12.0 - 10 * abs(math.cos(tenth)), 0.05))
        if tenth == 73:
            mind.hear(*ended(*ids))
            mind.tell(f.PlayoutEmpty())
            self.turn += 1


class Reader:
    """Reads a pseudo terminal for ever, onto a screen."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        self.file = os.fdopen(slave, "w", encoding="utf-8", buffering=65536)
        self.raw: list[bytes] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            if not data:
                return
            self.raw.append(data)


def soak(minutes: float) -> dict[str, float]:
    """Drive the view for so many minutes of conversation; figures."""
    reader, talk = Reader(), Conversation()
    console = ScreenConsole(
        file=reader.file,
        force_terminal=True,
        width=100,
        height=30,
        highlight=False,
        markup=False,
        emoji=False,
        color_system="256",
    )
    view = LiveView(console, Theme(), provider="soak", epoch_offset_s=0.0)
    view.start()
    spent_s, slowest_ms, pictures = 0.0, 0.0, 0
    for number in range(int(minutes * 600)):
        talk.tenth(number % int(TURN_S * 10))
        begun_s = time.thread_time()
        view.update(talk.mind.core.state, talk.mind.at_s)
        took_s = time.thread_time() - begun_s
        spent_s, slowest_ms, pictures = spent_s + took_s, max(slowest_ms, took_s * 1e3), pictures + 1
    view.stop()
    reader.file.flush()
    time.sleep(0.3)
    shown = Screen(100, 30)
    shown.feed(b"".join(reader.raw).decode())
    text = "\n".join(shown.scrollback)
    return {
        "minutes": minutes,
        "turns": talk.asked,
        "pictures": pictures,
        "share": spent_s / (minutes * 60),
        "mean_ms": spent_s / pictures * 1e3,
        "slowest_ms": slowest_ms,
        "bytes_per_s": sum(map(len, reader.raw)) / (minutes * 60),
        "questions_shown": text.count("whether it will rain"),
        "regions_left": text.count("soak · "),
    }


def verdict(figures: dict[str, float]) -> list[str]:
    """What is not as it should be."""
    wrong = []
    if figures["share"] >= LIMIT_SHARE:
        wrong.append(f"the screen took {figures['share']:.1%} of a core")
    if (
        figures["turns"] < 100 and figures["questions_shown"] != figures["turns"]
    ):  # the emulator keeps 1,000 rows
        wrong.append(f"{figures['questions_shown']} of {figures['turns']} questions are on the screen")
    if figures["regions_left"]:
        wrong.append("a region was left behind")
    return wrong


def real(minutes: float) -> float:
    """The whole program for so long on a pseudo terminal; the share of a core it took, engines included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "silence.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(24_000)
            for _ in range(int(minutes * 60)):
                file.writeframes(bytes(48_000))
        reader = Reader()
        command = [sys.executable, "-m", "realtime_cli", "talk", "--provider", "local", "--no-history"]
        command += ["--input-file", str(path), "--output-file", str(Path(folder) / "out.wav")]
        before = os.times()
        subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=reader.file, stderr=subprocess.DEVNULL, check=True
        )
        after = os.times()
    used_s = after.children_user + after.children_system - before.children_user - before.children_system
    return used_s / (minutes * 60)


def main() -> int:
    parser = argparse.ArgumentParser(description="A long conversation on the live view.")
    parser.add_argument("minutes", type=float, nargs="?", default=10.0)
    parser.add_argument("--real", action="store_true", help="also run the whole program, in real time")
    arguments = parser.parse_args()
    figures = soak(arguments.minutes)
    for name, value in figures.items():
        print(f"{name:16} {value:10.3f}" if isinstance(value, float) else f"{name:16} {value:10}")
    wrong = verdict(figures)
    if arguments.real:
        print(f"whole program    {real(arguments.minutes):10.3f} of a core")
    for line in wrong:
        print(f"wrong: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
