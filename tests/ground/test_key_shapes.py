"""A key of any known shape is found wherever it stands; words, names and ids are left as they are."""

from __future__ import annotations

import json
import time
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from realtime_cli.key_shapes import HIDDEN, without_keys

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALNUM = LETTERS + "0123456789"


def begun_with(*beginnings: str, alphabet: str = ALNUM + "-_") -> st.SearchStrategy[str]:
    # Letters and a digit first: what a service gives out is never one sign many times.
    body = st.text(alphabet, min_size=10, max_size=90)
    return st.builds("{}aB3{}z".format, st.sampled_from(beginnings), body)


SHAPES = st.one_of(
    begun_with("sk-", "sk-proj-", "sk-svcacct-", "sk-ant-api03-", "sk_", "ek_", "gsk_", "gsk-", "ek-"),
    begun_with("xai-", "key-", "key_"),
    begun_with("sk-proj-", alphabet="*"),
    st.builds(
        "eyJ{}.eyJ{}.{}".format, *[st.text(ALNUM + "-_", min_size=12, max_size=60).map("a{}z".format)] * 3
    ),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["Bearer ", "bearer ", "BEARER ", "Bearer  ", "Bearer%20"]),
        st.text(ALNUM + "._~+/-", min_size=12, max_size=60).map("a1{}z".format),
        st.sampled_from(["", "=", "=="]),
    ),
    st.builds("Basic {}=".format, st.text(ALNUM + "+/", min_size=24, max_size=60).map("a1{}z".format)),
)
# Whole words may be any; what touches the key is no ASCII letter, which would make it the end of another word.
BEFORE = st.text().filter(lambda text: not (text[-1:].isascii() and text[-1:].isalpha())) | st.sampled_from(
    [
        "key=",
        "钥匙",
        "'",
        "(",
        "Incorrect API key provided: ",
        "\n",
        "\t",
        "é",
        "%3D",
        "%20",
        "openai-insecure-api-key.",
    ]
)
AFTER = st.text().filter(
    lambda text: not text[:1].isascii() or not (text[:1].isalnum() or text[:1] in "-_*.~+/=")
)


@given(SHAPES, BEFORE, AFTER)
@example("sk-proj-abcDEF0123456789", "line\n", "\n")
def test_no_key_survives_in_a_text_or_in_json_of_a_text(key: str, before: str, after: str) -> None:
    secret = key.split()[-1].removeprefix("Bearer%20")
    text = f"{before}{key}{after}"
    for told in (text, json.dumps(text), json.dumps(text, ensure_ascii=False), json.dumps(json.dumps(text))):
        shown = without_keys(told)
        assert secret not in shown
        assert HIDDEN in shown
        assert without_keys(shown) == shown


NAMES = [
    *["authorization", "Authorization", "proxy-authorization", "api_key", "api-key", "apiKey", "xi-api-key"],
    *["OPENAI_API_KEY", "client_secret", "access_token", "refresh-token", "password", "secret"],
]


@given(st.sampled_from(NAMES), st.text(min_size=1), st.sampled_from([None, 1]))
def test_whatever_stands_in_a_field_with_such_a_name_is_hidden(
    name: str, value: str, indent: int | None
) -> None:
    plain = json.dumps({"a": "b", name: value, "c": [1]}, indent=indent)
    assert json.loads(without_keys(plain)) == {"a": "b", name: HIDDEN, "c": [1]}
    inner = json.dumps({"arguments": plain})
    assert json.loads(json.loads(without_keys(inner))["arguments"]) == {"a": "b", name: HIDDEN, "c": [1]}


@given(begun_with("", "tgp_v1_"))
def test_a_token_is_hidden_but_no_single_word_of_a_transcript(value: str) -> None:
    assert json.loads(without_keys(json.dumps({"token": value}))) == {"token": HIDDEN}
    words = json.dumps({"logprobs": [{"token": word} for word in (" hello", "internationally", "2026", "")]})
    assert without_keys(words) == words


KEPT = [
    "skiing in the alps, a task-force on risk-assessment, the week_2024_report of desk-research-unit-7",
    "monkey-business0, turkey_sandwich1, low-key-attitudes, key-value pairs and key-values, key_function_name",
    "Missing Bearer authentication. Bearer authentication is needed, basic understanding, Basic instructions",
    "gpt-realtime-mini-2025-10-06, gpt-4o-mini-transcribe-2025-12-15, my-deployment-of-gpt-realtime-in-sweden-2",
    "wss://host.openai.azure.com/openai/v1/realtime?model=gpt-realtime-2025-08-28&api-version=2025-04-01-preview",
    "xai-grok-voice-2025-11-05, grok-voice-latest, qwen3.5-omni-plus-realtime, eleven_realtime_v1_mini",
    "sk-SK-LukasNeural, sk-SK-Chirp3-HD-Achernar, sk-SK, sk, ek, eyJ, Bearer, key",
    '{"password":"","max_tokens":4096,"token":"","total_tokens":12,"api_key":null,"secret":{"type":"string"}}',
    "event_CaBcDeFgHiJkLmNoPqRs1, item_CekDskXaiGskKeyEyJ00, sess_001, resp_67ccfcdd16748190a91872c75d38539e",
    "call_O7mVEkEyK1Y2Z3sk4ek5, evt_17, msg_1, rs_1, c56b1f0e-9d0c-4f4e-8a0f-0e1d2c3b4a59",
]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_words_names_and_ids_stay(text: str) -> None:
    assert without_keys(text) == text
    assert without_keys(json.dumps({"text": text})) == json.dumps({"text": text})


@given(
    st.sampled_from(["event_", "item_", "sess_", "resp_", "call_", "conv_", "rs_", "mcp_", ""]),
    st.text(ALNUM, max_size=40),
)
def test_ids_stay_whatever_their_letters(kind: str, letters: str) -> None:
    text = json.dumps({"event_id": kind + letters, "text": f"{kind}{letters} was sent"})
    assert without_keys(text) == text


@given(st.uuids())
def test_uuids_stay(one: uuid.UUID) -> None:
    text = f"{one} {one.hex} id={one}."
    assert without_keys(text) == text


@given(st.text())
def test_it_takes_any_text_and_twice_is_as_once(text: str) -> None:
    assert without_keys(without_keys(text)) == without_keys(text)


@pytest.mark.parametrize(
    "piece",
    [
        *["key-", "key-a_", "sk-", "xai-", "eyJ", "-eyJ", "eyJaaaaaaaa.", "Bearer ", "Bearer a", "basic "],
        *["basic aaaa", '"token":"', '"token":"a', '"password":"', '\\"password\\":\\"', "a-", '"a-', '\\"'],
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """Servers choose the texts, and the loop waits: time grows with the length alone."""

    def cpu_s(length: int) -> float:
        text, began_s = piece * (length // len(piece)), time.process_time()
        without_keys(text)
        return time.process_time() - began_s

    cpu_s(10_000)
    assert (
        min(cpu_s(200_000) for _ in range(3)) < 0.5
    )  # 10 ms as a rule; minutes where the time grows squarely
