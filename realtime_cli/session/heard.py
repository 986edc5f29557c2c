"""What the user has really heard of each answer, in frames, and where to truncate it.

The speaker is the witness: it reports the frames it handed to the device. Frames handed over are still heard after a
flush, so a flush ends an item at exactly the frames handed by then. Nothing here is guessed from the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from msgspec import Struct

from realtime_cli.session.facts import Piece

FRAMES_PER_MS: Final = 24
BYTES_PER_FRAME: Final = 2
_ROUNDING_FRAMES: Final = 48
"""2 ms: a device at another rate counts in its own frames; what is lost to rounding is not "unheard"."""

Tag: TypeAlias = tuple[str, int]
"""Item id and content index."""


class Cut(Struct, frozen=True):
    """An item that was not heard to its end.

    Attributes:
        heard_ms: 0 to the length received; what `conversation.item.truncate` may say.
        share: Heard part of the audio received, 0.0 to 1.0.
    """

    item_id: str
    content_index: int
    heard_ms: int
    share: float


class _Account(Struct):
    received: int = 0
    handed: int = 0
    complete: bool = False  # no more audio will come
    carry: bytes = b""  # an odd byte at the end of a delta: half a frame

    @property
    def done(self) -> bool:
        return self.complete and self.handed + _ROUNDING_FRAMES >= self.received


class Heard:
    """Accounts of all audio of the session, by item and content part, in order of arrival."""

    def __init__(self) -> None:
        self._accounts: dict[Tag, _Account] = {}
        self._open: dict[Tag, _Account] = {}  # not complete or not handed over; what a flush concerns

    def receive(self, tag: Tag, delta: bytes) -> bytes:
        """Count a delta and give its whole frames; half a frame at the end waits for the next delta."""
        account = self._accounts.get(tag)
        if account is None:
            account = self._accounts[tag] = _Account()
        self._open[tag] = account
        account.complete = False
        pcm = account.carry + delta
        odd = len(pcm) % BYTES_PER_FRAME
        account.carry = pcm[len(pcm) - odd :]
        account.received += len(pcm) // BYTES_PER_FRAME
        return pcm[: len(pcm) - odd]

    def complete(self, tag: Tag) -> None:
        """No more audio of this part will come. Unknown parts have no audio."""
        account = self._accounts.get(tag)
        if account is not None:
            account.complete = True

    def played(self, pieces: Iterable[Piece]) -> None:
        """The speaker handed these frames to the device (increments)."""
        for piece in pieces:
            account = self._accounts.get((piece.item_id, piece.content_index))
            if account is not None:
                account.handed += piece.frames

    def forget_heard(self, *, all_complete: bool = False) -> None:
        """Close the accounts that no flush concerns any more.

        Args:
            all_complete: Without a speaker nothing is handed over, and what is complete is over.
        """
        for tag, account in list(self._open.items()):
            if account.done or (all_complete and account.complete):
                del self._open[tag]

    def incomplete_tags(self) -> list[Tag]:
        """Parts whose audio may still grow."""
        return [tag for tag, account in self._open.items() if not account.complete]

    @property
    def waiting_frames(self) -> int:
        """Frames received and not yet handed to the device."""
        return sum(max(0, account.received - account.handed) for account in self._open.values())

    @property
    def all_handed(self) -> bool:
        """Nothing worth a millisecond is still queued."""
        return self.waiting_frames <= _ROUNDING_FRAMES * max(1, len(self._open))

    def forget(self, item_id: str) -> None:
        """The item is settled: nobody will ask for it again."""
        for tag in [tag for tag in self._accounts if tag[0] == item_id]:
            del self._accounts[tag]
            self._open.pop(tag, None)

    def knows(self, item_id: str) -> bool:
        """Some audio of this item arrived."""
        return any(tag[0] == item_id for tag in self._accounts)

    def share(self, item_id: str) -> float:
        """Heard part (0.0 to 1.0) of the audio received for an item; 1.0 when it has none."""
        received = handed = 0
        for (owner, _), account in self._accounts.items():
            if owner == item_id:
                received += account.received
                handed += min(account.handed, account.received)
        return handed / received if received else 1.0

    def flushed(self, pieces: Iterable[Piece]) -> list[Cut]:
        """The playout was emptied: where each item that was not heard to its end has to be cut.

        Args:
            pieces: Totals handed to the device by the time the fade is over. What they do not mention is judged by
                the increments counted so far.

        Returns:
            One cut for each part that is unfinished or was not played to its end, in order of arrival. The parts are
            closed by this: they never appear in a cut again.

        Source: `conversation.item.truncate`, field `audio_end_ms`: above the real length the server answers with an
        error, so it is clamped to what arrived.
        """
        for piece in pieces:
            account = self._accounts.get((piece.item_id, piece.content_index))
            if account is not None:
                account.handed = piece.frames
        cuts = [
            self._cut(tag, account)
            for tag, account in self._open.items()
            if account.received and not account.done
        ]
        for account in self._open.values():
            account.complete = True
        self._open.clear()
        return cuts

    @staticmethod
    def _cut(tag: Tag, account: _Account) -> Cut:
        account.handed = max(0, min(account.handed, account.received))
        share = account.handed / account.received
        return Cut(tag[0], tag[1], account.handed // FRAMES_PER_MS, share)
