"""A dialect as one kind of server wants to hear it: settings at other places, tools in another shape, wrapped sound.

Only what a client says differs; what such servers say is read tolerantly anyway. Each ability that concerns spelling
is read here and nowhere else.
"""

import base64
import json
import struct
from collections.abc import Set
from typing import Any

from realtime_cli.protocol.abilities import Ability
from realtime_cli.protocol.client_events import ClientEvent, InputAudioBufferAppend, SessionUpdate
from realtime_cli.protocol.dialect import Dialect
from realtime_cli.protocol.server_events import ServerEvent
from realtime_cli.protocol.wire import json_text

Plain = dict[str, Any]


class Accent:
    """A `Dialect` that says `session.update` and `input_audio_buffer.append` in a server's own way.

    Args:
        dialect: The spelling of all the rest.
        abilities: What the server can read.
        session_extras: Fields that it wants in every update, as a JSON object; "" for none.
        rate_hz: Of the samples in appends, for those that are wrapped.

    Attributes:
        is_needless: The plain dialect does.
    """

    def __init__(
        self, dialect: Dialect, abilities: Set[Ability], session_extras: str = "", rate_hz: int = 24_000
    ) -> None:
        self._dialect = dialect
        self._flat_places = Ability.NESTED_SETTINGS not in abilities and dialect.name == "ga"
        self._nested_tools = Ability.FLAT_TOOLS not in abilities
        self._wrapped = Ability.BARE_APPENDS not in abilities
        self._extras: Plain = json.loads(session_extras) if session_extras else {}
        self._rate_hz = rate_hz
        self.is_needless = not (self._flat_places or self._nested_tools or self._wrapped or self._extras)

    @property
    def name(self) -> str:
        """`ga` or `beta`."""
        return self._dialect.name

    def encode_client(self, event: ClientEvent) -> str:
        """One JSON text. See `Dialect`."""
        if self._wrapped and isinstance(event, InputAudioBufferAppend):
            wrapped = wav(event.audio, self._rate_hz)
            return json_text(
                {"type": "input_audio_buffer.append", "audio": base64.b64encode(wrapped).decode()}
            )
        text = self._dialect.encode_client(event)
        if self.is_needless or not isinstance(event, SessionUpdate):
            return text
        said = json.loads(text)
        self._respell(said["session"])
        return json_text(said)

    def decode_server(self, text: str) -> ServerEvent:
        """See `Dialect`."""
        return self._dialect.decode_server(text)

    def encode_server(self, event: ServerEvent) -> list[str]:
        """See `Dialect`."""
        return self._dialect.encode_server(event)

    def decode_client(self, text: str) -> ClientEvent:
        """See `Dialect`."""
        return self._dialect.decode_client(text)

    def _respell(self, session: Plain) -> None:
        if self._flat_places:
            audio = session.get("audio", {})
            for side, name in (("output", "voice"), ("input", "turn_detection")):
                block = audio.get(side, {})
                if name in block:
                    session[name] = block.pop(name)
                if side in audio and not block:
                    del audio[side]
            if "audio" in session and not audio:
                del session["audio"]
        if self._nested_tools and "tools" in session:
            session["tools"] = [_nested(tool) for tool in session["tools"]]
        if self._wrapped and "input_audio_format" in session:
            session["input_audio_format"] = "wav"
        for name, value in self._extras.items():
            session.setdefault(name, value)


def wav(pcm: bytes, rate_hz: int) -> bytes:
    """PCM16 mono bytes as a WAV file."""
    form = struct.pack("<HHIIHH", 1, 1, rate_hz, rate_hz * 2, 2, 16)
    head = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", len(form))
    return head + form + struct.pack("<4sI", b"data", len(pcm)) + pcm


def _nested(tool: Plain) -> Plain:
    if tool.get("type") != "function":
        return tool
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}
