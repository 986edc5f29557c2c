"""Speech and silence for these tests, and the marks of tests that need an engine."""

from __future__ import annotations

import os

import pytest

from realtime_cli.server.engines.contract import Ears, Mouth
from realtime_cli.server.engines.espeak_library import is_library_installed
from realtime_cli.server.engines.espeak_mouth import find_espeak
from realtime_cli.server.engines.pocketsphinx_ears import is_pocketsphinx_installed

ADD = "install it with: apt install espeak-ng; pip install 'realtime-cli[local]'"
needs_espeak = pytest.mark.skipif(find_espeak() is None, reason=f"no espeak-ng program, {ADD}")
needs_library = pytest.mark.skipif(not is_library_installed(), reason=f"no espeakng-loader, {ADD}")
needs_pocketsphinx = pytest.mark.skipif(not is_pocketsphinx_installed(), reason=f"no pocketsphinx, {ADD}")

SILENCE = bytes(9_600)  # 200 ms
BLOCK_BYTES = 960


async def say(mouth: Mouth, text: str, *, voice: str = "marin", speed: float = 1.0) -> bytes:
    """All of the audio."""
    return b"".join([piece async for piece in mouth.speak(text, voice=voice, speed=speed)])


async def hear(ears: Ears, pcm: bytes) -> str:
    """The transcript of speech with silence around it, fed in blocks of 20 ms as fast as it goes."""
    utterance = ears.listen()
    padded = SILENCE + pcm + SILENCE
    for at in range(0, len(padded), BLOCK_BYTES):
        await utterance.feed(padded[at : at + BLOCK_BYTES])
    return (await utterance.finish()).text


def is_running(pid: int) -> bool:
    """Whether there is a process of this id (one that ended but was not waited for counts)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
