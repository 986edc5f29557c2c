"""What `send-text` does with words that contradict each other, and with bare sound."""

from __future__ import annotations

import base64

import pytest

from tests.cli.conftest import Shell
from tests.cli.strange_server import StrangeServer


@pytest.mark.parametrize("line", ["--audio-in s.raw", "--audio-in - <s.raw", "--append s.raw"])
def test_bare_sound_has_the_rate_that_was_said(shell: Shell, strange: StrangeServer, line: str) -> None:
    (shell.folder / "s.raw").write_bytes(bytes(2 * 16_000))
    before = len(strange.events)
    done = shell.run(f"realtime-cli send-text --url {strange.at('ok')} --rate 16000 {line}")
    assert done.code == 0, done.err
    events = strange.events[before:]
    texts = [event["audio"] for event in events if event["type"] == "input_audio_buffer.append"]
    texts += [
        part.get("audio")
        for event in events
        for part in event.get("item", {}).get("content", ())
        if event["type"] == "conversation.item.create"
    ]
    sent = sum(len(base64.b64decode(text)) for text in texts if text)
    assert sent == pytest.approx(2 * 24_000, abs=200), "one second, at the rate of the wire"


def test_an_address_on_the_command_line_is_called_whatever_variables_say(
    shell: Shell, strange: StrangeServer
) -> None:
    done = shell.run(f"REALTIME_CLI_PROVIDER=local realtime-cli send-text --url {strange.at('ok')} hello")
    assert done.out == "you said: hello\n", done.err


def test_a_key_on_the_command_line_is_refused_even_where_none_is_wanted(shell: Shell) -> None:
    secret = "sk-planted-0123456789abcdefghijklmnop"
    done = shell.run(f"realtime-cli send-text --provider local --key {secret} hello")
    assert done.code == 78
    assert "name of a stored key" in done.err
    assert secret not in done.out + done.err
