"""What a brain reads of a conversation."""

from __future__ import annotations

from realtime_cli import protocol as p
from realtime_cli.server.conversation import Conversation, Entry, history
from realtime_cli.server.engines.contract import PastCall, Utterer
from realtime_cli.server.usage import input_size


def entry(item_id: str, role: p.Role, *content: p.Content, words: str | None = "") -> Entry:
    return Entry(p.MessageItem(id=item_id, role=role, content=content), words=words)


def test_history_joins_the_parts_of_a_message() -> None:
    parts = (p.InputText("Look:"), p.InputImage("data:image/png;base64,AA"), p.InputAudio())
    assert history([entry("a", "user", *parts, words="what is it")]) == (
        Utterer("user", "Look:\n[image]\nwhat is it"),
    )


def test_a_call_moves_to_where_its_output_came() -> None:
    call = Entry(p.FunctionCallItem(id="c", call_id="1", name="f", arguments="{}"))
    output = Entry(p.FunctionCallOutputItem(id="o", call_id="1", output="42"))
    between = entry("m", "user", p.InputText("wait"))
    assert history([call, between]) == (PastCall("1", "f", "{}", None), Utterer("user", "wait"))
    assert history([call, between, output]) == (Utterer("user", "wait"), PastCall("1", "f", "{}", "42"))


def test_an_output_without_its_call_keeps_its_text() -> None:
    output = Entry(p.FunctionCallOutputItem(id="o", call_id="1", output="42"))
    assert history([output]) == (PastCall("1", "", "", "42"),)


def test_places_and_neighbours() -> None:
    conversation = Conversation(1000, 10)
    assert conversation.last_id() is None
    conversation.add(entry("a", "user"))
    assert conversation.add(entry("c", "user")) == "a"
    assert conversation.add(entry("b", "user"), "a") == "a"
    assert conversation.add(entry("0", "user"), "root") is None
    assert [kept.id for kept in conversation.entries] == ["0", "a", "b", "c"]
    assert conversation.previous_id("b") == "a"
    assert conversation.previous_id("0") is None
    assert conversation.remove("b")
    assert not conversation.remove("b")
    assert conversation.last_id() == "c"


def test_spoken_turns_count_as_audio_and_typed_ones_as_text() -> None:
    spoken = Entry(
        p.MessageItem(id="s", role="user", content=(p.InputAudio(),)), audio_ms=1000, words="hello"
    )
    answer = Entry(p.MessageItem(id="t", role="assistant", content=(p.OutputAudio(),)), audio_ms=1000)
    call = Entry(p.FunctionCallItem(id="c", call_id="1", name="f", arguments="12345678"))
    size = input_size("abcd", (), [spoken, answer, call, entry("x", "user", p.InputText("abcde"))])
    assert (size.text, size.audio) == (1 + 2 + 2, 10 + 20)
