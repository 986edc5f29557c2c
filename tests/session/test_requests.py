"""What the user asks of the conversation: items, asides, settings, turns."""

from __future__ import annotations

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session import request_facts as r
from realtime_cli.session.state import ResponseState, TurnMode
from tests.support.facts import (
    Mind,
    begun,
    done,
    ended,
    error,
    kinds,
    of,
    said,
    text_answer,
    typed_wish,
    user_turn,
    voice,
    voice_config,
)

IMAGE = p.MessageItem(role="user", content=(p.InputImage("data:image/png;base64,AAAA"), p.InputText("what?")))


def talk() -> Mind:
    mind = Mind()
    mind.ready()
    return mind


def typed(abilities: frozenset[p.Ability] = p.ALL) -> Mind:
    mind = Mind(typed_wish(), abilities)
    mind.ready()
    return mind


# --- items --------------------------------------------------------------------------------------------------------


def test_an_item_of_mixed_content_goes_in_and_is_answered_when_wanted() -> None:
    mind = typed()
    told = mind.tell(r.ItemPut(IMAGE, answer=True))
    (created,) = said(told, p.ConversationItemCreate)
    assert created.item.content == IMAGE.content  # type: ignore[union-attr]
    assert created.item.id == "item_rt2"
    assert len(said(told, p.ResponseCreate)) == 1
    assert mind.lines() == ["user: [image/png, 1 kB]\nwhat?"]


def test_the_servers_echo_does_not_say_it_twice() -> None:
    mind = typed()
    (created,) = said(mind.tell(r.ItemPut(IMAGE, answer=True)), p.ConversationItemCreate)
    mind.hear(p.ConversationItemAdded(item=created.item), p.ConversationItemDone(item=created.item))
    assert mind.lines() == ["user: [image/png, 1 kB]\nwhat?"]


def test_an_item_alone_asks_for_nothing_and_keeps_its_place() -> None:
    mind = typed()
    system = p.MessageItem(id="mine", role="system", content=(p.InputText("be brief"),))
    told = mind.tell(r.ItemPut(system, previous_item_id="root"))
    (created,) = said(told, p.ConversationItemCreate)
    assert (created.item.id, created.previous_item_id) == ("mine", "root")
    assert kinds(told) == ["conversation.item.create"]
    assert mind.tell(r.ItemPut(system)) == []
    assert mind.notices() == ["There is an item mine already."]


def test_items_put_in_before_there_is_a_session_wait_for_it() -> None:
    mind = Mind(typed_wish(opening=(r.ItemPut(IMAGE), r.ItemPut(IMAGE))))
    told = mind.ready()
    assert kinds(told)[-2:] == ["conversation.item.create", "conversation.item.create"]


def test_a_picture_is_sent_again_after_a_reconnection() -> None:
    mind = typed()
    mind.tell(r.ItemPut(IMAGE))
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(2)
    told = mind.connect(attempt=2)
    (created,) = said(told, p.ConversationItemCreate)
    assert created.item.content == IMAGE.content  # type: ignore[union-attr]


def test_retrieved_sound_is_played_or_saved() -> None:
    mind = talk()
    told = mind.tell(r.ItemRetrieveAsked("a1", play=True, save_to="a.wav"))
    assert kinds(told) == ["conversation.item.retrieve"]
    item = p.MessageItem(id="a1", role="assistant", content=(p.OutputAudio(audio=b"\x01\x02" * 50),))
    told = mind.hear(p.ConversationItemRetrieved(item=item))
    assert of(told, c.SaveAudio) == [c.SaveAudio("a.wav", b"\x01\x02" * 50, 24_000)]
    assert [play.pcm for play in of(told, c.Play)] == [b"\x01\x02" * 50]
    retrieved = mind.see().retrieved
    assert retrieved is not None
    assert (retrieved.number, retrieved.item_id, len(retrieved.pcm)) == (1, "a1", 100)
    mind.tell(f.Played((f.Piece("replay_1", 0, 50),), -20.0, 0.0), f.PlayoutEmpty())
    assert mind.see().playout.value == "quiet"


@pytest.mark.parametrize(
    "request_fact",
    [r.ItemRetrieveAsked("gone"), r.ItemDeleteAsked(("gone",)), r.ItemTruncateAsked("gone", 5)],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_item_the_server_does_not_know_is_said_plainly(request_fact: f.Fact, named: bool) -> None:
    mind = talk()
    (word,) = of(mind.tell(request_fact), c.Say)
    event_id = str(word.event.event_id) if named else None
    kind = p.type_of(word.event).split(".")[-1]
    mind.hear(
        error(
            f"item_{kind}_invalid_item_id",
            f"Error: the item with id 'gone' does not exist. ({kind})",
            event_id,
        )
    )
    assert mind.notices() == ["The server knows no item gone."]


def test_deleted_items_leave_the_map_and_the_rebuilding() -> None:
    mind = typed()
    mind.tell(f.PromptTyped("hi"))
    mind.hear(*text_answer("Hello."))
    (question, answer) = mind.see().items
    assert (question.role, answer.role, answer.status) == ("user", "assistant", "completed")
    mind.tell(r.ItemDeleteAsked((question.item_id,)))
    mind.hear(p.ConversationItemDeleted(item_id=question.item_id))
    assert [item.status for item in mind.see().items] == ["deleted", "completed"]
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(2)
    told = mind.connect(attempt=2)
    assert [created.item.id for created in said(told, p.ConversationItemCreate)] == [answer.item_id]


def test_what_a_server_cannot_do_is_said_and_not_tried() -> None:
    mind = typed(frozenset())
    told = mind.tell(
        r.ItemRetrieveAsked("a"), r.ItemDeleteAsked(("a",)), r.ItemTruncateAsked("a", 1), r.AskedAside("why?")
    )
    assert kinds(told) == []
    assert len(mind.notices()) == 4


def test_a_new_conversation_knows_nothing_of_the_old_one() -> None:
    mind = typed()
    mind.tell(f.PromptTyped("hi"))
    mind.hear(*text_answer("Hello."))
    told = mind.tell(r.ConversationReset())
    assert kinds(told) == ["Disconnect", "FlushPlayout", "Connect"]
    told = mind.connect(attempt=2)
    assert said(told, p.ConversationItemCreate) == []
    assert mind.lines() == ["user: hi", "assistant: Hello."]
    mind.tell(f.PromptTyped("again"))
    assert mind.see().response is ResponseState.REQUESTED


# --- asides -------------------------------------------------------------------------------------------------------


def aside_created(told: list[c.Command]) -> tuple[str, p.ResponseConfig]:
    (asked,) = said(told, p.ResponseCreate)
    assert isinstance(asked.response, p.ResponseConfig)
    assert asked.response.metadata
    return asked.response.metadata["aside"], asked.response


def aside_done(aside_id: str, response_id: str, text: str) -> list[p.ServerEvent]:
    head = p.Response(id=response_id, metadata={"aside": aside_id}, conversation_id=None)
    end = p.Response(
        id=response_id, metadata={"aside": aside_id}, status="completed", usage=p.Usage(total_tokens=3)
    )
    return [
        p.ResponseCreated(response=head),
        p.ResponseOutputTextDelta(response_id=response_id, item_id="x", delta=text),
        p.ResponseDone(response=end),
    ]


def test_several_asides_run_beside_the_answer_and_are_told_apart_by_metadata() -> None:
    mind = typed()
    mind.tell(f.PromptTyped("hi"))
    mind.hear(*begun("r1"))
    first, config = aside_created(mind.tell(r.AskedAside("Title?", (("topic", "t"),))))
    second, _ = aside_created(mind.tell(r.AskedAside("Mood?", context="none")))
    assert config.conversation == "none"
    assert isinstance(config.input, tuple)
    assert [p.type_of(item) for item in config.input] == ["item_reference", "item_reference", "message"]
    one, two = aside_done(first, "s1", "A greeting"), aside_done(second, "s2", "Happy")
    mind.hear(one[0], two[0], two[1], one[1])
    mind.hear(p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Hello."))
    mind.hear(two[2], one[2], *ended("r1"))
    answers = {aside.question: (aside.text, aside.status) for aside in mind.see().asides}
    assert answers == {"Title?": ("A greeting", "completed"), "Mood?": ("Happy", "completed")}
    assert mind.lines() == ["user: hi", "assistant: Hello."]
    assert mind.see().asides[0].metadata == (("topic", "t"),)
    assert mind.see().tokens.total == 6


def test_an_aside_without_metadata_in_return_is_known_by_its_missing_conversation() -> None:
    mind = typed()
    aside_created(mind.tell(r.AskedAside("Title?", context="none")))
    mind.hear(
        p.ResponseCreated(response=p.Response(id="s1", conversation_id=None)),
        p.ResponseOutputTextDone(response_id="s1", text="A title"),
        done("s1"),
    )
    assert mind.see().asides[0].text == "A title"
    assert mind.see().response is ResponseState.NONE


def test_an_aside_fails_by_itself() -> None:
    mind = typed()
    told = mind.tell(r.AskedAside("Title?"))
    (asked,) = said(told, p.ResponseCreate)
    mind.hear(error("invalid_value", "no", str(asked.event_id)))
    mind.tell(r.AskedAside("Late?"))
    mind.wait(61)
    mind.tell(r.AskedAside("Lost?"))
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(2)
    mind.connect(attempt=2)
    problems = [aside.problem for aside in mind.see().asides]
    assert problems == ["invalid_value: no", "no answer came", "the line was lost"]


def test_an_aside_can_be_cancelled_by_its_response() -> None:
    mind = typed()
    aside_id, _ = aside_created(mind.tell(r.AskedAside("Title?")))
    mind.hear(aside_done(aside_id, "s1", "")[0])
    (cancel,) = said(mind.tell(r.ResponseCancelAsked("s1")), p.ResponseCancel)
    assert cancel.response_id == "s1"
    mind.tell(r.ResponseCancelAsked("nobody"))
    assert mind.notices() == ["There is no response nobody in progress."]


# --- settings -----------------------------------------------------------------------------------------------------


def test_settings_change_while_the_session_runs_and_stay_after_a_reconnection() -> None:
    mind = typed()
    (update,) = said(mind.tell(r.SessionChanged(p.SessionConfig(instructions="be brief"))), p.SessionUpdate)
    assert (update.session.instructions, update.session.output_modalities) == ("be brief", p.UNSET)
    mind.hear(p.SessionUpdated(session=p.SessionConfig(instructions="be brief")))
    assert mind.see().accepted.instructions == "be brief"
    mind.tell(f.ConnectionLost(1006, ""))
    mind.wait(2)
    (again,) = said(mind.connect(attempt=2), p.SessionUpdate)
    assert again.session.instructions == "be brief"


def test_a_refused_change_is_taken_back() -> None:
    mind = typed()
    (update,) = said(mind.tell(r.SessionChanged(p.SessionConfig(max_output_tokens=9))), p.SessionUpdate)
    mind.hear(error("invalid_value", "too small", str(update.event_id)))
    assert mind.notices() == ["The setting stays as it was: invalid_value: too small"]
    assert mind.see().asked.max_output_tokens is p.UNSET


def test_the_voice_is_fixed_once_it_was_heard() -> None:
    mind = talk()
    change = r.SessionChanged(p.SessionConfig(audio=p.AudioConfig(output=p.AudioOutput(voice="cedar"))))
    (update,) = said(mind.tell(change), p.SessionUpdate)
    assert update.session.audio
    assert update.session.audio.output
    assert update.session.audio.output.voice == "cedar"
    mind.hear(p.SessionUpdated(session=voice_config()), *user_turn(), *begun(), *voice(100, "Hi"))
    assert mind.tell(change) == []
    assert mind.notices() == ["The voice stays: it is fixed once the model has spoken."]


def test_turns_are_switched_live_and_the_whole_way_in_is_said() -> None:
    mind = talk()
    told = mind.tell(r.TurnsChanged(None))
    (update,) = said(told, p.SessionUpdate)
    assert kinds(told) == ["input_audio_buffer.clear", "session.update"]
    assert update.session.audio
    assert update.session.audio.input
    assert update.session.audio.input.turn_detection is None
    assert update.session.audio.input.transcription
    assert mind.see().turn_mode is TurnMode.PUSH_TO_TALK
    mind.hear(p.SessionUpdated(session=update.session))
    assert mind.see().accepted.audio
    (back,) = said(mind.tell(r.TurnsChanged(p.SemanticVad(), auto_response=False)), p.SessionUpdate)
    assert back.session.audio
    assert back.session.audio.input
    detection = back.session.audio.input.turn_detection
    assert isinstance(detection, p.SemanticVad)
    assert detection.create_response is False
    assert mind.see().turn_mode is TurnMode.SEMANTIC_VAD


def test_fields_a_server_has_no_word_for_are_left_out_and_named() -> None:
    tools = (p.McpTool(server_label="x"), p.FunctionTool(name="f"))
    config = p.SessionConfig(
        reasoning=p.Reasoning(effort="low"), truncation="auto", tools=tools, tracing="auto"
    )
    mind = Mind(typed_wish(config=config), frozenset({p.Ability.FUNCTIONS, p.Ability.WHOLE_UPDATES}))
    (update,) = said(mind.ready(), p.SessionUpdate)
    assert (update.session.reasoning, update.session.truncation) == (p.UNSET, p.UNSET)
    assert update.session.tools == (p.FunctionTool(name="f"),)
    assert mind.notices() == ["This server cannot do: reasoning, truncation, tracing, tools."]


# --- answers ------------------------------------------------------------------------------------------------------


def test_an_answer_with_wishes_of_its_own_keeps_them_when_it_is_tried_again() -> None:
    mind = typed()
    wishes = p.ResponseConfig(instructions="in verse", max_output_tokens=50)
    (asked,) = said(mind.tell(r.AnswerAsked(wishes)), p.ResponseCreate)
    assert asked.response == wishes
    mind.hear(error("server_error", "oops", str(asked.event_id)))
    (again,) = said(mind.wait(10), p.ResponseCreate)
    assert again.response == wishes
    mind.hear(*text_answer("Roses."))
    mind.tell(f.PromptTyped("next"))
    assert said(mind.log, p.ResponseCreate)[-1].response is p.UNSET


def test_custom_context_without_a_prompt_is_asked_at_once() -> None:
    ask = p.ResponseConfig(conversation="none", input=(), instructions="Say hi")
    mind = Mind(typed_wish(once=True, ask=ask))
    (asked,) = said(mind.ready(), p.ResponseCreate)
    assert asked.response == ask
    mind.hear(*text_answer("Hi."))
    assert of(mind.log, c.Finish) == [c.Finish(0)]


def test_streamed_sound_is_committed_once_and_answered_once() -> None:
    mind = Mind(typed_wish(once=True, streamed=(b"\0\0" * 3000, b"\1\1" * 3000), config=voice_config(None)))
    told = mind.ready()
    tail = ["input_audio_buffer.append"] * 2 + ["input_audio_buffer.commit", "response.create"]
    assert kinds(told)[-4:] == tail
    assert all(word.keep for word in of(told, c.Say) if isinstance(word.event, p.InputAudioBufferAppend))
