"""Notices that the computer moved to another network: a line whose own address is gone never comes back.

Nobody tells a program that its Wi-Fi became another one. The socket stays open, what it sends is thrown away, and
only a missing pong ends it 40 s later. So the address that the line began with is looked at every two seconds: when the
computer does not have it any more, and the server can be reached from another one, the line is left at once. Where the
address is there (a second network came up, a cable was plugged in) the line may well work, and where there is no way
to the server a new line would not either: both are left to the pings.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

EVERY_S: Final = 2.0

_DISCARD_PORT: Final = 9
"""A connected UDP socket sends nothing: any port will do."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a line: numeric addresses as sockets give them, of one family."""

    family: socket.AddressFamily
    here: str
    there: tuple[Any, ...]


def ends_of(wire: socket.socket | None) -> Ends | None:
    """The ends of a connected socket; None where there is no network between them."""
    if wire is None or wire.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        here, there = wire.getsockname(), wire.getpeername()
    except OSError:
        return None  # it is closed already
    if _is_inside(here[0]):
        return None
    return Ends(socket.AddressFamily(wire.family), here[0], there)


def has_moved(ends: Ends, is_ours: Callable[[Ends], bool], way_from: Callable[[Ends], str | None]) -> bool:
    """Whether a line with these ends is lost for good.

    Args:
        is_ours: Whether the computer still has the line's own address.
        way_from: The address from which the server is reached now, None when it is not.
    """
    if is_ours(ends):
        return False
    source = way_from(ends)
    return source is not None and source != ends.here


def address_is_ours(ends: Ends) -> bool:
    """Whether one of this computer's interfaces has the line's own address."""
    with socket.socket(ends.family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ends.here, 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True


def address_used_for(ends: Ends) -> str | None:
    """From which of its addresses this computer would talk to the server now. Nothing is sent."""
    with socket.socket(ends.family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((ends.there[0], _DISCARD_PORT, *ends.there[2:]))
        except OSError:
            return None  # no way there: offline
        source = str(probe.getsockname()[0])
    if _is_inside(source):
        return None  # some systems answer with themselves while they are offline
    return source


async def moved(ends: Ends, every_s: float = EVERY_S) -> None:
    """Return when the computer has moved away from this line; look until then."""
    while True:
        if has_moved(ends, address_is_ours, address_used_for):
            return
        await asyncio.sleep(every_s)


def _is_inside(address: str) -> bool:
    return address == "::1" or address.startswith("127.")
