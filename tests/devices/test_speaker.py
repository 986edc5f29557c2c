"""Time stamps of a device are believed only where they can be true. (The rest is in the device lane.)"""

import asyncio
import math

import pytest

from realtime_cli.devices.speaker import PortAudioSpeaker, sane_delay_s


@pytest.mark.parametrize("promised_s", [0.0, -0.1, -12.5, 3.0, 86_400.0, math.nan, math.inf, -math.inf])
def test_a_delay_that_cannot_be_is_replaced(promised_s: float) -> None:
    assert sane_delay_s(promised_s, 0.06) == 0.06


@pytest.mark.parametrize("promised_s", [0.003, 0.06, 0.4])
def test_a_delay_that_can_be_is_believed(promised_s: float) -> None:
    assert sane_delay_s(promised_s, 0.06) == promised_s


def test_before_it_is_opened_a_speaker_takes_sound_and_has_the_name_the_user_gave() -> None:
    speaker = PortAudioSpeaker("usb")
    assert speaker.name == "usb"
    assert speaker.queued_frames == 0
    assert speaker.flush(10) == ()
    asyncio.run(speaker.close())
