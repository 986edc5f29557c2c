"""The device to open: the one the user chose, or the system's own while that is gone."""

from __future__ import annotations

from realtime_cli.devices import listing
from realtime_cli.devices.listing import DeviceRow, Kind
from realtime_cli.errors import NoSuchDevice


def chosen(
    kind: Kind, wanted: int | str | None, rows: list[DeviceRow] | None = None
) -> tuple[DeviceRow, str]:
    """The row, and what the user should know about it ("" when it is the wanted one).

    Args:
        kind: The direction it must have.
        wanted: As for `listing.find`.
        rows: Where to look; None asks PortAudio.

    Raises:
        NoSuchDevice: There is none at all, or the name fits several.
        DeviceError: PortAudio cannot tell.
    """
    rows = listing.list_devices() if rows is None else rows
    try:
        return listing.find(kind, wanted, rows), ""
    except NoSuchDevice:
        if wanted is None or listing.matching(kind, wanted, rows):
            raise
        row = listing.find(kind, None, rows)
    noun = "microphone" if kind == "input" else "speaker"
    return row, f"The {noun} {str(wanted)!r} is not there: {row.name!r} is used instead."
