"""What the rest of the house knows of a microphone and a speaker, real or simulated.

Blocks are handed out from whatever thread the device has; the receiver brings them to the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from realtime_cli.dsp.ledger import Piece, Tag
    from realtime_cli.dsp.pcm16 import Int16

BLOCK_S = 0.020
"""480 frames at 24 kHz: a microphone's block. For the speaker see `buffering.Buffering`."""


class MicBlock(Struct, frozen=True):
    """What one callback captured.

    Attributes:
        frames: int16[n] or int16[n, channels], a copy of its own.
        rate_hz: The device's rate.
        overflowed: Sound was lost before this block.
        last: A simulated microphone's file ends here; silence goes on.
        captured_at_s: When the first frame was captured, on the device's clock; None where that is not known.
    """

    frames: Int16
    rate_hz: int
    overflowed: bool = False
    last: bool = False
    captured_at_s: float | None = None


class SpeakerBlock(Struct, frozen=True):
    """What one callback gave to the device.

    Attributes:
        frames: int16[n] mono, silence included, never changed again: the far end of the echo canceller.
        rate_hz: The device's rate.
        pieces: What it was made of, in frames at 24 kHz. Frames that an underflow took back are subtracted, so
            that a count may be negative.
        delay_s: From the callback until the block's first frame is heard.
        emptied: The queue ran empty in this block.
        starved: It ran empty in the middle of an item: the listener hears a gap.
        underflowed: The device missed a block before this one.
        heard_at_s: When the block's first frame is heard, on the device's clock; None where that is not known.
    """

    frames: Int16
    rate_hz: int
    pieces: tuple[Piece, ...]
    delay_s: float
    emptied: bool = False
    starved: bool = False
    underflowed: bool = False
    heard_at_s: float | None = None


Hear: TypeAlias = Callable[[MicBlock], None]
Report: TypeAlias = Callable[[SpeakerBlock], None]
Lost: TypeAlias = Callable[[str], None]
"""Called once when a device that was open stops working, with the reason in a few words."""


class Device(Protocol):
    """A device can be opened again after it was closed."""

    @property
    def name(self) -> str:
        """As people know it; before the first opening, what the user asked for."""

    @property
    def can_return(self) -> bool:
        """Opening it again makes sense after it was lost."""

    @property
    def remark(self) -> str:
        """What the user should know about the last opening: another device was taken, say. "" mostly."""

    async def close(self) -> None:
        """Stop at once and give the device back; what was queued stays. Closing twice is fine. Never raises."""


class Microphone(Device, Protocol):
    """A source of sound."""

    async def open(self, hear: Hear, lost: Lost) -> None:
        """Begin to capture.

        Args:
            hear: Gets every block, from any thread.
            lost: Called when capture ends without `close`, from any thread.

        Raises:
            DeviceError: There is no such device, or it cannot be opened.
            InputError: A simulated microphone's file cannot be read.
        """


class Speaker(Device, Protocol):
    """A sink of sound with a playout of its own. All methods are for the loop's thread."""

    async def open(self, report: Report, lost: Lost) -> None:
        """Begin to play: silence, until something is written.

        Args:
            report: Gets every block that was handed over, from any thread.
            lost: Called when playing ends without `close`, from any thread.

        Raises:
            DeviceError: There is no such device, or it cannot be opened.
            RecordingError: A simulated speaker's file cannot be written.
        """

    def write(self, tag: Tag, frames: Int16) -> None:
        """Queue int16[n] at 24 kHz of one content part."""

    def end(self, tag: Tag) -> None:
        """The audio of this content part is complete."""

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """Fade out and forget what is queued; the totals handed over, as `dsp.playout.Playout.flush` counts them."""

    def duck(self, factor: float) -> None:
        """Everything quieter by this factor (0 to 1; 1 ends it), until the next flush."""

    def pause(self) -> None:
        """Fall silent over one block; nothing is dropped."""

    def resume(self) -> None:
        """Go on where `pause` stopped."""

    def gather(self, allowed: bool) -> None:
        """Whether nobody needs to know at once what was played: then reports of sound may come every 60 ms."""

    def set_volume(self, volume: float) -> None:
        """1.0 is the sound as it came, 0 silence, 2 twice as loud; it outlives everything else."""

    @property
    def queued_frames(self) -> int:
        """Frames waiting, at the device's rate."""
