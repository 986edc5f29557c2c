"""Pictures from files, made small and bare: a model pays for every pixel, and need not know where it was taken.

A PNG or JPEG that is small and upright goes bit by bit, but bare (`picture_metadata`). Making it smaller, turning it
upright and other kinds need Pillow (extra `audiofiles`, which is for files of all kinds).
"""

from __future__ import annotations

import base64
import io
import struct
from pathlib import Path
from typing import Final

from realtime_cli.devices.picture_metadata import ORIENTATION_TAG, UPRIGHT, without_metadata
from realtime_cli.errors import InputError

LONGEST_SIDE_PIXELS: Final = 1024
"""Models scale pictures down to about this before they look (detail `high`)."""

_UNTOUCHED_BYTES: Final = 4 * 1024 * 1024
_KINDS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_DAMAGE: Final = (OSError, ValueError, SyntaxError, TypeError, struct.error)
"""What Pillow raises for damaged files; the last two where EXIF holds values of a wrong kind."""
_EXTRA: Final = "pip install 'realtime-cli[audiofiles]', or convert it to a small PNG or JPEG."


def picture_url(path: str) -> str:
    """The picture as a `data:` URL, PNG or JPEG, its longer side at most 1024 pixels, without metadata.

    Raises:
        InputError: It cannot be read, is no picture, or needs Pillow, which is missing.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as exc:
        raise InputError(f"{path}: {exc.strerror or exc}") from exc
    kind = next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), "")
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError:
        return _bare(path, data, kind)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if kind and max(picture.size) <= LONGEST_SIDE_PIXELS:
                picture.load()
                if picture.getexif().get(ORIENTATION_TAG, UPRIGHT) == UPRIGHT:
                    return _url(kind, without_metadata(data))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS))
            see_through = upright.mode in ("RGBA", "LA", "P")
            small = upright.convert("RGBA" if see_through else "RGB")
            small.info.clear()  # comments and profiles would be saved again
            out = io.BytesIO()
            small.save(out, "PNG" if see_through else "JPEG", quality=88)
    except (UnidentifiedImageError, Image.DecompressionBombError, *_DAMAGE) as exc:
        raise _unreadable(path) from exc
    return _url("image/png" if see_through else "image/jpeg", out.getvalue())


def _bare(path: str, data: bytes, kind: str) -> str:
    """Without Pillow: the size stays, and one that must be turned tells how."""
    if not kind:
        raise InputError(f"{path}: neither PNG nor JPEG; other kinds need Pillow", advice=_EXTRA)
    try:
        bare = without_metadata(data)
    except ValueError as exc:
        raise _unreadable(path) from exc
    if len(bare) > _UNTOUCHED_BYTES:
        raise InputError(
            f"{path}: too large to be sent as it is; making it smaller needs Pillow", advice=_EXTRA
        )
    return _url(kind, bare)


def _unreadable(path: str) -> InputError:
    return InputError(f"{path}: this is no picture that can be read", advice="Give a PNG or JPEG.")


def _url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
