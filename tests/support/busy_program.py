"""A session that speaks one steady tone while functions work: for tests that listen for gaps.

    python -m tests.support.busy_program FUNCTION,... SECONDS

The local server asks for the functions and speaks on; the program ends when the answer was heard, and says on stdout
which calls were made, how long the tone was, and how often the speaker ran dry.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import sys
from collections.abc import AsyncIterator, Sequence

import numpy as np

from realtime_cli import clock
from realtime_cli import protocol as p
from realtime_cli.devices.speaker import PortAudioSpeaker
from realtime_cli.dsp.pcm16 import SAMPLE_RATE_HZ, to_bytes
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.runtime.local import LocalServer
from realtime_cli.runtime.run import Plan, Post, run
from realtime_cli.server.engines.contract import Engines, WantsCall, Words
from realtime_cli.server.engines.scripted_brain import ScriptedBrain
from realtime_cli.server.engines.scripted_ears import ScriptedEars
from realtime_cli.server.engines.silero import vad_factory
from realtime_cli.session.state import Call, TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.terminal.answer import AnswerView
from realtime_cli.tools import tool
from realtime_cli.tools.python_functions import tool_from
from realtime_cli.tools.toolbox import Toolbox

TONE_HZ = 440


class SteadyMouth:
    """One sine without a gap, as long as the text says in seconds."""

    name = "steady"
    voices: Sequence[str] = ("sine",)

    async def start(self) -> None:
        """Nothing to get ready."""

    async def speak(self, text: str, *, voice: str, speed: float = 1.0) -> AsyncIterator[bytes]:
        at_s = np.arange(int(float(text.strip(" .")) * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        wave = np.sin(2 * np.pi * TONE_HZ * at_s + 0.5) * 6000
        yield to_bytes(np.rint(wave).astype(np.int16))

    async def stop(self) -> None:
        """Nothing to stop."""


def wait(seconds: float) -> str:
    """Blocks its thread."""
    import threading

    threading.Event().wait(seconds)
    return "waited"


def compute(seconds: float) -> str:
    """Computes in pure Python and never waits: the worst neighbour a thread can have."""
    end_s, rounds = clock.monotonic() + seconds, 0
    while clock.monotonic() < end_s:
        rounds += sum(range(100))
    return "computed"


@tool(runs_in="process")
def compute_apart(seconds: float) -> str:
    """Computes in a process of its own."""
    return compute(seconds)


async def main(names: Sequence[str], seconds: float) -> None:
    calls = [WantsCall(name, json.dumps({"seconds": seconds})) for name in names]
    brain = ScriptedBrain([[Words(f"{seconds + 1:g}"), *calls], "0"])
    engines = Engines(ScriptedEars(), SteadyMouth(), brain, vad_factory("energy"))
    functions = [
        tool_from(one, one.__name__, source="test", origin=__file__) for one in (wait, compute, compute_apart)
    ]
    toolbox = Toolbox(functions)
    audio_in = p.AudioInput(format=p.PCM16_24KHZ, turn_detection=None)
    config = p.SessionConfig(
        output_modalities=("audio",),
        audio=p.AudioConfig(input=audio_in, output=p.AudioOutput(format=p.PCM16_24KHZ)),
        tools=tuple(toolbox.definitions()),
    )
    wish = Wish(config=config, turn_mode=TurnMode.PUSH_TO_TALK, once=True, first_prompt="go")
    rigs: list[AudioRig] = []

    def sound(post: Post) -> AudioRig:
        rigs.append(AudioRig(post, microphone=None, speaker=PortAudioSpeaker(None)))
        return rigs[0]

    async with LocalServer(engines) as server:
        plan = Plan(
            wish,
            frozenset(p.Ability),
            server.open,
            AnswerView(None, sys.stderr),
            sound=sound,
            toolbox=toolbox,
        )
        outcome = await run(plan)
    made = [entry for entry in outcome.state.entries if isinstance(entry, Call)]
    report = {
        "calls": {
            call.name: [call.output, (call.ended_at_s or 0) - (call.started_at_s or 0)] for call in made
        },
        "tone_frames": int((seconds + 1) * SAMPLE_RATE_HZ),
        "underflows": rigs[0].underflows,
        "exit_code": outcome.exit_code,
    }
    print(json.dumps(report))


PATIENCE_S = 30
"""Later than this it waits for something that never comes, and tells where."""

if __name__ == "__main__":
    faulthandler.dump_traceback_later(PATIENCE_S, exit=True)
    asyncio.run(main([name for name in sys.argv[1].split(",") if name], float(sys.argv[2])))
