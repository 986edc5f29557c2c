"""A session written down as a scenario, which `serve --faults FILE` plays again.

What the server said becomes `say` steps with the pauses between, what the client said becomes `expect` steps (sound
it sent is passed over). Ids that the server only repeated are written as places in the client's event, so that the
scenario works with another client's ids.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final, TypeAlias

from realtime_cli import clock
from realtime_cli.errors import RecordingError
from realtime_cli.server.link import Link, LinkClosed

Json: TypeAlias = dict[str, Any]

SHORT_MS: Final = 15
"""Shorter pauses are not written."""

LONG_MS: Final = 60_000
MAX_STEPS: Final = 100_000
_REPEATED: Final = ("event_id", "item.id", "item.call_id", "response.metadata")


class RecordingLink:
    """A line that keeps what goes over it, and writes it at the end.

    Args:
        link: The line to the client.
        file: Created with mode 0600 when the line ends; an existing one is not overwritten: a number is added.
    """

    def __init__(self, link: Link, file: Path) -> None:
        self._link, self._file = link, file
        self._steps: list[Json] = []
        self._places: dict[str, str] = {}
        self._last_s = clock.monotonic()
        self._written = False

    async def receive(self) -> str:
        """What the client says; its end ends the record."""
        try:
            text = await self._link.receive()
        except LinkClosed:
            self._write()
            raise
        self._hear(text)
        return text

    async def send(self, text: str) -> None:
        """What the server says."""
        self._pause()
        self._steps.append({"say": self._with_places(json.loads(text))})
        await self._link.send(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """The server ends the line."""
        if not self._written and code != 1000:
            self._pause()
            self._steps.append({"close": code, "reason": reason})
        self._write()
        await self._link.close(code, reason)

    async def drop(self) -> None:
        """The line is cut."""
        self._steps.append({"drop": True})
        self._write()
        await self._link.drop()

    def _hear(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        kind = said.get("type") if isinstance(said, dict) else None
        if not isinstance(kind, str) or kind == "input_audio_buffer.append":
            return
        self._last_s = clock.monotonic()
        self._steps.append({"expect": kind, "within_ms": LONG_MS})
        self._places = {
            value: f"${path}" for path in _REPEATED if isinstance(value := _at(said, path), str) and value
        }

    def _pause(self) -> None:
        now_s = clock.monotonic()
        pause_ms = round((now_s - self._last_s) * 1000)
        self._last_s = now_s
        if pause_ms >= SHORT_MS:
            self._steps.append({"wait_ms": min(pause_ms, LONG_MS)})

    def _with_places(self, what: Any) -> Any:
        if isinstance(what, dict):
            return {key: self._with_places(value) for key, value in what.items()}
        if isinstance(what, list):
            return [self._with_places(value) for value in what]
        if isinstance(what, str):
            return self._places.get(what) or ("$" + what if what.startswith("$") else what)
        return what

    def _write(self) -> None:
        if self._written:
            return
        self._written = True
        text = json.dumps({"steps": self._steps[:MAX_STEPS]}, indent=1, ensure_ascii=False)
        with os.fdopen(_create(self._file), "w", encoding="utf-8") as file:
            file.write(text + "\n")


def check_folder(file: Path) -> None:
    """Whether a record can be written there.

    Raises:
        RecordingError: Its folder does not exist or may not be written to.
    """
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        raise RecordingError(f"{file} cannot be written", advice="Choose another place.")


def _create(file: Path) -> int:
    """Open a new file: FILE, FILE-2, FILE-3 ..."""
    for number in range(1, 10_000):
        path = file if number == 1 else file.with_name(f"{file.stem}-{number}{file.suffix}")
        try:
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as problem:
            raise RecordingError(f"{path} cannot be written: {problem.strerror}") from problem
    raise RecordingError(f"there are too many records beside {file}")


def _at(said: Any, path: str) -> Any:
    for key in path.split("."):
        said = said.get(key) if isinstance(said, dict) else None
    return said
