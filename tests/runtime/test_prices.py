"""Prices: from the public list by kind of token, or from the user's own table."""

from datetime import UTC

import pytest

from realtime_cli.errors import ConfigError
from realtime_cli.runtime.costs import sums
from realtime_cli.runtime.prices import rates
from tests.history.people import usage

MILLION = 1_000_000


def test_the_public_list_knows_every_kind_of_token() -> None:
    found = rates("openai", "gpt-realtime", {}, transcription_model="gpt-4o-transcribe")
    assert found is not None
    kinds = [found.input_text, found.input_audio, found.input_image, found.output_text, found.output_audio]
    assert all(rate > 0 for rate in kinds)
    assert 0 < found.cached_audio < found.input_audio
    assert found.transcription_input > 0
    assert found.source.startswith("genai-prices ")


def test_a_transcription_by_the_minute_has_a_price_for_seconds() -> None:
    found = rates("openai", "gpt-realtime", {}, transcription_model="whisper-1")
    assert found is not None
    assert 0.00001 < found.transcription_second < 0.01


def test_models_nobody_knows_have_no_price_and_the_local_server_is_free() -> None:
    assert rates("openai", "no-such-model-at-all", {}) is None
    free = rates("local", "local-rules", {})
    assert free is not None
    assert free.output_audio == 0


def test_the_users_own_prices_win_and_say_of_which_day_they_are() -> None:
    own: dict[str, dict[str, float | str]] = {"gpt-realtime": {"input_text": 1.5, "as_of": "2026-11-01"}}
    found = rates("openai", "gpt-realtime", own)
    assert found is not None
    assert found.input_text == pytest.approx(1.5 / MILLION)
    assert found.cached_text == found.input_text
    assert found.source == "your own prices, 2026-11-01"


def test_a_price_with_a_wrong_name_is_told() -> None:
    with pytest.raises(ConfigError, match="input_txt"):
        rates("openai", "m", {"m": {"input_txt": 1.0}})


def test_sums_by_model_keep_what_has_no_price_apart() -> None:
    own = {"a": {"input_text": 2.0}}
    used = [
        usage(model="a"),
        usage(model="a", kind="transcription", seconds=3.0),
        usage(model="no-such-model"),
    ]
    lines = sums(used, "model", own, UTC)
    assert [(line.name, line.responses, line.unpriced) for line in lines] == [
        ("a", 1, 0),
        ("no-such-model", 1, 1),
        ("all", 2, 1),
    ]
    assert lines[0].usd == pytest.approx(2.0, abs=2.1)
    assert lines[1].usd is None
