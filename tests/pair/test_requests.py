"""Requests of the user's against the local server's own reading of them, in both dialects, judged by the oracle."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import request_facts as r
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, TurnMode
from realtime_cli.session.wish import Wish
from tests.support.facts import typed_wish, voice_wish
from tests.support.pair import Pair

DIALECTS = pytest.mark.parametrize("dialect", [p.GA, p.BETA], ids=["ga", "beta"])


def started(wish: Wish, dialect: p.Dialect, **more: object) -> Pair:
    pair = Pair(wish, dialect, **more)  # type: ignore[arg-type]
    pair.begin()
    assert pair.state.connection is ConnectionState.READY
    return pair


def over(pair: Pair) -> None:
    pair.until(
        lambda state: (state.response, state.playout) == (ResponseState.NONE, PlayoutState.QUIET), within_s=60
    )


@DIALECTS
def test_items_are_put_retrieved_truncated_and_deleted(dialect: p.Dialect) -> None:
    pair = started(voice_wish(), dialect, replies=[["I have a lot to say about that."]])
    system = p.MessageItem(id="sys1", role="system", content=(p.InputText("be brief"),))
    sound = p.MessageItem(id="snd1", role="user", content=(p.InputAudio(audio=b"\0\1" * 4800),))
    pair.tell(r.ItemPut(sound, answer=True), r.ItemPut(system, previous_item_id="root"))
    pair.run(1)
    over(pair)
    answer = next(item.item_id for item in pair.state.items if item.role == "assistant")
    pair.tell(r.ItemTruncateAsked(answer, 100), r.ItemRetrieveAsked("snd1"))
    pair.run(1)
    retrieved = pair.state.retrieved
    assert retrieved is not None
    assert retrieved.pcm == b"\0\1" * 4800
    pair.tell(r.ItemDeleteAsked(("snd1",)))
    pair.run(1)
    statuses = {item.item_id: item.status for item in pair.state.items}
    assert statuses["snd1"] == "deleted"
    assert next(iter(statuses)) == "sys1"
    pair.tell(r.ItemDeleteAsked(("snd1", "nobody")))
    pair.run(1)
    assert [error.code for error in pair.errors()] == ["item_delete_invalid_item_id"]


@DIALECTS
def test_asides_do_not_touch_the_conversation(dialect: p.Dialect) -> None:
    pair = started(
        typed_wish(first_prompt="Hi"), dialect, replies=[["Hello."], ["A title"], ["Happy"], ["Bye."]]
    )
    pair.run(3)
    before = pair.state.items
    pair.tell(r.AskedAside("Title?", (("topic", "t"),)), r.AskedAside("Mood?", context="none"))
    pair.run(3)
    assert {aside.status for aside in pair.state.asides} == {"completed"}
    assert {aside.text for aside in pair.state.asides} == {"A title", "Happy"}
    assert pair.state.items == before
    assert pair.lines() == ["user: Hi", "assistant: Hello."]
    assert pair.errors() == []


@DIALECTS
def test_an_answer_with_wishes_of_its_own(dialect: p.Dialect) -> None:
    pair = started(typed_wish(), dialect, replies=[["In verse."]])
    wishes = p.ResponseConfig(instructions="In verse.", metadata={"k": "v"}, tool_choice="none")
    pair.tell(r.AnswerAsked(wishes))
    pair.run(3)
    assert (pair.state.answer_text, pair.state.metadata) == ("In verse.", (("k", "v"),))


@DIALECTS
def test_turns_switch_to_the_talk_key_and_back(dialect: p.Dialect) -> None:
    pair = started(voice_wish(), dialect, transcripts=["one", "two"], replies=[["Yes."]])
    pair.tell(r.TurnsChanged(None))
    pair.run(0.5)
    assert pair.state.turn_mode is TurnMode.PUSH_TO_TALK
    pair.speak(1.0, 1.0)
    assert pair.lines() == []
    pair.tell(r.TurnsChanged(p.ServerVad(silence_duration_ms=300)))
    pair.run(0.5)
    pair.speak(1.0, 1.0)
    over(pair)
    assert pair.lines() == ["user: one", "assistant: Yes."]
    assert pair.errors() == []


@DIALECTS
def test_settings_change_and_are_told(dialect: p.Dialect) -> None:
    pair = started(typed_wish(), dialect)
    pair.tell(r.SessionChanged(p.SessionConfig(instructions="new", max_output_tokens=77)))
    pair.run(0.5)
    accepted = pair.state.accepted
    assert (accepted.instructions, accepted.max_output_tokens) == ("new", 77)
    assert pair.errors() == []


@DIALECTS
def test_a_transcription_session_writes_down_and_never_answers(dialect: p.Dialect) -> None:
    audio_in = p.AudioInput(
        transcription=p.Transcription(model="any"),
        turn_detection=p.ServerVad(silence_duration_ms=300),
    )
    config = p.SessionConfig(type="transcription", audio=p.AudioConfig(input=audio_in))
    wish = Wish(config=config, auto_response=False, listens_only=True)
    pair = started(wish, dialect, transcripts=["first words", "more words"])
    pair.speak(1.0, 1.0)
    pair.speak(1.0, 1.0)
    pair.run(2)
    assert pair.lines() == ["user: first words", "user: more words"]
    assert "response.create" not in pair.said
    assert pair.errors() == []
    expected = "session.update"
    assert pair.said[0] == expected
