"""Is this the beginning of a sound file, or bare samples? Judged without numpy, which bare samples may not need."""

from __future__ import annotations

from typing import Final

HEAD_BYTES: Final = 2048
"""Enough to judge by: two frames of an MP3 file (1441 bytes at most, each); 43 ms of bare PCM16 at 24 kHz."""

_MARKS: Final = (b"fLaC", b"OggS", b"ID3")
_LONGEST_FRAME_BYTES: Final = 1441
_SHORTEST_FRAME_BYTES: Final = 24


def is_wav(head: bytes) -> bool:
    """A WAV file begins so."""
    return head.startswith(b"RIFF")


def is_sound_file(head: bytes) -> bool:
    """A file of a known kind begins so: WAV, FLAC, OGG, or MP3 with and without a title before it."""
    return is_wav(head) or head.startswith(_MARKS) or _is_mp3(head)


def _is_mp3(head: bytes) -> bool:
    """Two frames of MPEG audio, layer III, one after the other: the mark alone may be a loud sample as well."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0b1110_0110 != 0b1110_0010:
        return False
    has_version = head[1] & 0b0001_1000 != 0b0000_1000
    has_bit_rate = head[2] & 0xF0 not in (0x00, 0xF0)
    has_rate = head[2] & 0b0000_1100 != 0b0000_1100
    again = head.find(head[:2], _SHORTEST_FRAME_BYTES, _LONGEST_FRAME_BYTES + 2)
    return has_version and has_bit_rate and has_rate and again >= 0
