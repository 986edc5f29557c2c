"""The sound library: loaded when first needed, its errors translated once, and streams in a form a device accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from msgspec import Struct

from realtime_cli.devices.contract import BLOCK_S, Lost
from realtime_cli.errors import AudioLibraryMissing, DeviceError, NoSuchDevice

Stream = TypeVar("Stream")

# PortAudio's own numbers, `portaudio.h`, enum PaErrorCode.
INVALID_SAMPLE_RATE: Final = -9997
INVALID_CHANNEL_COUNT: Final = -9998
_HOST_ERROR: Final = -9999
_INVALID_DEVICE: Final = -9996
_BAD_COMBINATION: Final = -9993
_DEVICE_UNAVAILABLE: Final = -9985

_REASONS: Final = {
    _HOST_ERROR: "the sound system refused it",
    INVALID_CHANNEL_COUNT: "it refuses this number of channels",
    INVALID_SAMPLE_RATE: "it refuses this sample rate",
    _INVALID_DEVICE: "it is not there any more",
    _BAD_COMBINATION: "it is not there any more",
    _DEVICE_UNAVAILABLE: "another program is using it",
}
_ADVICE: Final = {
    _HOST_ERROR: "Is the sound server running, and has it a device? Choose another with `realtime-cli devices`.",
    _DEVICE_UNAVAILABLE: "Close the other program, or choose another device with `realtime-cli devices`.",
}


def library() -> Any:
    """The module `sounddevice`. It reads its environment and lists the devices when it is first loaded.

    Raises:
        AudioLibraryMissing: On Linux its wheel holds no PortAudio, and the system has none either.
    """
    try:
        import sounddevice
    except OSError as exc:
        raise AudioLibraryMissing("PortAudio, the library for sound devices, is not installed") from exc
    return sounddevice


def refresh() -> None:
    """List the devices anew. Every stream must be closed before: open ones die (about 5 ms, `Pa_Terminate`).

    PortAudio learns of new devices, of a new default, and of a restarted sound server in no other way.

    Raises:
        DeviceError: PortAudio is missing or does not come up.
    """
    sd = library()
    try:
        sd._terminate()
        sd._initialize()
    except sd.PortAudioError as exc:
        raise translate(exc, "the sound system") from exc


def errors() -> tuple[type[Exception], ...]:
    """What PortAudio's calls raise: it answers wrong names with ValueError, host trouble with OSError."""
    return (library().PortAudioError, ValueError, OSError)


def translate(error: Exception, what: str) -> DeviceError:
    """An error of PortAudio in our tree.

    Args:
        error: PortAudioError (text, code when there is one, host details), ValueError or OSError.
        what: What could not be used, as the sentence's beginning: "microphone 'pulse'".
    """
    code = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else None
    text = str(error.args[0]) if error.args else type(error).__name__
    if text.startswith("Error querying device"):
        return NoSuchDevice(f"{what}: no such device", advice="See `realtime-cli devices`.")
    reason = _REASONS.get(code, text) if code is not None else text
    host = error.args[2] if len(error.args) > 2 else None
    if code == _HOST_ERROR and isinstance(host, tuple) and host and host[-1]:
        reason = f"{reason} ({host[-1]})"
    kind = NoSuchDevice if code in (_INVALID_DEVICE, _BAD_COMBINATION) else DeviceError
    return kind(f"{what}: {reason}", advice=_ADVICE.get(code or 0, ""))


class Shape(Struct, frozen=True):
    """The form of a stream: frames per second, channels."""

    rate_hz: int
    channels: int

    def block_frames(self, block_s: float = BLOCK_S) -> int:
        """Frames in one block."""
        return round(self.rate_hz * block_s)


class Opening:
    """One opening of a device. Its loss is told once, and not after `close`.

    Args:
        lost: Learns of it, from PortAudio's thread.
    """

    _stream: Any  # of `library()`, with `_finished` as its callback

    def __init__(self, lost: Lost) -> None:
        self._lost = lost
        self._done = False  # closed by us, or reported as lost

    def close(self) -> None:
        """Abort, then close."""
        self._done = True
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def _start(self) -> None:
        try:
            self._stream.start()
        except errors():
            self.close()
            raise

    def _finished(self) -> None:
        """In PortAudio's thread: 10 to 20 ms after a device went away, without any error."""
        self._give_up("the device went away")

    def _give_up(self, reason: str) -> None:
        if not self._done:
            self._done = True
            self._lost(reason)


def shapes(wanted: Shape, own: Shape) -> Iterator[Shape]:
    """What to try, best first: ours; then the device's own rate, its own channels, and both.

    Two channels come before all of a device's, since multi-channel interfaces list dozens.
    """
    seen = set()
    for channels in dict.fromkeys((wanted.channels, min(2, own.channels), own.channels)):
        for rate_hz in (wanted.rate_hz, own.rate_hz):
            shape = Shape(rate_hz, channels)
            if channels > 0 and shape not in seen:
                seen.add(shape)
                yield shape


def open_stream(make: Callable[[Shape], Stream], wanted: Shape, own: Shape, what: str) -> Stream:
    """Open in the first shape that the device accepts.

    Raises:
        DeviceError: It refuses all of them, or refuses one for another reason than rate or channels.
    """
    refusal: Exception | None = None
    for shape in shapes(wanted, own):
        try:
            return make(shape)
        except errors() as exc:
            refusal = exc
            code = exc.args[1] if len(exc.args) > 1 else None
            if code not in (INVALID_SAMPLE_RATE, INVALID_CHANNEL_COUNT):
                break
    if refusal is None:
        raise NoSuchDevice(f"{what}: it has no channels")
    raise translate(refusal, what) from refusal
