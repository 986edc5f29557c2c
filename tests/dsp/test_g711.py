"""The telephone codec, with the standard library's own as the oracle where it still exists (until Python 3.12)."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np
import pytest

from realtime_cli.dsp import g711

EVERY = np.arange(-32768, 32768).astype(np.int16)
CODES = bytes(range(256))


def audioop() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return importlib.import_module("audioop")
        except ImportError:
            pytest.skip("audioop left Python in 3.13")


def test_every_value_equals_the_standard_librarys() -> None:
    oracle = audioop()
    assert g711.encode_mu_law(EVERY) == oracle.lin2ulaw(EVERY.tobytes(), 2)
    assert g711.encode_a_law(EVERY) == oracle.lin2alaw(EVERY.tobytes(), 2)
    assert g711.decode_mu_law(CODES).tobytes() == oracle.ulaw2lin(CODES, 2)
    assert g711.decode_a_law(CODES).tobytes() == oracle.alaw2lin(CODES, 2)


@pytest.mark.parametrize(
    ("encode", "decode"), [(g711.encode_mu_law, g711.decode_mu_law), (g711.encode_a_law, g711.decode_a_law)]
)
def test_the_error_is_small_beside_the_value(encode: Any, decode: Any) -> None:
    back = decode(encode(EVERY)).astype(int)
    error = np.abs(back - EVERY.astype(int))
    assert np.all(error <= np.maximum(16, np.abs(EVERY.astype(int)) // 16 + 8))
    assert np.all(np.diff(back) >= 0)


def test_known_codes() -> None:
    some = np.array([0, 32767, -32768], dtype=np.int16)
    assert g711.encode_mu_law(some) == b"\xff\x80\x00"
    assert g711.encode_a_law(some) == b"\xd5\xaa\x2a"


def test_every_code_survives_the_way_to_frames_and_back() -> None:
    assert g711.encode_a_law(g711.decode_a_law(CODES)) == CODES
    # mu-law has two zeros, and gives back the positive one.
    assert g711.encode_mu_law(g711.decode_mu_law(CODES)) == CODES.replace(b"\x7f", b"\xff")


def test_nothing_is_nothing() -> None:
    assert g711.encode_mu_law(EVERY[:0]) == b""
    assert len(g711.decode_a_law(b"")) == 0
