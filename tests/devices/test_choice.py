"""The wanted device is opened; while it is gone, the system's own is, and the user is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.devices.choice import chosen
from realtime_cli.devices.listing import DeviceRow, Kind, find, lasting_name
from realtime_cli.errors import NoSuchDevice


def row(index: int, name: str, ins: int, outs: int, *, api: str = "ALSA", default: str = "") -> DeviceRow:
    return DeviceRow(index, name, api, ins, outs, 48_000, "i" in default, "o" in default)


ROWS = [
    row(0, "Built-in Audio", 2, 2, default="io"),
    row(1, "USB Headset", 1, 2),
    row(2, "Webcam C920", 1, 0),
    row(3, "HDMI 2", 0, 8),
    row(4, "USB Dock", 0, 2),
]
WITHOUT_USB = [other for other in ROWS if "USB" not in other.name]


@pytest.mark.parametrize(
    ("kind", "wanted", "index"),
    [
        ("input", None, 0),
        ("output", None, 0),
        ("input", 2, 2),
        ("output", "3", 3),
        ("output", "headset", 1),
        ("input", "usb", 1),
        ("output", "USB Dock, ALSA", 4),
    ],
)
def test_by_number_by_name_or_by_a_part_of_it_without_a_word(
    kind: Kind, wanted: int | str | None, index: int
) -> None:
    device, remark = chosen(kind, wanted, ROWS)
    assert (device.index, remark) == (index, "")


@pytest.mark.parametrize(
    ("kind", "wanted", "remark"),
    [
        ("output", "headset", "The speaker 'headset' is not there: 'Built-in Audio' is used instead."),
        ("input", "usb", "The microphone 'usb' is not there: 'Built-in Audio' is used instead."),
        ("output", 9, "The speaker '9' is not there: 'Built-in Audio' is used instead."),
        # An input alone is no speaker.
        ("output", 2, "The speaker '2' is not there: 'Built-in Audio' is used instead."),
    ],
)
def test_for_a_device_that_is_gone_the_systems_own_serves_with_a_warning(
    kind: Kind, wanted: int | str, remark: str
) -> None:
    device, said = chosen(kind, wanted, WITHOUT_USB)
    assert (device.index, said) == (0, remark)


def test_a_part_that_fits_several_is_never_guessed() -> None:
    with pytest.raises(
        NoSuchDevice, match=r"2 speakers match 'usb': 1 'USB Headset'.* 4 'USB Dock'"
    ) as caught:
        chosen("output", "usb", ROWS)
    assert "Give the number" in caught.value.advice


def test_without_any_device_of_the_kind_there_is_nothing_to_fall_back_to() -> None:
    with pytest.raises(NoSuchDevice, match="no microphone was found"):
        chosen("input", "usb", [ROWS[3]])
    with pytest.raises(NoSuchDevice, match="the system has no default speaker"):
        chosen("output", "teapot", ROWS[3:])


def test_the_number_of_a_model_is_a_part_of_a_name_and_a_short_number_never_is() -> None:
    assert chosen("input", "920", ROWS)[0].name == "Webcam C920"
    device, remark = chosen("output", "2", ROWS)  # it was the webcam's index; "HDMI 2" is not meant
    assert device.name == "Built-in Audio"
    assert remark


_NAMES = st.sampled_from(["USB", "USB Headset", "7", "12", "1080", "Mic Array", "HDMI 2"])
_APIS = st.sampled_from(["MME", "WASAPI", "DirectSound"])


@given(st.lists(st.tuples(_NAMES, _APIS), unique=True, min_size=1, max_size=12), st.randoms())
def test_what_is_remembered_finds_the_same_device_under_other_numbers(
    named: list[tuple[str, str]], chance: object
) -> None:
    rows = [row(n, name, 1, 1, api=api) for n, (name, api) in enumerate(named)]
    names = {(one.name, one.host_api): lasting_name("input", one, rows) for one in rows}
    chance.shuffle(named)  # type: ignore[attr-defined]
    later = [row(n, name, 1, 1, api=api) for n, (name, api) in enumerate(named)]
    for one in later:
        assert find("input", names[one.name, one.host_api], later) == one
