"""The transcript beside a recording: what was said when, counted from the beginning of the sound."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from realtime_cli.history.catalog import as_dict
from realtime_cli.history.export import webvtt
from realtime_cli.history.records import Ending, ItemRecord, UsageRecord
from realtime_cli.history.writer import Writer


class TranscriptPen:
    """Writes `NAME.jsonl` while the session runs (a later line with the same key says more), `NAME.vtt` at its end.

    Args:
        sound: The recording; the transcript gets its name.
        zero: When the sound begins, in seconds since 1970.
        failed: Told once when it cannot be written.

    Raises:
        OSError: The file cannot be made.
    """

    def __init__(self, sound: Path, zero: float, failed: Callable[[Exception], None]) -> None:
        self._zero = zero
        self._captions = sound.with_suffix(".vtt")
        number = os.open(sound.with_suffix(".jsonl"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(number, "wb", buffering=0)
        self._items: dict[str, ItemRecord] = {}
        self._writer = Writer("transcript", failed, (OSError,))

    def put_items(self, records: list[ItemRecord]) -> None:
        """Items that are finished, or better known."""
        for record in records:
            self._items[record.key] = record
            begin, end = round(record.started_at - self._zero, 3), round(record.ended_at - self._zero, 3)
            self._line({"begin_s": begin, "end_s": end, **as_dict(record)})

    def put_usage(self, usage: UsageRecord) -> None:
        """Not part of a transcript."""

    def rename(self, old_key: str, new_key: str) -> None:
        """An item has another name now."""
        if (record := self._items.pop(old_key, None)) is not None:
            self._items[new_key] = replace(record, key=new_key, item_id=new_key)
            self._line({"renamed": old_key, "key": new_key})

    def end(self, ending: Ending) -> None:
        """The session is over."""
        self._line({"end_s": round(ending.at - self._zero, 3), "status": ending.status})
        said = [item for item in self._items.values() if item.status != "removed"]
        captions = webvtt(self._zero, sorted(said, key=lambda item: item.started_at))
        self._writer.do(lambda: self._save(captions))

    def close(self) -> None:
        """Write what waits."""
        self._writer.close()
        self._file.close()

    def _line(self, value: dict[str, object]) -> None:
        data = (json.dumps(value, ensure_ascii=False) + "\n").encode()
        self._writer.do(lambda: self._put(data))

    def _put(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) :]

    def _save(self, captions: str) -> None:
        with open(os.open(self._captions, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(captions.encode())
