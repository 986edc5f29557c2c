"""The core as a whole: it begins, ends, survives everything, and does the same again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.server import vocabulary as v
from realtime_cli.server.core import ServerCore
from realtime_cli.server.options import Names, ServerOptions
from tests.server.desk import LOUD, Desk, kinds, loud_is_speech, typed


def test_the_first_word_is_session_created() -> None:
    core = ServerCore()
    commands = core.handle(v.ClientConnected(), 0.0)
    assert isinstance(commands[0], v.Say)
    assert isinstance(commands[0].event, p.SessionCreated)
    assert v.StartTimer("session", 3600.0) in commands


def test_a_session_ends_after_its_time_with_an_error_and_1001() -> None:
    desk = Desk(ServerOptions(max_session_s=1800))
    desk.say(p.ResponseCreate())
    error = desk.error(desk.happen(v.TimerFired("session")))
    assert error.code == "session_expired"
    assert desk.last(v.Close) == v.Close(1001, "Your session hit the maximum duration of 30 minutes.")
    assert desk.all(v.StopWork)
    assert desk.say(typed("Anyone?")) == []


def test_a_strict_server_refuses_beta_as_openai_does() -> None:
    core = ServerCore(ServerOptions(strict_ga=True))
    said, *_, close = core.handle(v.ClientConnected(beta=True), 0.0)
    assert isinstance(said, v.Say)
    assert isinstance(said.event, p.ErrorEvent)
    assert said.event.error.code == "beta_api_shape_disabled"
    assert close == v.Close(4000, "invalid_request_error.beta_api_shape_disabled")


def test_what_is_no_event_is_told_and_survived() -> None:
    desk = Desk()
    for text in ("", "{", "[]", '{"no":"type"}', '{"type":"nonsense","event_id":"e"}'):
        with pytest.raises(p.Refusal) as refused:
            p.GA.decode_client(text)
        assert kinds(desk.happen(v.ClientGarbled(refused.value.detail))) == ["error"]
    assert desk.last(p.ErrorEvent).error.param == "type"
    assert desk.last(p.ErrorEvent).error.event_id == "e"
    desk.ask("Still there?")
    assert desk.last(p.ResponseDone).response.status == "completed"


def test_output_audio_buffer_clear_is_not_for_sockets() -> None:
    desk = Desk()
    assert desk.error(desk.say(p.OutputAudioBufferClear())).param == "type"


def test_when_the_client_leaves_everything_stops() -> None:
    desk = Desk()
    desk.say(typed("Hi"), p.ResponseCreate())
    response_id = desk.last(v.Reply).response_id
    assert desk.happen(v.ClientLeft()) == []
    assert desk.last(v.StopWork).response_id == response_id
    assert desk.happen(v.EngineReplied(response_id, "Hello?"), v.TimerFired("session")) == []


def test_facts_about_unknown_responses_and_items_are_nothing() -> None:
    desk = Desk()
    facts: list[v.ServerFact] = [
        v.EngineReplied("x", "y"),
        v.EngineCalled("x", "f", "{}"),
        v.EngineReplyEnded("x"),
        v.EngineReplyFailed("x", "y"),
        v.EngineSpoke("x", b""),
        v.EngineSpeechEnded("x"),
        v.EngineSpeechFailed("x", "y"),
        v.EngineHeardPartial("x", "y"),
        v.EngineTranscribed("x", "y"),
        v.EngineHearingFailed("x", "y"),
        v.TimerFired("x"),
    ]
    assert desk.happen(*facts) == []


ids = st.sampled_from(["a", "b", "item_00009", "item_0000c", "root", ""])
parts = st.sampled_from([p.InputText("x"), p.OutputText("y"), p.InputAudio(audio=LOUD * 50), p.OutputAudio()])
items = st.one_of(
    st.builds(
        lambda item_id, role, content: p.MessageItem(id=item_id, role=role, content=content),
        st.one_of(st.just(p.UNSET), ids),
        st.sampled_from(["user", "assistant", "system", "tool"]),
        st.lists(parts, max_size=2).map(tuple),
    ),
    st.builds(lambda call_id: p.FunctionCallItem(call_id=call_id, name="f", arguments="{"), ids),
    st.builds(lambda call_id: p.FunctionCallOutputItem(call_id=call_id, output="1"), ids),
)
detections = st.sampled_from(
    [
        None,
        p.UNSET,
        p.ServerVad(),
        p.ServerVad(interrupt_response=False, idle_timeout_ms=5000),
        p.SemanticVad(),
    ]
)
updates = st.builds(
    lambda detection, voice, kind: p.SessionUpdate(
        session=p.SessionConfig(
            type=kind,
            audio=p.AudioConfig(
                input=p.AudioInput(turn_detection=detection, transcription=p.Transcription(model="m")),
                output=p.AudioOutput(voice=voice) if voice else p.UNSET,
            ),
        )
    ),
    detections,
    st.sampled_from(["", "ash", "cedar"]),
    st.sampled_from(["realtime", "realtime", "realtime", "transcription"]),
)
contexts = st.lists(st.one_of(items, ids.map(lambda item_id: p.ItemReference(id=item_id))), max_size=2)
wishes = st.builds(
    lambda conversation, modality, limit, context: p.ResponseConfig(
        conversation=conversation, output_modalities=(modality,), max_output_tokens=limit, input=context
    ),
    st.sampled_from(["auto", "none"]),
    st.sampled_from(["text", "audio"]),
    st.sampled_from(["inf", 1, 20]),
    st.one_of(
        st.just(p.UNSET),
        st.lists(st.one_of(items, ids.map(lambda i: p.ItemReference(id=i))), max_size=2).map(tuple),
    ),
)
client_events = st.one_of(
    updates,
    st.integers(0, 400).map(lambda ms: p.InputAudioBufferAppend(audio=LOUD * ms)),
    st.integers(0, 900).map(lambda ms: p.InputAudioBufferAppend(audio=bytes(48 * ms + 1))),
    st.just(p.InputAudioBufferCommit()),
    st.just(p.InputAudioBufferClear()),
    st.builds(
        lambda item, after: p.ConversationItemCreate(item=item, previous_item_id=after),
        items,
        st.one_of(st.just(p.UNSET), ids),
    ),
    ids.map(lambda item_id: p.ConversationItemRetrieve(item_id=item_id)),
    ids.map(lambda item_id: p.ConversationItemDelete(item_id=item_id)),
    st.builds(
        lambda item_id, ms: p.ConversationItemTruncate(item_id=item_id, content_index=0, audio_end_ms=ms),
        ids,
        st.integers(-1, 200),
    ),
    wishes.map(lambda wish: p.ResponseCreate(response=wish)),
    st.just(p.ResponseCreate()),
    st.just(p.ResponseCancel()),
)
WORDS = [
    "type",
    "event_id",
    "session",
    "item",
    "response",
    "audio",
    "item_id",
    "id",
    "role",
    "content",
    "input",
    "tools",
]
KINDS = [
    "session.update",
    "input_audio_buffer.append",
    "conversation.item.create",
    "conversation.item.truncate",
    "response.create",
    "response.cancel",
    "realtime",
    "message",
    "input_text",
    "transcription_session.update",
]
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(KINDS)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
garbage = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(WORDS), junk, max_size=5),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(garbage, min_size=1, max_size=6), st.sampled_from([p.GA, p.BETA]))
def test_json_of_any_shape_is_obeyed_or_answered(texts: list[object], dialect: p.Dialect) -> None:
    desk = Desk()
    for text in texts:
        try:
            event = dialect.decode_client(json.dumps(text))
        except p.Refusal as refusal:
            desk.happen(v.ClientGarbled(refusal.detail))
        else:
            desk.say(event)
    desk.work()
    desk.judge.finish()


steps = st.lists(st.one_of(client_events, st.sampled_from(["work", "idle"])), max_size=20)


@settings(max_examples=50, deadline=None)
@given(steps)
def test_any_client_in_any_order_gets_well_ordered_events_and_no_exception(
    script: list[p.ClientEvent | str],
) -> None:
    desk = Desk(replies=[["Well. ", "I see."]] * 40, transcripts=["so"] * 40)
    for step in script:
        if step == "work":
            desk.work()
        elif step == "idle":
            desk.happen(v.TimerFired("idle"))
        else:
            assert not isinstance(step, str)
            desk.say(step)
    for _ in range(3):
        desk.work()
    desk.judge.finish()


@settings(max_examples=20, deadline=None)
@given(steps)
def test_the_same_facts_give_the_same_commands(script: list[p.ClientEvent | str]) -> None:
    facts: list[v.ServerFact] = [v.ClientConnected()]
    facts += [*(v.ClientSaid(step) for step in script if not isinstance(step, str))]
    runs = []
    for _ in range(2):
        core = ServerCore(ServerOptions(), loud_is_speech, Names("x"))
        runs.append([core.handle(fact, float(at)) for at, fact in enumerate(facts)])
    assert runs[0] == runs[1]
