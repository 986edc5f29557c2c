"""The mind as a whole: whatever a server says, in whatever order, it goes on."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session import request_facts as r
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, SessionState, TurnMode
from realtime_cli.session.wish import Wish
from tests.support.facts import (
    Mind,
    begun,
    call_answer,
    call_item,
    done,
    ended,
    error,
    failed,
    flushed,
    key_wish,
    mic,
    of,
    played,
    text_answer,
    typed_wish,
    user_turn,
    voice,
    voice_config,
    voice_wish,
)

CODES = [
    None,
    "response_cancel_not_active",
    "conversation_already_has_active_response",
    "input_audio_buffer_commit_empty",
    "server_error",
    "rate_limit_exceeded",
    "session_expired",
    "item_delete_invalid_item_id",
    "cannot_update_voice",
    "strange",
]
IDS = st.sampled_from(["", "a1", "a2", "u1", "u2", "c1", "item_c1", "r1", "evt_rt5"])
ITEMS = st.one_of(
    st.builds(
        p.MessageItem,
        id=st.one_of(IDS, st.just(p.UNSET)),
        role=st.sampled_from(["user", "assistant", "system", "tool"]),
        content=st.sampled_from(
            [(), (p.OutputText("x"),), (p.OutputAudio(transcript="y"),), (p.InputAudio(transcript=None),)]
        ),
        status=st.sampled_from([p.UNSET, "completed", "incomplete"]),
        phase=st.sampled_from([p.UNSET, None, "commentary"]),
    ),
    st.builds(
        p.FunctionCallItem,
        id=IDS,
        call_id=IDS,
        name=st.sampled_from(["", "clock"]),
        arguments=st.sampled_from(["", "{}", "{", "[]", '{"a":1}']),
        status=st.sampled_from([p.UNSET, "completed", "incomplete"]),
    ),
    st.builds(p.FunctionCallOutputItem, id=IDS, call_id=IDS, output=st.just("o")),
    st.builds(p.McpCallItem, id=IDS, name=st.just("m"), output=st.sampled_from([None, "o"])),
    st.builds(p.McpListToolsItem, id=IDS),
    st.builds(p.McpApprovalRequestItem, id=IDS),
)
RESPONSES = st.builds(
    p.Response,
    id=IDS,
    status=st.sampled_from([p.UNSET, "in_progress", "completed", "cancelled", "failed", "incomplete", "odd"]),
    status_details=st.sampled_from(
        [
            p.UNSET,
            None,
            p.StatusDetails(error=p.ResponseError(code="server_error")),
            p.StatusDetails(reason="max_output_tokens"),
        ]
    ),
    output=st.lists(ITEMS, max_size=2).map(tuple),
    metadata=st.sampled_from([p.UNSET, None, {"aside": "aside_rt3"}, {"k": "v"}]),
    conversation_id=st.sampled_from([p.UNSET, None, "c"]),
    usage=st.sampled_from([p.UNSET, None, p.Usage(total_tokens=1)]),
)
SESSIONS = st.sampled_from(
    [
        p.SessionConfig(),
        voice_config(),
        voice_config(None),
        voice_config(p.SemanticVad(interrupt_response=False)),
    ]
)
LIMITS = st.sampled_from([(), (p.RateLimit(name="tokens", limit=100, remaining=5, reset_seconds=1.0),)])
EVENTS: st.SearchStrategy[p.ServerEvent] = st.one_of(
    st.builds(p.ResponseCreated, response=RESPONSES),
    st.builds(p.ResponseDone, response=RESPONSES),
    st.builds(p.ResponseOutputItemAdded, item=ITEMS, response_id=IDS),
    st.builds(p.ResponseOutputItemDone, item=ITEMS, response_id=IDS),
    st.builds(p.ConversationItemAdded, item=ITEMS, previous_item_id=IDS),
    st.builds(p.ConversationItemDone, item=ITEMS, previous_item_id=st.sampled_from([None, p.UNSET, "u1"])),
    st.builds(p.ConversationItemDeleted, item_id=IDS),
    st.builds(p.ResponseOutputTextDelta, response_id=IDS, item_id=IDS, delta=st.text(max_size=3)),
    st.builds(p.ResponseOutputTextDone, response_id=IDS, item_id=IDS, text=st.text(max_size=3)),
    st.builds(p.ResponseOutputAudioTranscriptDelta, response_id=IDS, item_id=IDS, delta=st.text(max_size=3)),
    st.builds(
        p.ResponseOutputAudioTranscriptDone, response_id=IDS, item_id=IDS, transcript=st.text(max_size=3)
    ),
    st.builds(p.ResponseOutputAudioDelta, response_id=IDS, item_id=IDS, delta=st.binary(max_size=99)),
    st.builds(p.ResponseOutputAudioDone, response_id=IDS, item_id=IDS),
    st.builds(
        p.ResponseFunctionCallArgumentsDelta, response_id=IDS, item_id=IDS, call_id=IDS, delta=st.just("{")
    ),
    st.builds(p.ResponseFunctionCallArgumentsDone, response_id=IDS, item_id=IDS, call_id=IDS, name=IDS),
    st.builds(p.InputAudioBufferSpeechStarted, item_id=IDS),
    st.builds(p.InputAudioBufferSpeechStopped, item_id=IDS),
    st.builds(
        p.InputAudioBufferCommitted, item_id=IDS, previous_item_id=st.sampled_from([None, p.UNSET, "a1"])
    ),
    st.just(p.InputAudioBufferCleared()),
    st.builds(p.ConversationItemInputAudioTranscriptionDelta, item_id=IDS, delta=st.just("w")),
    st.builds(
        p.ConversationItemInputAudioTranscriptionCompleted, item_id=IDS, transcript=st.text(max_size=3)
    ),
    st.builds(p.SessionCreated, session=SESSIONS),
    st.builds(p.SessionUpdated, session=SESSIONS),
    st.builds(
        error, st.sampled_from(CODES), st.just("m"), st.sampled_from([None, "evt_rt2", "evt_rt5", "evt_rt7"])
    ),
    st.just(p.Unrecognized("ping", {})),
    st.just(
        p.Unrecognized(
            "conversation.item.input_audio_transcription.updated", {"item_id": "u1", "transcript": 1}
        )
    ),
    st.builds(p.ConversationItemRetrieved, item=ITEMS),
    st.builds(p.ConversationItemTruncated, item_id=IDS),
    st.builds(p.ConversationItemInputAudioTranscriptionSegment, item_id=IDS, text=st.just("s"), speaker=IDS),
    st.builds(p.RateLimitsUpdated, rate_limits=LIMITS),
    st.builds(p.ResponseMcpCallInProgress, item_id=IDS),
    st.builds(p.ResponseMcpCallCompleted, item_id=IDS),
    st.builds(p.ResponseMcpCallFailed, item_id=IDS),
    st.builds(p.ResponseMcpCallArgumentsDelta, item_id=IDS, delta=st.just("{")),
    st.just(p.McpListToolsFailed()),
)
FACTS: st.SearchStrategy[f.Fact] = st.one_of(
    EVENTS.map(f.ServerSaid),
    st.sampled_from(
        [
            mic(),
            mic(100),
            f.TalkKeyPressed(),
            f.TalkKeyReleased(),
            f.TalkKeyTapped(),
            f.MuteToggled(),
            f.InterruptPressed(),
            f.AnswerPressed(),
            f.PromptTyped("typed"),
            f.PlayoutEmpty(),
            f.Flushed(()),
            flushed(a1=1, a2=0),
            played("a1", 1),
            f.ToolReturned("c1", "out"),
            f.ToolFailed("item_c1", "no"),
            f.ConnectionLost(1006, ""),
            f.ConnectionLost(None, ""),
            f.Connected(2),
            f.UplinkDropped(3),
            f.DeviceChanged("speaker", "box", ""),
            f.DeviceChanged("speaker", "box", "gone"),
            f.NewsArrived("info", "news"),
            f.ServerGarbled("not JSON"),
            r.ItemPut(p.MessageItem(role="user", content=(p.InputImage("data:image/png;base64,AA=="),))),
            r.ItemPut(
                p.MessageItem(id="a1", role="system", content=(p.InputText("s"),)), "root", answer=True
            ),
            r.ItemRetrieveAsked("a1", play=True),
            r.ItemDeleteAsked(("a1", "u1", "nobody")),
            r.ItemTruncateAsked("a1", 5),
            r.ItemPinned("a1"),
            r.ConversationReset(),
            r.SessionChanged(p.SessionConfig(instructions="new")),
            r.SessionChanged(p.SessionConfig(audio=p.AudioConfig(output=p.AudioOutput(voice="echo")))),
            r.TurnsChanged(None),
            r.TurnsChanged(p.SemanticVad(), auto_response=False),
            r.AskedAside("and?"),
            r.AskedAside("and?", context="none"),
            r.AnswerAsked(p.ResponseConfig(instructions="briefly")),
            r.ResponseCancelAsked("r1"),
            f.ApprovalGiven("a1", "yes"),
        ]
    ),
    st.sampled_from(
        [
            "hello",
            "configured",
            "reconnect",
            "answer",
            "retry",
            "flush",
            "transcripts",
            "input over",
            "quiet",
            "aside",
            "?",
        ]
    ).map(f.TimerFired),
)
WISHES = st.sampled_from(
    [
        voice_wish(),
        voice_wish(interrupt=False, auto_response=False),
        key_wish(),
        typed_wish(),
        typed_wish(once=True, first_prompt="hi"),
        Wish(),
    ]
)
ABILITIES = st.sampled_from([p.ALL, frozenset()])


class Watch:
    """What must hold whatever happens."""

    def __init__(self, mind: Mind) -> None:
        self.mind = mind
        self.settled: tuple[object, ...] = ()
        self.ran: set[str] = set()

    def look(self, commands: list[c.Command]) -> None:
        state = self.mind.see()
        asks = [
            word
            for word in commands
            if isinstance(word, c.Say)
            and isinstance(word.event, p.ResponseCreate)
            and not (word.event.response and word.event.response.conversation == "none")
        ]
        assert len(asks) <= 1, "two answers asked for at once"
        if asks:
            assert state.response is ResponseState.REQUESTED
        for call in of(commands, c.RunTool):
            assert call.call_id not in self.ran, "a call ran twice"
            self.ran.add(call.call_id)
        for piece in of(commands, c.Play):
            assert piece.pcm
            assert len(piece.pcm) % 2 == 0
        for word in commands:
            if isinstance(word, c.Say) and isinstance(word.event, p.ConversationItemTruncate):
                assert word.event.audio_end_ms > 0
        assert state.entries[: len(self.settled)] == self.settled, "a settled line changed"
        assert state.settled >= len(self.settled)
        self.settled = state.entries[: state.settled]
        if state.connection in (ConnectionState.OFFLINE, ConnectionState.CONNECTING):
            assert state.response is ResponseState.NONE


@settings(max_examples=400, deadline=None)
@given(WISHES, ABILITIES, st.lists(FACTS, max_size=60), st.booleans())
def test_whatever_happens_in_whatever_order_the_mind_goes_on(
    wish: Wish, abilities: frozenset[p.Ability], happened: list[f.Fact], ready: bool
) -> None:
    mind = Mind(wish, abilities)
    if ready:
        mind.ready()
    else:
        mind.begin()
    watch = Watch(mind)
    for fact in happened:
        watch.look(mind.tell(fact))
    mind.wait(400)
    assert isinstance(mind.see(), SessionState)


def whole_story() -> list[p.ServerEvent]:
    call = call_item("c1")
    return [
        *user_turn("u1", "what time is it"),
        *call_answer(call, response_id="r1"),
        *begun("r2", "a2"),
        *voice(200, "It is noon", "r2", "a2"),
        *ended("r2", "a2"),
        *user_turn("u2", "thanks"),
        *begun("r3", "a3"),
        *voice(100, "Welcome", "r3", "a3"),
        *ended("r3", "a3"),
    ]


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(len(whole_story()))))
def test_a_shuffled_conversation_loses_no_item(order: list[int]) -> None:
    events = [whole_story()[index] for index in order]
    mind = Mind(abilities=frozenset())  # nothing is deleted or truncated
    mind.ready()
    interrupted = {"a2", "a3"}
    for event in events:
        mind.hear(event)
        mind.tell(f.ToolReturned("c1", "12:00"))
    mind.wait(400)
    shown = {entry.item_id for entry in mind.spoken()}
    assert {"u1", "u2"} <= shown
    assert shown - interrupted <= {"u1", "u2"}
    assert [call.call_id for call in mind.calls()] == ["c1"]
    assert len(of(mind.log, c.RunTool)) <= 1
    mind.hear(p.ResponseCreated(response=p.Response(id="r9")), done("r9"))
    mind.tell(f.PlayoutEmpty())
    mind.wait(400)
    state = mind.see()
    if (state.response, state.playout) == (ResponseState.NONE, PlayoutState.QUIET):
        assert all(entry.final for entry in mind.spoken() if entry.role == "assistant")


@settings(max_examples=100, deadline=None)
@given(st.lists(FACTS, max_size=40))
def test_the_same_facts_give_the_same_commands(happened: list[f.Fact]) -> None:
    minds = Mind(), Mind()
    for mind in minds:
        mind.ready()
        mind.tell(*happened)
    assert minds[0].log == minds[1].log
    assert minds[0].see() == minds[1].see()


def test_after_any_trouble_a_typed_prompt_is_answered() -> None:
    troubles: list[list[f.Fact]] = [
        [f.ServerSaid(event) for event in events]
        for events in (
            [p.InputAudioBufferSpeechStarted(item_id="u1")],
            user_turn(),
            begun(),
            [*begun(), *voice(100, "x")],
            [failed("odd")],
            [error("odd")],
            call_answer(call_item("c1")),
            [done("r9")],
            [*text_answer("y"), *text_answer("z")],
        )
    ]
    for trouble in troubles:
        mind = Mind()
        mind.ready()
        mind.tell(*trouble)
        mind.tell(f.PromptTyped("hello?"))
        mind.wait(200)
        assert any(
            isinstance(word, c.Say) and isinstance(word.event, p.ResponseCreate) for word in mind.log
        ), trouble


def test_a_picture_of_500_turns_takes_less_than_a_millisecond() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    for turn in range(250):
        mind.tell(f.PromptTyped(f"question {turn}"))
        mind.hear(*text_answer(f"answer {turn}", f"r{turn}", f"a{turn}"))
    assert mind.see().settled >= 499
    best_s = min(_time_of_picture(mind) for _ in range(20))
    assert best_s < 0.001
    assert mind.see().playout is PlayoutState.QUIET
    assert mind.see().turn_mode is TurnMode.TYPED


def _time_of_picture(mind: Mind) -> float:
    begin_s = time.perf_counter()
    assert mind.see().entries
    return time.perf_counter() - begin_s
