"""JSON text that can always be written, and read where a character was cut in two."""

import json

import pytest

from realtime_cli import protocol as p
from realtime_cli.protocol.wire import json_text, json_value, plain


def test_lone_surrogates_are_replaced_wherever_they_are() -> None:
    said = {"a\ud800": ["\udfff", ("x", 1, None, True, 0.5)], "pair": "\ud83d\ude00"}
    assert json.loads(json_text(said)) == {"a\ufffd": ["\ufffd", ["x", 1, None, True, 0.5]], "pair": "😀"}


def test_structs_become_plain_values_without_what_is_unset() -> None:
    assert plain(p.InputAudioBufferAppend(b"ab")) == {"type": "input_audio_buffer.append", "audio": "YWI="}


def test_the_secrets_of_an_mcp_server_do_not_show() -> None:
    tool = p.McpTool(server_label="docs", authorization="s3cret", headers={"X-Key": "s3cret"})
    assert "s3cret" not in repr(p.SessionUpdate(p.SessionConfig(tools=(tool,))))
    assert "s3cret" in p.GA.encode_client(p.SessionUpdate(p.SessionConfig(tools=(tool,))))


def test_half_a_character_from_a_server_is_read_as_a_replacement() -> None:
    event = p.GA.decode_server('{"type":"response.output_text.delta","delta":"a\\ud83d"}')
    assert event == p.ResponseOutputTextDelta(delta="a\ufffd")
    assert p.GA.decode_client('{"type":"response.cancel","response_id":"\\uDE00"}') == p.ResponseCancel(
        "\ufffd"
    )


@pytest.mark.parametrize("text", ["", "{", '["\\ud83d"', '"\ud800"'])
def test_what_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        json_value(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '["\\ud83d",' + "[" * 100_000])
def test_what_is_too_deep_is_a_recursion_error(text: str) -> None:
    with pytest.raises(RecursionError):
        json_value(text)
