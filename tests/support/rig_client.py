"""Drives `rig_program` in a process of its own, inside the environment of a virtual sound system."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from realtime_cli.dsp.pcm16 import Int16, from_bytes
from tests.support.sound import VirtualAudio

Told: TypeAlias = dict[str, Any]

_ROOT = Path(__file__).parents[2]


class RigClient:
    """The other process. `told` holds every fact so far, oldest first."""

    def __init__(self, house: VirtualAudio, *options: str, env: dict[str, str] | None = None) -> None:
        command = [sys.executable, "-u", "-m", "tests.support.rig_program", *options]
        self._process = subprocess.Popen(
            command, cwd=_ROOT, env={**house.env, **(env or {})}, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._lines: queue.Queue[Told | None] = queue.Queue()
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()
        self.told: list[Told] = []
        self.errors = ""

    def order(self, do: str, **more: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")

    def wait_for(self, fact: str, timeout_s: float = 8.0, **values: Any) -> Told:
        """The next fact of this kind with these values; fails when it does not come."""
        while True:
            try:
                told = self._lines.get(timeout=timeout_s)
            except queue.Empty:
                told = None
            assert told is not None, (
                f"{fact} {values} did not come; errors: {self.errors!r}, {self.summary()}"
            )
            self.told.append(told)
            if told["fact"] == fact and all(told[key] == value for key, value in values.items()):
                return told

    def summary(self) -> str:
        return str([told for told in self.told if told["fact"] not in ("MicHeard", "Played")])

    def heard(self, path: Path) -> Int16:
        """int16[n]: everything the session got from the microphone so far."""
        self.order("keep", path=str(path))
        self.wait_for("Kept")
        return from_bytes(path.read_bytes())

    def played_frames(self, item: str) -> int:
        """Sum of the increments told for an item so far."""
        pieces = [piece for told in self.told if told["fact"] == "Played" for piece in told["pieces"]]
        return sum(frames for piece_item, _, frames in pieces if piece_item == item)

    def quit(self) -> Told:
        """Close stdin, and wait for the end: code 0 and nothing of Python's on stderr."""
        assert self._process.stdin
        self._process.stdin.close()
        last = self.wait_for("Stopped")
        assert self._process.wait(10) == 0
        for reader in self._readers:
            reader.join(5)
        assert "Traceback" not in self.errors, self.errors
        return last

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)
        for reader in self._readers:
            reader.join(5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self.errors += line


@contextlib.contextmanager
def rig_client(
    house: VirtualAudio, *options: str, env: dict[str, str] | None = None, started: bool = True
) -> Iterator[RigClient]:
    """A client that has started, unless nobody waits for that; killed at the end when it still runs."""
    client = RigClient(house, *options, env=env)
    try:
        if started:
            client.wait_for("Started")
        yield client
    finally:
        client.kill()


def sounding(frames: Int16) -> Int16:
    """From the first to the last frame that is not zero."""
    places = np.flatnonzero(frames)
    return frames[places[0] : places[-1] + 1] if len(places) else frames[:0]
