"""What a server must be able to say about a client's mistakes."""

import json
from typing import Any

import pytest

from realtime_cli import protocol as p
from realtime_cli.errors import RemoteProtocolError
from realtime_cli.protocol.asking import client_event


def refusal(dialect: p.Dialect, text: str) -> p.Refusal:
    with pytest.raises(p.Refusal) as caught:
        dialect.decode_client(text)
    return caught.value


def said(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, "event_id": "evt_7", **fields})


@pytest.mark.parametrize("dialect", [p.GA, p.BETA])
@pytest.mark.parametrize("text", ["", "{", "nonsense", "[]", '"text"', "{}", '{"type":5}'])
def test_what_is_no_event_at_all_is_an_invalid_event(dialect: p.Dialect, text: str) -> None:
    assert refusal(dialect, text).code == "invalid_event"


@pytest.mark.parametrize("dialect", [p.GA, p.BETA])
def test_an_unknown_type_is_an_invalid_value_of_type(dialect: p.Dialect) -> None:
    detail = refusal(dialect, said("scooby.dooby.doo")).detail
    assert (detail.type, detail.code, detail.param) == ("invalid_request_error", "invalid_value", "type")
    assert detail.event_id == "evt_7"
    assert "scooby.dooby.doo" in detail.message


MISTAKES: list[tuple[str, str, str, str]] = [
    (said("conversation.item.delete"), "missing_required_parameter", "item_id", "item_id"),
    (said("conversation.item.delete", item_id=5), "invalid_type", "item_id", "item_id"),
    (said("conversation.item.delete", item_id="i", more=1), "unknown_parameter", "more", "more"),
    (said("input_audio_buffer.append", audio="not base64!"), "invalid_value", "audio", "audio"),
    (
        said("conversation.item.create", item={"role": "user"}),
        "missing_required_parameter",
        "item.type",
        "item.type",
    ),
    (said("conversation.item.create", item={"type": "hologram"}), "invalid_value", "item.type", "item.type"),
    (
        said("conversation.item.create", item={"type": "function_call_output", "call_id": "c"}),
        "missing_required_parameter",
        "item.output",
        "item.output",
    ),
    (
        said("conversation.item.create", item={"type": "message", "role": "tool", "content": []}),
        "invalid_value",
        "item.role",
        "item.role",
    ),
    (
        said(
            "conversation.item.create",
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "x", "size": 1}],
            },
        ),
        "unknown_parameter",
        "item.content[0].size",
        "item.content[0].size",
    ),
    (
        said("response.create", response={"input": [{"type": "function_call", "name": "f"}]}),
        "missing_required_parameter",
        "response.input[0].arguments",
        "response.input[0].arguments",
    ),
    (
        said("response.create", response={"metadata": {"key": 5}}),
        "invalid_type",
        "response.metadata[...]",
        "response.metadata[...]",
    ),
]


@pytest.mark.parametrize(("text", "code", "param", "beta_param"), MISTAKES)
def test_mistakes_are_named_by_code_and_path(text: str, code: str, param: str, beta_param: str) -> None:
    for dialect, expected in ((p.GA, param), (p.BETA, beta_param)):
        detail = refusal(dialect, text).detail
        assert (detail.code, detail.param, detail.event_id) == (code, expected, "evt_7")


def test_ga_wants_the_type_of_a_session_in_every_update() -> None:
    detail = refusal(p.GA, said("session.update", session={"instructions": "x"})).detail
    assert detail.message == "Missing required parameter: 'session.type'."
    assert detail.param == "session.type"


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"foo": 1}, "unknown_parameter", "session.foo"),
        ({"temperature": 0.8}, "unknown_parameter", "session.temperature"),
        ({"id": "mine"}, "unknown_parameter", "session.id"),
        ({"output_modalities": ["smell"]}, "invalid_value", "session.output_modalities[0]"),
        ({"instructions": None}, "invalid_type", "session.instructions"),
        ({"max_output_tokens": 0}, "invalid_value", "session.max_output_tokens"),
        ({"audio": {"output": {"speed": 9}}}, "invalid_value", "session.audio.output.speed"),
        (
            {"audio": {"input": {"turn_detection": {"type": "server_vad", "loud": 1}}}},
            "unknown_parameter",
            "session.audio.input.turn_detection.loud",
        ),
        (
            {"audio": {"input": {"turn_detection": {"type": "telepathy"}}}},
            "invalid_value",
            "session.audio.input.turn_detection.type",
        ),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "session.tools[0].name"),
    ],
)
def test_one_wrong_setting_refuses_the_whole_ga_update(
    session: dict[str, Any], code: str, param: str
) -> None:
    detail = refusal(p.GA, said("session.update", session={"type": "realtime", **session})).detail
    assert (detail.code, detail.param) == (code, param)


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"foo": 1}, "unknown_parameter", "session.foo"),
        ({"type": "realtime"}, "unknown_parameter", "session.type"),
        ({"audio": {}}, "unknown_parameter", "session.audio"),
        (
            {"turn_detection": {"type": "server_vad", "threshold": 2}},
            "invalid_value",
            "session.turn_detection.threshold",
        ),
        (
            {"turn_detection": {"type": "server_vad", "loud": 2}},
            "unknown_parameter",
            "session.turn_detection.loud",
        ),
        ({"modalities": ["smell"]}, "invalid_value", "session.modalities[0]"),
        ({"voice": 5}, "invalid_type", "session.voice"),
        ({"max_response_output_tokens": 0}, "invalid_value", "session.max_response_output_tokens"),
    ],
)
def test_a_beta_client_is_told_in_its_own_names(session: dict[str, Any], code: str, param: str) -> None:
    detail = refusal(p.BETA, said("session.update", session=session)).detail
    assert (detail.code, detail.param) == (code, param)
    assert param in detail.message


def test_beta_settings_that_the_house_cannot_hold_are_taken_and_dropped() -> None:
    event = p.BETA.decode_client(said("session.update", session={"temperature": 0.8, "client_secret": {}}))
    assert event == p.SessionUpdate(p.SessionConfig(), event_id="evt_7")


def test_an_event_id_has_at_most_512_characters() -> None:
    text = json.dumps({"type": "response.cancel", "event_id": "x" * 513})
    assert refusal(p.GA, text).param == "event_id"


def test_a_refusal_is_a_protocol_error_of_the_other_side() -> None:
    assert issubclass(p.Refusal, RemoteProtocolError)
    assert p.Refusal("invalid_event", "x").exit_code == 65


def test_control_characters_of_a_client_do_not_come_back() -> None:
    text = json.dumps({"type": "\x1b[2J", "event_id": "e"})
    assert str(refusal(p.GA, text)).isprintable()
    text = said("session.update", session={"type": "realtime", "\x1b[2J": 1})
    found = refusal(p.GA, text)
    assert found.param is not None
    assert (found.param + str(found)).isprintable()


def test_an_event_too_deep_to_walk_is_refused() -> None:
    def endless(event: dict[str, Any]) -> dict[str, Any]:
        return endless(event)

    with pytest.raises(p.Refusal, match="nested too deeply") as caught:
        client_event(said("response.cancel"), {"response.cancel"}, endless)
    assert caught.value.event_id == "evt_7"
