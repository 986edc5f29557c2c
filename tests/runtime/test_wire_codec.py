"""G.711 on the wire."""

from __future__ import annotations

import numpy as np
import pytest

from realtime_cli.dsp.pcm16 import Int16, from_bytes, to_bytes
from realtime_cli.protocol import (
    ConversationItemCreate,
    InputAudio,
    InputAudioBufferAppend,
    InputText,
    MessageItem,
    ResponseOutputAudioDelta,
    ResponseOutputAudioDone,
)
from realtime_cli.runtime.speech import Manner, Speech
from realtime_cli.runtime.wire_codec import WireFormat

FORMS: list[WireFormat] = ["pcmu", "pcma"]


def tone(seconds: float) -> Int16:
    at_s = np.arange(round(seconds * 24_000)) / 24_000
    return np.asarray(8000 * np.sin(2 * np.pi * 440 * at_s), dtype=np.int16)


def delta(item: str, audio: bytes) -> ResponseOutputAudioDelta:
    return ResponseOutputAudioDelta(
        response_id="r", item_id=item, output_index=0, content_index=0, delta=audio
    )


def sent(speech: Speech, sound: Int16) -> bytes:
    """What goes up of a sound, in steps of 20 ms."""
    events = [
        speech.fitted(InputAudioBufferAppend(audio=to_bytes(sound[at : at + 480])))
        for at in range(0, len(sound), 480)
    ]
    return b"".join(event.audio for event in events if isinstance(event, InputAudioBufferAppend))


@pytest.mark.parametrize("form", FORMS)
def test_there_and_back_it_is_the_same_tone_of_the_same_length(form: WireFormat) -> None:
    speech, sound = Speech(Manner(audio_format=form)), tone(0.5)
    wire = sent(speech, sound)
    assert len(wire) == len(sound) // 3, "one byte for each frame at 8 kHz"
    parts = [wire[at : at + 333] for at in range(0, len(wire), 333)]
    events = [part for piece in parts for part in speech.understood(delta("i", piece))]
    done = ResponseOutputAudioDone(response_id="r", item_id="i", output_index=0, content_index=0)
    events += list(speech.understood(done))
    assert isinstance(events[-1], ResponseOutputAudioDone)
    heard = from_bytes(b"".join(e.delta for e in events if isinstance(e, ResponseOutputAudioDelta)))
    assert len(heard) == len(sound)
    middle = slice(2400, 9600)
    likeness = np.corrcoef(heard[middle].astype(float), np.roll(sound, 48)[middle].astype(float))[0, 1]
    assert likeness > 0.98


def test_items_do_not_flow_into_each_other() -> None:
    speech = Speech(Manner(audio_format="pcmu"))
    loud = sent(Speech(Manner(audio_format="pcmu")), tone(0.1))
    list(speech.understood(delta("one", loud)))
    (silent,) = speech.understood(delta("two", b"\xff" * 160))
    assert isinstance(silent, ResponseOutputAudioDelta)
    assert not np.abs(from_bytes(silent.delta)).max(initial=0) > 8


def test_an_empty_delta_and_an_end_without_sound_are_harmless() -> None:
    speech = Speech(Manner(audio_format="pcma"))
    done = ResponseOutputAudioDone(response_id="r", item_id="x", output_index=0, content_index=0)
    assert list(speech.understood(done)) == [done]
    (empty,) = speech.understood(delta("i", b""))
    assert isinstance(empty, ResponseOutputAudioDelta)
    assert empty.delta == b""


def test_pcm_passes_untouched() -> None:
    event = delta("i", b"\x01\x02\x03")
    assert list(Speech().understood(event)) == [event]


@pytest.mark.parametrize(
    ("manner", "bytes_wanted"), [(Manner(audio_format="pcmu"), 4000), (Manner(input_rate_hz=16_000), 16_000)]
)
def test_sound_inside_an_item_has_the_format_and_rate_of_the_wire_too(
    manner: Manner, bytes_wanted: int
) -> None:
    sound = InputAudio(audio=to_bytes(tone(0.5)))
    item = MessageItem(role="user", content=(InputText("listen"), sound))
    fitted = Speech(manner).fitted(ConversationItemCreate(item=item))
    assert isinstance(fitted, ConversationItemCreate)
    assert isinstance(fitted.item, MessageItem)
    text, heard = fitted.item.content
    assert text == InputText("listen")
    assert isinstance(heard, InputAudio)
    assert isinstance(heard.audio, bytes)
    assert len(heard.audio) == pytest.approx(bytes_wanted, abs=bytes_wanted // 50)
