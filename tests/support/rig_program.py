"""A program around `AudioRig`, for tests with real devices: orders as JSON lines on stdin, facts on stdout."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from realtime_cli.devices.buffering import buffering_of
from realtime_cli.devices.microphone import PortAudioMicrophone
from realtime_cli.devices.portaudio import Shape
from realtime_cli.devices.speaker import PortAudioSpeaker
from realtime_cli.dsp.echo import load
from realtime_cli.dsp.pcm16 import to_bytes
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.session.commands import DozeSpeaker, RouseSpeaker
from realtime_cli.session.facts import DeviceChanged, Fact, MicHeard, NewsArrived, Piece, Played, PlayoutEmpty
from realtime_cli.session.playback_facts import LocalSpeechEnded, LocalSpeechStarted
from tests.support.sound import read_wav


class Program:
    """Performs orders, tells facts, and keeps what the microphone heard."""

    def __init__(self, options: argparse.Namespace) -> None:
        buffering = buffering_of(options.latency)
        shape = Shape(options.rate, options.channels)
        self.early_s = options.early
        self.microphone = (
            None
            if options.deaf
            else PortAudioMicrophone(options.input, latency=buffering.latency, shape=shape)
        )
        self.heard = bytearray()
        self.rig = AudioRig(
            self.post,
            microphone=self.microphone,
            echo=load(options.echo) if options.echo else None,
            speaker=None
            if options.dumb
            else PortAudioSpeaker(options.output, buffering=buffering, shape=shape),
        )

    def post(self, fact: Fact) -> None:
        match fact:
            case MicHeard():
                self.heard += fact.pcm
                self.tell("MicHeard", level_dbfs=fact.level_dbfs)
            case Played():
                self.tell(
                    "Played", pieces=_plain(fact.pieces), level_dbfs=fact.level_dbfs, delay_s=fact.delay_s
                )
            case DeviceChanged():
                self.tell("DeviceChanged", which=fact.which, name=fact.name, problem=fact.problem)
            case PlayoutEmpty():
                self.tell("PlayoutEmpty")
            case NewsArrived():
                self.tell("NewsArrived", text=fact.text)
            case LocalSpeechStarted() | LocalSpeechEnded():
                self.tell(type(fact).__name__)
            case _:
                raise AssertionError(fact)

    def tell(self, fact: str, **more: Any) -> None:
        print(json.dumps({"fact": fact, "at_s": asyncio.get_running_loop().time(), **more}), flush=True)

    def obey(self, order: dict[str, Any]) -> None:
        match order["do"]:
            case "play":
                frames, _ = read_wav(Path(order["wav"]))
                self.rig.play(order["item"], 0, to_bytes(frames[:, 0]))
            case "end":
                self.rig.end_play(order["item"], 0)
            case "flush":
                self.tell("Flushed", pieces=_plain(self.rig.flush(order["fade_ms"])))
            case "doze":
                self.rig.adjust(DozeSpeaker())
            case "rouse":
                self.rig.adjust(RouseSpeaker())
            case "reopen":
                self.rig.reopen(order["which"])
            case "keep":
                Path(order["path"]).write_bytes(self.heard)
                self.tell("Kept")

    async def run(self) -> None:
        orders = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        if self.early_s and self.microphone:
            self.microphone.begin()
            await asyncio.sleep(self.early_s)
        await self.rig.start()
        self.tell("Started")
        while line := await orders.readline():
            self.obey(json.loads(line))
        await self.rig.stop()
        self.tell("Stopped", overflows=self.rig.overflows, underflows=self.rig.underflows)


def _plain(pieces: tuple[Piece, ...]) -> list[tuple[str, int, int]]:
    return [(piece.item_id, piece.content_index, piece.frames) for piece in pieces]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=24_000)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--latency", default="high")
    parser.add_argument("--echo", choices=["auto", "webrtc", "half-duplex"])
    parser.add_argument("--input")
    parser.add_argument("--output")
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--dumb", action="store_true")
    parser.add_argument("--early", type=float, default=0.0, help="begin to capture, and wait so many seconds")
    options = parser.parse_args()

    async def run() -> None:
        await Program(options).run()

    asyncio.run(run())


if __name__ == "__main__":
    main()
