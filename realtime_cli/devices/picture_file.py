"""Pictures from files, made small: a model pays for every pixel and needs few.

Resizing and other kinds than PNG and JPEG need Pillow (extra `audiofiles`, which is for files of all kinds);
without it a picture that is small enough goes as it is.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Final

from realtime_cli.errors import InputError

LONGEST_SIDE_PIXELS: Final = 1024
"""Models scale pictures down to about this before they look (detail `high`)."""

_UNTOUCHED_BYTES: Final = 4 * 1024 * 1024
_KINDS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_EXTRA: Final = "pip install 'realtime-cli[audiofiles]', or convert it to a small PNG or JPEG."


def picture_url(path: str) -> str:
    """The picture as a `data:` URL, PNG or JPEG, its longer side at most 1024 pixels.

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
        return _as_it_is(path, data, kind)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if kind and max(picture.size) <= LONGEST_SIDE_PIXELS:
                picture.verify()
                return _url(kind, data)
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS))
            see_through = upright.mode in ("RGBA", "LA", "P")
            out = io.BytesIO()
            upright.convert("RGBA" if see_through else "RGB").save(
                out, "PNG" if see_through else "JPEG", quality=88
            )
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as exc:
        raise InputError(
            f"{path}: this is no picture that can be read", advice="Give a PNG or JPEG."
        ) from exc
    return _url("image/png" if see_through else "image/jpeg", out.getvalue())


def _as_it_is(path: str, data: bytes, kind: str) -> str:
    if not kind:
        raise InputError(f"{path}: neither PNG nor JPEG; other kinds need Pillow", advice=_EXTRA)
    if len(data) > _UNTOUCHED_BYTES:
        raise InputError(
            f"{path}: too large to be sent as it is; making it smaller needs Pillow", advice=_EXTRA
        )
    return _url(kind, data)


def _url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
