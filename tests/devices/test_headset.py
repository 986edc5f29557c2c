"""Names of speakers."""

import pytest

from realtime_cli.devices.headset import is_headset


@pytest.mark.parametrize(
    "name",
    [
        "Jabra Headset",
        "AirPods Pro",
        "Headphones (WH-1000XM5)",
        "Kopfhörer (USB)",
        "Galaxy Buds",
        "Casque audio",
    ],
)
def test_what_is_worn_on_the_head(name: str) -> None:
    assert is_headset(name)


@pytest.mark.parametrize(
    "name",
    ["default", "MacBook Pro Speakers", "Speakers/Headphones (Realtek)", "HDMI 2", "pulse", "USB Audio"],
)
def test_what_is_not_or_may_not_be(name: str) -> None:
    assert not is_headset(name)
