"""Sound of the user's turns whose words are not known: without it a new session could not be told what was said."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from realtime_cli.session.rows import NOTHING_UNDERSTOOD, Kind, Row
from realtime_cli.session.uplink import BYTES_PER_MS

KEPT_SOUND_MS: Final = 120_000
"""In all: 6 MB, which a slow line (5 Mbit/s) takes in a quarter of a minute."""


class Utterances:
    """Sound by item, the oldest dropped first."""

    def __init__(self) -> None:
        self._sounds: OrderedDict[str, bytes] = OrderedDict()

    def keep(self, item_id: str, pcm: bytes) -> None:
        """A turn became a message, and its words are not known yet. `pcm`: PCM16 mono 24 kHz."""
        self.known(item_id)
        if not pcm:
            return
        self._sounds[item_id] = pcm
        while sum(map(len, self._sounds.values())) > KEPT_SOUND_MS * BYTES_PER_MS:
            self._sounds.popitem(last=False)

    def known(self, item_id: str) -> None:
        """Its words came: the sound is not needed any more."""
        self._sounds.pop(item_id, None)

    def of(self, item_id: str) -> bytes:
        """The sound of an item, empty where there is none."""
        return self._sounds.get(item_id, b"")

    def forget(self) -> None:
        """A new conversation begins."""
        self._sounds.clear()

    def at_the_end(self, rows: Iterable[Row]) -> list[Row]:
        """The user's last turns, in order, back to the first whose sound is not kept.

        Args:
            rows: The rows that may still change, in order.
        """
        found: list[Row] = []
        for row in reversed(list(rows)):
            if _is_nothing(row):
                continue
            if row.role != "user" or row.closed or not self.of(row.item_id):
                break
            found.append(row)
        return found[::-1]

    def take(self, rows: Iterable[Row]) -> bytes:
        """The sound of these rows, one after the other; it is kept no longer."""
        pcm = b""
        for row in rows:
            pcm += self.of(row.item_id)
            self.known(row.item_id)
        return pcm


def is_wordless(row: Row) -> bool:
    """A turn of the user's of which no word is known."""
    spoken = row.kind is Kind.MESSAGE and row.role == "user" and row.item is None
    there = not (row.gone or row.hidden or row.unsent or row.reserved)
    return spoken and there and not row.text.strip() and row.problem != NOTHING_UNDERSTOOD


def _is_nothing(row: Row) -> bool:
    """No part of what was said: a notice, an answer without a word, a call that was never made."""
    if row.hidden or row.gone or row.reserved or row.kind is Kind.NOTICE:
        return True
    if row.kind is Kind.CALL:
        return row.call is None or not row.call.sent
    return row.kind is Kind.MESSAGE and row.role == "assistant" and not row.text.strip()
