"""Items: create, retrieve, delete, truncate, and every way to be refused."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.engines.contract import Utterer
from realtime_cli.server.options import ServerOptions
from tests.server.desk import LETTER_MS, LOUD, Desk, kinds, typed


def message(
    role: p.Role, *content: p.Content, item_id: str | p.UnsetType = p.UNSET
) -> p.ConversationItemCreate:
    return p.ConversationItemCreate(item=p.MessageItem(id=item_id, role=role, content=content))


def spoken_item(desk: Desk) -> tuple[str, int]:
    """An assistant's audio item and its length in ms."""
    desk.ask("Hi")
    item = desk.last(p.ResponseDone).response.output[0]
    audio_ms = sum(len(event.delta) for event in desk.all(p.ResponseOutputAudioDelta)) // 48
    return str(item.id), audio_ms


def test_items_keep_the_clients_id_and_follow_each_other() -> None:
    desk = Desk()
    desk.say(message("user", p.InputText("one"), item_id="mine"), typed("two"))
    added = desk.all(p.ConversationItemAdded)
    assert added[0].item.id == "mine"
    assert [event.previous_item_id for event in added] == [None, "mine"]


def test_previous_item_id_puts_an_item_in_the_middle_or_at_the_front() -> None:
    desk = Desk()
    desk.say(message("user", p.InputText("a"), item_id="a"), message("user", p.InputText("b"), item_id="b"))
    desk.say(typed("front", previous_item_id="root"), typed("middle", previous_item_id="a"))
    desk.say(p.ResponseCreate())
    history = desk.last(v.Reply).question.history
    assert [said.text for said in history if isinstance(said, Utterer)] == ["front", "a", "middle", "b"]


def test_every_role_and_kind_that_can_be_created_is() -> None:
    desk = Desk()
    desk.say(
        message("system", p.InputText("Be kind.")),
        message("assistant", p.OutputText("Hello.")),
        message("user", p.InputText("Look"), p.InputImage("data:image/png;base64,AAAA")),
        p.ConversationItemCreate(item=p.FunctionCallItem(call_id="c1", name="f", arguments="{}")),
        p.ConversationItemCreate(item=p.FunctionCallOutputItem(call_id="c1", output="1")),
    )
    assert not desk.all(p.ErrorEvent)
    assert len(desk.judge.order) == 5


@pytest.mark.parametrize(
    ("event", "param"),
    [
        (message("assistant", p.InputText("x")), "item.content[0].type"),
        (message("assistant", p.OutputAudio()), "item.content[0].type"),
        (message("system", p.InputAudio(audio=b"")), "item.content[0].type"),
        (message("user", p.OutputText("x")), "item.content[0].type"),
        (message("user", p.InputText("x"), p.InputImage("https://x/y.png")), "item.content[1].image_url"),
        (message("user"), "item.content"),
        (message("tool", p.InputText("x")), "item.role"),
        (message("user", p.InputText("x"), item_id="i" * 65), "item.id"),
        (p.ConversationItemCreate(item=p.McpCallItem(id="m")), "item.type"),
        (p.ConversationItemCreate(item=p.FunctionCallOutputItem(call_id="nope", output="")), "item.call_id"),
        (p.ConversationItemCreate(item=p.FunctionCallOutputItem(output="")), "item.call_id"),
        (typed("x", previous_item_id="nope"), "previous_item_id"),
    ],
)
def test_what_cannot_be_put_in_is_refused_and_leaves_nothing(
    event: p.ConversationItemCreate, param: str
) -> None:
    desk = Desk()
    error = desk.error(desk.say(event))
    assert error.param == param
    assert desk.judge.order == []


def test_an_id_cannot_be_taken_twice() -> None:
    desk = Desk()
    again = message("user", p.InputText("x"), item_id="same")
    desk.say(again)
    assert desk.error(desk.say(again)).param == "item.id"


def test_a_full_conversation_refuses_more_items() -> None:
    desk = Desk(ServerOptions(max_items=1))
    desk.say(typed("one"))
    assert desk.error(desk.say(typed("two"))).code == "conversation_full"


def test_retrieve_gives_the_audio_back() -> None:
    desk = Desk()
    item_id, audio_ms = spoken_item(desk)
    desk.say(p.ConversationItemRetrieve(item_id=item_id))
    item = desk.last(p.ConversationItemRetrieved).item
    assert isinstance(item, p.MessageItem)
    part = item.content[0]
    assert isinstance(part, p.OutputAudio)
    assert (part.audio, part.transcript) == (LOUD * audio_ms, "Yes.")


def test_old_audio_is_forgotten_beyond_the_bound_but_its_length_is_not() -> None:
    desk = Desk(ServerOptions(kept_audio_bytes=1000))
    item_id, audio_ms = spoken_item(desk)
    desk.ask("More")
    desk.say(p.ConversationItemRetrieve(item_id=item_id))
    item = desk.last(p.ConversationItemRetrieved).item
    assert isinstance(item, p.MessageItem)
    assert item.content == (p.OutputAudio(transcript="Yes."),)
    assert kinds(desk.say(truncate(item_id, audio_ms))) == ["conversation.item.truncated"]


def test_delete_forgets_the_item() -> None:
    desk = Desk()
    desk.say(message("user", p.InputText("x"), item_id="gone"))
    assert kinds(desk.say(p.ConversationItemDelete(item_id="gone"))) == ["conversation.item.deleted"]
    desk.say(p.ResponseCreate())
    assert desk.last(v.Reply).question.history == ()


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (p.ConversationItemDelete(item_id="x", event_id="e"), "item_delete_invalid_item_id"),
        (p.ConversationItemRetrieve(item_id="x", event_id="e"), "item_retrieve_invalid_item_id"),
        (
            p.ConversationItemTruncate(item_id="x", content_index=0, audio_end_ms=0, event_id="e"),
            "item_truncate_invalid_item_id",
        ),
    ],
)
def test_unknown_items_are_named_in_the_error(event: p.ClientEvent, code: str) -> None:
    desk = Desk()
    error = desk.error(desk.say(event))
    assert (error.code, error.event_id) == (code, "e")
    assert "'x'" in error.message


def truncate(item_id: str, audio_end_ms: int, content_index: int = 0) -> p.ConversationItemTruncate:
    return p.ConversationItemTruncate(item_id=item_id, content_index=content_index, audio_end_ms=audio_end_ms)


def test_truncate_cuts_the_audio_and_removes_the_transcript() -> None:
    desk = Desk(replies=[["One two three four."]])
    item_id, audio_ms = spoken_item(desk)
    assert audio_ms == LETTER_MS * len("One two three four.")
    desk.say(truncate(item_id, 100))
    assert desk.last(p.ConversationItemTruncated).audio_end_ms == 100
    desk.say(p.ConversationItemRetrieve(item_id=item_id), p.ResponseCreate())
    item = desk.last(p.ConversationItemRetrieved).item
    assert isinstance(item, p.MessageItem)
    assert item.content == (p.OutputAudio(audio=LOUD * 100),)
    assert desk.last(v.Reply).question.history[-1] == Utterer("assistant", "One t")  # what was heard, about


def test_truncating_at_the_very_end_is_allowed_and_beyond_is_not() -> None:
    desk = Desk()
    item_id, audio_ms = spoken_item(desk)
    error = desk.error(desk.say(truncate(item_id, audio_ms + 1)))
    assert (error.code, error.message) == (
        "invalid_value",
        f"Audio content of {audio_ms}ms is already shorter than {audio_ms + 1}ms",
    )
    assert kinds(desk.say(truncate(item_id, audio_ms))) == ["conversation.item.truncated"]
    assert desk.error(desk.say(truncate(item_id, -1))).param == "audio_end_ms"
    assert desk.error(desk.say(truncate(item_id, 0, 1))).param == "content_index"


def test_only_the_models_audio_can_be_truncated() -> None:
    desk = Desk()
    desk.say(
        message("user", p.InputText("x"), item_id="user"),
        message("assistant", p.OutputText("x"), item_id="text"),
    )
    for item_id in ("user", "text"):
        error = desk.error(desk.say(truncate(item_id, 0)))
        assert (error.code, error.message) == (None, "Only model output audio messages can be truncated")


def test_an_answer_truncated_while_it_is_said_keeps_no_transcript() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "A story. "), v.EngineSpoke(response_id, LOUD * 300))
    item_id = desk.last(p.ResponseOutputItemAdded).item.id
    desk.say(
        truncate(str(item_id), 120), p.ResponseCancel(), p.ConversationItemRetrieve(item_id=str(item_id))
    )
    item = desk.last(p.ConversationItemRetrieved).item
    assert isinstance(item, p.MessageItem)
    assert item.content == (p.OutputAudio(audio=LOUD * 120),)


def test_an_item_deleted_while_it_is_said_is_not_told_as_done_in_the_conversation() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    desk.happen(v.EngineReplied(response_id, "A story. "))
    desk.say(p.ConversationItemDelete(item_id=str(desk.last(p.ResponseOutputItemAdded).item.id)))
    shown = kinds(desk.happen(v.EngineReplyEnded(response_id), v.EngineSpeechEnded(response_id)))
    assert "response.output_item.done" in shown
    assert "conversation.item.done" not in shown


def test_audio_inside_an_item_is_read_by_the_ears_before_the_answer() -> None:
    desk = Desk(transcripts=["what time is it"])
    desk.say(message("user", p.InputAudio(audio=LOUD * 400)), p.ResponseCreate())
    assert not desk.all(v.Reply)
    desk.work()
    assert desk.last(v.Reply).question.history == (Utterer("user", "what time is it"),)
    assert not desk.all(p.ConversationItemInputAudioTranscriptionCompleted)
    desk.judge.finish()


def test_a_refusal_quotes_the_client_without_control_characters() -> None:
    desk = Desk()
    message = desk.error(desk.say(p.ConversationItemDelete(item_id="\x1b[2Jx" + "y" * 1000))).message
    assert "\x1b" not in message
    assert "\ufffd[2Jx" in message
    assert len(message) <= 400
