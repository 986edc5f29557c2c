"""What a debug log may show."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.runtime.wiretap import redacted


def test_audio_is_replaced_by_its_size() -> None:
    body = base64.b64encode(bytes(range(256)) * 4).decode()
    text = f'{{"type":"input_audio_buffer.append","audio":"{body}"}}'
    assert redacted(text) == (
        f'{{"type":"input_audio_buffer.append","audio":"<{len(body)} base64 characters>"}}'
    )


def test_images_are_replaced_too() -> None:
    body = base64.b64encode(bytes(2000)).decode()
    shown = redacted(f'{{"image_url":"data:image/png;base64,{body}"}}')
    assert "AAAA" not in shown
    assert f"<{len(body)} base64 characters>" in shown


def test_keys_are_hidden_wherever_they_stand() -> None:
    text = (
        '{"authorization": "Bearer abcdefgh12345678", "headers": {"X-Api": "xai-0123456789abcdef"}, '
        '"client_secret":"ek_0123456789", "message":"Incorrect API key sk-proj-abc_DEF0123456789"}'
    )
    shown = redacted(text)
    for part in ("abcdefgh12345678", "0123456789"):
        assert part not in shown
    assert shown.count("[hidden]") == 4


def test_words_and_ids_stay_readable() -> None:
    text = '{"type":"response.done","response":{"id":"resp_001","metadata":{"topic":"skiing in the alps"}}}'
    assert redacted(text) == text


@given(st.text())
def test_it_takes_any_text(text: str) -> None:
    redacted(text)
