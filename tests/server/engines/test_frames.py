"""Frames on a pipe."""

import io

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.frames import HEADER, MAX_BODY_BYTES, Frame, pack, read

letters = st.sampled_from("ABEXPRHFKL!")


@given(st.lists(st.tuples(letters, st.binary(max_size=300)), max_size=8))
def test_frames_come_out_as_they_went_in(frames: list[tuple[str, bytes]]) -> None:
    stream = io.BytesIO(b"".join(pack(kind, body) for kind, body in frames))
    assert [read(stream) for _ in frames] == [Frame(*frame) for frame in frames]
    assert read(stream) is None


@given(letters, st.binary(min_size=1, max_size=50), st.data())
def test_a_stream_that_ends_inside_a_frame_ends(kind: str, body: bytes, data: st.DataObject) -> None:
    whole = pack(kind, body)
    assert read(io.BytesIO(whole[: data.draw(st.integers(0, len(whole) - 1))])) is None


def test_a_length_that_cannot_be_ends_the_stream_instead_of_filling_the_memory() -> None:
    assert read(io.BytesIO(HEADER.pack(MAX_BODY_BYTES + 1, b"A") + b"x")) is None


def test_a_dict_goes_as_json() -> None:
    frame = read(io.BytesIO(pack("H", {"text": "größe", "score": -3})))
    assert frame is not None
    assert frame.json() == {"text": "größe", "score": -3}
