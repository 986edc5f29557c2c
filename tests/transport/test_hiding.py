"""A key that was sent never comes back, however it is spelled."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.key_shapes import HIDDEN
from realtime_cli.transport.hiding import Hider, secret_words

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=90)


@given(KEYS, st.text(), st.text())
def test_a_secret_is_gone_from_any_text(key: str, before: str, after: str) -> None:
    assert key not in Hider([key])(f"{before}{key}{after}") or key in HIDDEN


@given(KEYS, st.sampled_from(["utf-8", "ascii"]))
def test_a_secret_is_gone_from_json(key: str, spelling: str) -> None:
    text = json.dumps({"error": {"message": f"Incorrect key: {key}"}}, ensure_ascii=spelling == "ascii")
    hidden = json.loads(Hider([key])(text))["error"]["message"]
    assert hidden == f"Incorrect key: {HIDDEN}"
    assert json.loads(Hider([key])(text.replace("/", "\\/")))["error"]["message"] == hidden


def test_words_of_the_protocol_are_no_secrets() -> None:
    headers = {"Authorization": "Bearer 0123456789abcdef", "OpenAI-Beta": "realtime=v1", "X-Team": "voice"}
    found = secret_words("wss://host/v1?model=gpt-realtime&api-key=fedcba9876543210", headers, ["realtime"])
    assert found == ["0123456789abcdef", "fedcba9876543210"]


def test_every_place_for_a_secret_is_known() -> None:
    headers = {
        "api-key": "0123456789abcdef",
        "xi-api-key": "abcdef0123456789",
        "X-Odd": "a-long-value-of-some-kind",
    }
    found = secret_words("wss://host/v1", headers, ["realtime", "openai-insecure-api-key.ek_0123456789"])
    assert found == [*headers.values(), "ek_0123456789"]


LONG = "gpt-realtime-mini-2025-10-06"
PUBLIC = [
    *[
        "model",
        "deployment",
        "api-version",
        "version",
        "intent",
        "agent",
        "User-Agent",
        "OpenAI-Beta",
        "voice",
    ],
    *[
        "agent_id",
        "deployment-name",
        "deploymentName",
        "apiVersion",
        "transcription_model",
        "MODEL",
        "X-Vendor-Beta",
    ],
]
SECRET = [
    *[
        "key",
        "api-key",
        "xi-api-key",
        "apiKey",
        "token",
        "access_token",
        "sig",
        "signature",
        "Authorization",
        "Cookie",
    ],
    *["password", "X-Amz-Credential", "model_key", "key_model", "agent-token", "versionSecret", "jwt"],
]
UNKNOWN = ["X-Odd", "X-Model-Access", "session", "id", "call_id", "design", "", "-"]


@pytest.mark.parametrize(
    ("names", "from_characters"),
    [(PUBLIC, None), (SECRET, 8), (UNKNOWN, 20)],
    ids=["public", "secret", "unknown"],
)
def test_the_name_tells_from_which_length_a_value_is_a_secret(
    names: list[str], from_characters: int | None
) -> None:
    for name in names:
        lengths = range(1, len(LONG) + 1)
        in_headers = [n for n in lengths if secret_words("wss://host/v1", {name: LONG[:n]}, ())]
        in_query = [n for n in lengths if secret_words(f"wss://host/v1?{name}={LONG[:n]}", {}, ())]
        hidden = [n for n in lengths if from_characters is not None and n >= from_characters]
        assert in_headers == in_query == hidden, name


def test_of_two_secrets_that_overlap_nothing_remains() -> None:
    assert Hider(["abcdefgh", "abcdefghijkl"])("abcdefghijkl abcdefgh") == f"{HIDDEN} {HIDDEN}"
