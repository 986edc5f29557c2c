"""Which sound devices there are, and which one the user means."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

from realtime_cli.devices import portaudio
from realtime_cli.devices.portaudio import Shape
from realtime_cli.errors import NoSuchDevice

Kind: TypeAlias = Literal["input", "output"]

_NOUN = {"input": "microphone", "output": "speaker"}
_MODEL_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One sound device as PortAudio lists it; most have only one direction.

    Attributes:
        index: PortAudio's number. It changes when devices come and go.
        rate_hz: The device's native rate.
    """

    index: int
    name: str
    host_api: str
    input_channels: int
    output_channels: int
    rate_hz: int
    default_input: bool
    default_output: bool

    def channels(self, kind: Kind) -> int:
        """Channels in this direction, 0 when it has none."""
        return self.input_channels if kind == "input" else self.output_channels

    def is_default(self, kind: Kind) -> bool:
        """The system's choice for this direction."""
        return self.default_input if kind == "input" else self.default_output

    def own_shape(self, kind: Kind) -> Shape:
        """What the device does by itself."""
        return Shape(self.rate_hz, self.channels(kind))

    def as_json(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)


def list_devices() -> list[DeviceRow]:
    """All sound devices, as known since the library was loaded or `portaudio.refresh`.

    Raises:
        AudioLibraryMissing: PortAudio is not installed.
        DeviceError: PortAudio cannot tell.
    """
    sd = portaudio.library()
    try:
        apis = sd.query_hostapis()
        default_input, default_output = sd.default.device
        found = list(sd.query_devices())
    except portaudio.errors() as exc:
        raise portaudio.translate(exc, "the list of sound devices") from exc
    return [
        DeviceRow(
            index=index,
            name=info["name"],
            host_api=apis[info["hostapi"]]["name"],
            input_channels=info["max_input_channels"],
            output_channels=info["max_output_channels"],
            rate_hz=round(info["default_samplerate"]),
            default_input=index == default_input,
            default_output=index == default_output,
        )
        for index, info in enumerate(found)
    ]


def find(kind: Kind, wanted: int | str | None, rows: list[DeviceRow] | None = None) -> DeviceRow:
    """The device the user means.

    Args:
        kind: The direction it must have.
        wanted: Index, index as text, name or part of it in any case ("name, host API" too); None for the default.
            A number of three digits and more that is no index is a part of a name: "920" of a "Webcam C920".
        rows: Where to look; None asks PortAudio.

    Raises:
        NoSuchDevice: None matches, or several do; the message lists them.
        DeviceError: PortAudio cannot tell.
    """
    usable = [row for row in (list_devices() if rows is None else rows) if row.channels(kind)]
    noun = _NOUN[kind]
    if not usable:
        raise NoSuchDevice(f"no {noun} was found", advice="Plug one in, or start the sound server.")
    matches = _matches(kind, wanted, usable)
    if len(matches) == 1:
        return matches[0]
    see = "See `realtime-cli devices`."
    if not matches:
        what = f"the system has no default {noun}" if wanted is None else f"no {noun} matches {str(wanted)!r}"
        raise NoSuchDevice(f"{what}; there is {_names(usable)}", advice=see)
    raise NoSuchDevice(
        f"{len(matches)} {noun}s match {str(wanted)!r}: {_names(matches)}", advice=f"Give the number. {see}"
    )


def matching(kind: Kind, wanted: int | str, rows: list[DeviceRow]) -> list[DeviceRow]:
    """Every device that the user may mean."""
    return _matches(kind, wanted, [row for row in rows if row.channels(kind)])


def lasting_name(kind: Kind, row: DeviceRow, rows: list[DeviceRow]) -> str:
    """What `find` knows this device by tomorrow, when the numbers are others: its name, with the host API if needed."""
    is_clear = not row.name.strip().isdecimal() and matching(kind, row.name, rows) == [row]
    return row.name if is_clear else f"{row.name}, {row.host_api}"


def _matches(kind: Kind, wanted: int | str | None, rows: list[DeviceRow]) -> list[DeviceRow]:
    if wanted is None:
        # PortAudio has no default where the system has none; with one device there is nothing to choose.
        return [row for row in rows if row.is_default(kind)] or (rows if len(rows) == 1 else [])
    if isinstance(wanted, int) or wanted.strip().isdecimal():
        numbered = [row for row in rows if row.index == int(wanted)]
        # A short one was an index, and its device is gone: "HDMI 2" is not what "2" meant.
        if numbered or isinstance(wanted, int) or len(wanted.strip()) < _MODEL_DIGITS:
            return numbered
    name = wanted.strip().casefold()
    exact = [row for row in rows if name in (row.name.casefold(), _full_name(row))]
    matches = exact or [row for row in rows if name in _full_name(row)]
    if len({row.name for row in matches}) == 1:
        # Windows lists one device once for each of its four sound systems; take that of the default device.
        system = next((row.host_api for row in rows if row.is_default(kind)), "")
        return [row for row in matches if row.host_api == system][:1] or matches
    return matches


def _full_name(row: DeviceRow) -> str:
    return f"{row.name}, {row.host_api}".casefold()


def _names(rows: list[DeviceRow]) -> str:
    return ", ".join(f"{row.index} {row.name!r} ({row.host_api})" for row in rows)
