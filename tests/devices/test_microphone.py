"""What a real microphone does before and after it is open. (The rest is in the device lane.)"""

import asyncio

import pytest

from realtime_cli.devices import portaudio
from realtime_cli.devices.contract import MicBlock
from realtime_cli.devices.microphone import PortAudioMicrophone
from realtime_cli.errors import AudioLibraryMissing, NoSuchDevice


def test_before_it_is_opened_it_has_the_name_the_user_gave() -> None:
    assert PortAudioMicrophone().name == "default"
    assert PortAudioMicrophone(3).name == "3"


def test_closing_what_was_never_opened_is_fine() -> None:
    asyncio.run(PortAudioMicrophone().close())


def test_an_unknown_microphone_is_told_and_nothing_is_open() -> None:
    try:
        portaudio.library()
    except AudioLibraryMissing:
        pytest.skip("no PortAudio on this machine")
    heard: list[MicBlock] = []

    async def main() -> None:
        microphone = PortAudioMicrophone("a teapot that nobody has")
        with pytest.raises(NoSuchDevice):
            await microphone.open(heard.append, heard.append)  # type: ignore[arg-type]
        await microphone.close()

    asyncio.run(main())
    assert not heard
