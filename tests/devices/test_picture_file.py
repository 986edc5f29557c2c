"""Pictures from files: small, upright, and silent about where, when and with what they were taken."""

import base64
import io
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, PngImagePlugin

from realtime_cli.devices.picture_file import picture_url
from realtime_cli.devices.picture_metadata import without_metadata
from realtime_cli.errors import InputError

GPS = b"48deg51m29s"
SERIAL = b"SN-0815-4711"
SECRETS = (GPS, SERIAL, b"Ada's desk", b"xmpmeta", b"8BIM", b"21496", b"mp42", b"Author", b"profile")
ORIENTATION = 0x0112


def gradient(width: int = 40, height: int = 30) -> Image.Image:
    """Every pixel another colour, so that a wrong turn shows."""
    picture = Image.new("RGB", (width, height))
    picture.putdata([(x * 6, y * 8, 128) for y in range(height) for x in range(width)])
    return picture


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[0x010F] = SERIAL.decode()
    tags.get_ifd(0x8825)[1] = GPS.decode()
    return tags


def photo(picture: Image.Image, orientation: int = 1, progressive: bool = False) -> bytes:
    """A JPEG as telephones write it: EXIF, XMP, IPTC, a thumbnail, a comment, a profile, a film behind its end."""
    out = io.BytesIO()
    picture.save(
        out, "JPEG", quality=90, exif=exif(orientation), comment=b"Ada's desk", progressive=progressive,
        icc_profile=b"profile " + SERIAL, restart_marker_rows=1,
    )  # fmt: skip
    data = out.getvalue()
    extras = [
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + GPS),
        (0xED, b"Photoshop 3.0\x008BIM" + GPS),
        (0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + GPS),
        (0xE0, b"JFXX\0\x10" + GPS),
        (0xEA, GPS),
    ]
    more = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in extras
    )
    return data[:2] + more + data[2:] + b"\0\0\0\x18ftypmp42" + GPS


def burst(picture: Image.Image) -> bytes:
    """Several pictures in one JPEG, each with its EXIF, as cameras write it (MPO)."""
    out = io.BytesIO()
    picture.save(out, "MPO", save_all=True, append_images=[picture], exif=exif(), comment=b"Ada's desk")
    return out.getvalue()


def screenshot(picture: Image.Image, orientation: int = 1) -> bytes:
    """A PNG with every kind of text, a time, EXIF, a profile, and an older picture behind its end."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Ada's desk")
    words.add_text("Comment", GPS.decode(), zip=True)
    words.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>" + GPS.decode())
    words.add(b"tIME", bytes(7))
    words.add(b"prVt", SERIAL)
    out = io.BytesIO()
    picture.save(out, "PNG", pnginfo=words, exif=exif(orientation), icc_profile=b"profile " + SERIAL)
    return out.getvalue() + GPS


def sent(path: Path, data: bytes, pillow: bool = True) -> tuple[str, bytes]:
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as machine:
        if not pillow:
            machine.setitem(sys.modules, "PIL", None)  # what a machine without the package answers
        kind, _, text = picture_url(str(path)).partition(";base64,")
    return kind, base64.b64decode(text)


def shown(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.copy()


def tells(data: bytes) -> list[bytes]:
    """What of the secrets can be found in it, plain or packed."""
    packed = [b""]
    for at in range(len(data) - 1):
        if data[at : at + 2] in (b"x\x9c", b"x\xda", b"x\x01"):
            try:
                packed.append(zlib.decompressobj().decompress(data[at:]))
            except zlib.error:
                continue
    everything = data + b"".join(packed)
    return [secret for secret in SECRETS if secret in everything]


KINDS = pytest.mark.parametrize(
    ("name", "made"),
    [
        ("photo.jpg", photo(gradient())),
        ("progressive.jpg", photo(gradient(), progressive=True)),
        ("grey.jpg", photo(gradient().convert("L"))),
        ("print.jpg", photo(gradient().convert("CMYK"))),
        ("burst.jpg", burst(gradient())),
        ("screenshot.png", screenshot(gradient())),
        ("see-through.png", screenshot(gradient().convert("RGBA"))),
        ("few colours.png", screenshot(gradient().quantize(16))),
    ],
)


@KINDS
def test_a_small_picture_goes_bit_by_bit_and_bare(tmp_path: Path, name: str, made: bytes) -> None:
    assert len(tells(made)) >= 2
    kind, data = sent(tmp_path / name, made)
    assert kind == ("data:image/png" if name.endswith("png") else "data:image/jpeg")
    assert tells(data) == []
    before, after = shown(made), shown(data)
    assert (before.mode, before.size, before.tobytes()) == (after.mode, after.size, after.tobytes())
    assert not after.getexif()
    assert without_metadata(data) == data


@KINDS
def test_so_it_does_without_pillow(tmp_path: Path, name: str, made: bytes) -> None:
    _, data = sent(tmp_path / name, made, pillow=False)
    assert tells(data) == []
    assert shown(made).tobytes() == shown(data).tobytes()


@pytest.mark.parametrize("turned", range(2, 9))
@pytest.mark.parametrize("made", [photo, screenshot])
def test_a_turned_picture_is_sent_upright(tmp_path: Path, made: Callable[..., bytes], turned: int) -> None:
    original = made(gradient(), turned)
    _, data = sent(tmp_path / "turned", original)
    assert tells(data) == []
    after = shown(data)
    assert not after.getexif()
    assert after.size == ((30, 40) if turned >= 5 else (40, 30))
    corner = {2: (39, 0), 3: (39, 29), 4: (0, 29), 5: (0, 0), 6: (29, 0), 7: (29, 39), 8: (0, 39)}[turned]
    red, green, _ = after.convert("RGB").getpixel(corner)  # type: ignore[misc]  # three of them: it is RGB
    assert max(red, green) < 24, "the first pixel is not where it belongs"


@pytest.mark.parametrize("turned", range(2, 9))
@pytest.mark.parametrize("made", [photo, screenshot])
def test_a_turned_picture_without_pillow_tells_its_orientation_and_nothing_else(
    tmp_path: Path, made: Callable[..., bytes], turned: int
) -> None:
    _, data = sent(tmp_path / "turned", made(gradient(), turned), pillow=False)
    assert tells(data) == []
    assert dict(shown(data).getexif()) == {ORIENTATION: turned}


@pytest.mark.parametrize(("name", "made"), [("big.jpg", photo), ("big.png", screenshot)])
def test_a_large_picture_is_made_smaller_and_tells_nothing(
    tmp_path: Path, name: str, made: Callable[..., bytes]
) -> None:
    large = gradient().resize((2000, 1500))
    _, data = sent(tmp_path / name, made(large))
    assert tells(data) == []
    after = shown(data)
    assert after.size == (1024, 768)
    assert "comment" not in after.info
    different = ImageChops.difference(after.convert("RGB"), large.resize((1024, 768)))
    assert max(high for _, high in different.getextrema()) < 24  # type: ignore[misc]  # three bands


def test_a_large_one_of_few_colours_tells_nothing(tmp_path: Path) -> None:
    kind, data = sent(tmp_path / "big.png", screenshot(gradient().resize((2000, 1500)).quantize(16)))
    assert kind == "data:image/png"
    assert tells(data) == []
    assert not shown(data).info


@pytest.mark.parametrize("pillow", [True, False])
@pytest.mark.parametrize("whole", [photo(gradient()), screenshot(gradient())])
def test_a_picture_that_breaks_off_is_an_error_of_one_line(
    tmp_path: Path, whole: bytes, pillow: bool
) -> None:
    with pytest.raises(InputError, match="no picture that can be read"):
        sent(tmp_path / "half", whole[: len(whole) // 2], pillow)


def test_without_pillow_another_kind_and_a_giant_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="need Pillow") as other:
        sent(tmp_path / "a.gif", b"GIF89a", pillow=False)
    assert "audiofiles" in other.value.advice
    out = io.BytesIO()
    Image.effect_noise((2400, 2400), 90).save(out, "PNG", compress_level=1)
    with pytest.raises(InputError, match="too large") as giant:
        sent(tmp_path / "giant.png", out.getvalue(), pillow=False)
    assert "audiofiles" in giant.value.advice


@given(at=st.floats(0, 1, exclude_max=True), planted=st.binary(min_size=1, max_size=12), png=st.booleans())
def test_damage_makes_a_bare_picture_or_an_error_and_nothing_else(
    at: float, planted: bytes, png: bool
) -> None:
    whole = (screenshot if png else photo)(gradient(), 6)
    where = 4 + int(at * (len(whole) - 4))
    try:
        bare = without_metadata(whole[:where] + planted + whole[where + len(planted) :])
    except ValueError:
        return
    assert without_metadata(bare) == bare
