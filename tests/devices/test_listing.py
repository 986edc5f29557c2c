"""The device that the user means is found, or the choice is shown."""

import json

import pytest

from realtime_cli.devices.listing import DeviceRow, Kind, find
from realtime_cli.errors import NoSuchDevice


def row(index: int, name: str, ins: int, outs: int, *, api: str = "ALSA", default: str = "") -> DeviceRow:
    return DeviceRow(index, name, api, ins, outs, 48_000, "i" in default, "o" in default)


ROWS = [
    row(0, "Built-in Audio", 2, 2, default="o"),
    row(1, "USB Headset", 1, 2),
    row(2, "USB Camera", 1, 0, default="i"),
    row(3, "USB", 0, 2),
    row(4, "HDMI", 0, 8),
]
WINDOWS = [
    row(0, "Mic Array", 2, 0, api="MME", default="i"),
    row(1, "Mic Array", 2, 0, api="Windows DirectSound"),
    row(2, "Mic Array", 2, 0, api="Windows WASAPI"),
]


@pytest.mark.parametrize(
    ("kind", "wanted", "index"),
    [
        ("input", None, 2),
        ("output", None, 0),
        ("input", 1, 1),
        ("input", "1", 1),
        ("output", " hdmi ", 4),
        ("input", "headset", 1),
        ("output", "head", 1),
        ("output", "usb", 3),
        ("output", "USB, ALSA", 3),
        ("input", "camera, al", 2),
    ],
)
def test_a_device_is_found_by_number_name_or_part(kind: Kind, wanted: int | str | None, index: int) -> None:
    assert find(kind, wanted, ROWS).index == index


@pytest.mark.parametrize(
    ("kind", "wanted", "message"),
    [
        ("input", "usb", "2 microphones match 'usb': 1 'USB Headset' (ALSA), 2 'USB Camera' (ALSA)"),
        ("input", "hdmi", "no microphone matches 'hdmi'; there is 0 'Built-in Audio' (ALSA), 1 "),
        ("output", 2, "no speaker matches '2'"),
        ("output", -1, "no speaker matches '-1'"),
        ("output", "99", "no speaker matches '99'"),
    ],
)
def test_a_device_that_is_not_clear_is_an_error_with_the_choice(
    kind: Kind, wanted: int | str, message: str
) -> None:
    with pytest.raises(NoSuchDevice) as caught:
        find(kind, wanted, ROWS)
    assert message in str(caught.value)
    assert "realtime-cli devices" in caught.value.advice


def test_one_device_listed_by_four_sound_systems_is_taken_from_the_default_one() -> None:
    assert find("input", "array", WINDOWS).index == 0
    assert find("input", "array, windows wasapi", WINDOWS).index == 2


def test_without_a_default_the_only_device_is_taken() -> None:
    assert find("output", None, [ROWS[4]]).index == 4
    with pytest.raises(NoSuchDevice, match="the system has no default speaker"):
        find("output", None, [ROWS[3], ROWS[4]])


def test_without_devices_it_says_so() -> None:
    with pytest.raises(NoSuchDevice, match="no microphone was found"):
        find("input", None, [ROWS[4]])
    with pytest.raises(NoSuchDevice, match="no speaker was found"):
        find("output", "usb", [])


def test_a_row_is_json() -> None:
    told = json.loads(json.dumps(ROWS[0].as_json()))
    assert told["name"] == "Built-in Audio"
    assert told["default_output"] is True
    assert ROWS[0].own_shape("output").channels == 2
