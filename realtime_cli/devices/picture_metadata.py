"""A PNG or JPEG without what tells of its maker: place, time, camera, comments, thumbnails, what follows its end.

Only what a picture needs to be shown is kept, so that metadata of kinds yet unknown stay behind, too. The image data
are the same bytes. Colour profiles go: they name monitors, with their serial number; RGB is then read as sRGB.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, Literal

UPRIGHT: Final = 1
ORIENTATION_TAG: Final = 0x0112
_EXIF: Final = b"Exif\0\0"

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT")
)
_ORIENTED_TYPE: Final = b"eXIf"

_SOI, _EOI, _SOS, _APP0, _APP1, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
_BARE_MARKERS: Final = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers of JPEG that stand without a length: TEM and the restarts."""
_SHOWN_MARKERS: Final = frozenset(range(0xC0, 0xE0))
"""Frames, tables, scans, restarts: what a decoder works with (ITU T.81, table B.1)."""


def without_metadata(data: bytes) -> bytes:
    """The same picture, bare. One that must be turned keeps an EXIF block that holds the orientation alone.

    Raises:
        ValueError: It is neither PNG nor JPEG, or breaks off.
    """
    return _bare_png(data) if data.startswith(_PNG_MAGIC) else _bare_jpeg(data)


def _bare_png(data: bytes) -> bytes:
    out = [_PNG_MAGIC]
    for kind, chunk in _chunks(data):
        if kind in _PNG_KEPT:
            out.append(chunk)
        elif kind == _ORIENTED_TYPE and (turned := _orientation(chunk[8:-4])) != UPRIGHT:
            out.append(_chunk(_ORIENTED_TYPE, _orientation_only(turned)))
    return b"".join(out)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk of a PNG as it stands there, with its type, up to and with IEND; what follows is none."""
    at, kind = len(_PNG_MAGIC), b""
    while kind != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise ValueError("the PNG breaks off")
        kind = data[at + 4 : at + 8]
        yield kind, data[at:end]
        at = end


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _bare_jpeg(data: bytes) -> bytes:
    if not data.startswith(b"\xff\xd8"):
        raise ValueError("neither PNG nor JPEG")
    out = [b"\xff\xd8"]
    for marker, body, scan in _segments(data):
        if marker == _APP0 and body.startswith(b"JFIF\0"):
            out.append(_segment(marker, body[:12].ljust(12, b"\0") + b"\0\0"))  # its thumbnail stays behind
        elif marker == _APP14 and body.startswith(b"Adobe"):
            out.append(_segment(marker, body[:12]))  # whether it is RGB, YCbCr or CMYK
        elif marker == _APP1 and body.startswith(_EXIF) and (turned := _orientation(body[6:])) != UPRIGHT:
            out.append(_segment(marker, _EXIF + _orientation_only(turned)))
        elif marker in _SHOWN_MARKERS:
            out.append(_segment(marker, body) + scan)
    return b"".join((*out, b"\xff\xd9"))


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, body and, behind the head of a scan, its data; up to the end of the picture, which is none of them."""
    at = 2
    while True:
        at = data.find(b"\xff", at) + 1
        while at and data[at : at + 1] == b"\xff":  # any number of them may stand before a marker
            at += 1
        marker = data[at] if 0 < at < len(data) else 0
        if marker == _EOI:
            return
        if marker in _BARE_MARKERS:
            at += 1
            continue
        size = int.from_bytes(data[at + 1 : at + 3], "big")
        body_at, end = at + 3, at + 1 + size
        if not marker or size < 2 or end > len(data):
            raise ValueError("the JPEG breaks off")
        at = _scan_end(data, end) if marker == _SOS else end
        yield marker, data[body_at:end], data[end:at]


def _scan_end(data: bytes, at: int) -> int:
    """Where the coded data end: at the first marker that is neither a restart nor a stuffed zero."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("the JPEG breaks off")
        if data[at + 1] not in (0x00, *range(0xD0, 0xD8)):
            return at
        at += 2


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _orientation(tiff: bytes) -> int:
    """What EXIF says of the orientation, 1 to 8; upright where it says nothing that can be understood."""
    order: Literal["little", "big"] = "little" if tiff.startswith(b"II") else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    ifd = number(4, 4)
    for entry in range(ifd + 2, min(ifd + 2 + 12 * number(ifd, 2), len(tiff)), 12):
        if number(entry, 2) == ORIENTATION_TAG:
            turned = number(entry + 8, 2)
            return turned if turned in range(1, 9) else UPRIGHT
    return UPRIGHT


def _orientation_only(turned: int) -> bytes:
    """A TIFF header with one directory of one entry: orientation, one short."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION_TAG, 3, 1, turned, 0, 0)
