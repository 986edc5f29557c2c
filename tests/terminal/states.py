"""Session states to draw: one for each phase, as a real session would have them."""

from __future__ import annotations

from msgspec.structs import replace

from realtime_cli.session.state import (
    Call,
    CallStatus,
    ConnectionState,
    Notice,
    Phase,
    PlayoutState,
    ResponseState,
    SessionState,
    Spoken,
    TokenUse,
    TurnMode,
    UserState,
)

QUESTION = Spoken("item_1", "user", "what time is it in Berlin", 25, final=True)
ANSWER = Spoken("item_2", "assistant", "It is twenty past three in the afternoon in Berlin.", 23)
ANSWERED = replace(ANSWER, heard_chars=len(ANSWER.text), final=True)
CALL = Call("call_1", "clock_time", '{"zone": "Europe/Berlin"}', CallStatus.RUNNING, started_at_s=99.0)
CALLED = replace(CALL, status=CallStatus.DONE, output="15:20", ended_at_s=99.25)
PLUG = Notice("warning", "the microphone went quiet", "check the plug", 99.0)

NOW_S = 100.0
EPOCH_OFFSET_S = 1_000_000.0

READY = SessionState(
    phase=Phase.LISTENING,
    connection=ConnectionState.READY,
    user=UserState.SILENT,
    response=ResponseState.NONE,
    playout=PlayoutState.QUIET,
    turn_mode=TurnMode.SERVER_VAD,
    mic_works=True,
    speaker_works=True,
    mic_dbfs=-52.0,
    model="gpt-realtime-2.1",
    voice="marin",
    session_id="sess_1",
    expires_at_epoch_s=1_003_400,
)
CONNECTING = replace(
    READY,
    phase=Phase.CONNECTING,
    connection=ConnectionState.CONNECTING,
    model="",
    voice="",
    expires_at_epoch_s=None,
)
HEARING = replace(
    READY,
    phase=Phase.HEARING,
    user=UserState.SPEAKING,
    mic_dbfs=-18.0,
    entries=(replace(QUESTION, text="what time is", final=False),),
)
THINKING = replace(READY, phase=Phase.THINKING, response=ResponseState.REQUESTED, entries=(QUESTION,))
CALLING = replace(READY, phase=Phase.CALLING, response=ResponseState.ACTIVE, entries=(QUESTION, CALL))
SPEAKING = replace(
    READY,
    phase=Phase.SPEAKING,
    response=ResponseState.ACTIVE,
    playout=PlayoutState.PLAYING,
    speaker_dbfs=-11.0,
    entries=(QUESTION, CALLED, ANSWER, PLUG),
    latency_ms=420.0,
    tokens=TokenUse(responses=2, total=1_234),
)
INTERRUPTED = replace(
    HEARING,
    entries=(
        QUESTION,
        CALLED,
        Spoken("item_2", "assistant", "It is twenty past", 17, final=True, interrupted=True),
        Spoken("item_3", "user", "", 0),
    ),
    latency_ms=1_900.0,
)
MUTED = replace(READY, phase=Phase.MUTED, muted=True, entries=(QUESTION, ANSWERED), settled=2)
RECONNECTING = replace(
    READY,
    phase=Phase.RECONNECTING,
    connection=ConnectionState.OFFLINE,
    retry_at_s=103.0,
    entries=(Notice("error", "the line was lost (1006)", "trying again", 99.0),),
    uplink_dropped_ms=1_400,
)
PUSHING = replace(
    READY, phase=Phase.HEARING, turn_mode=TurnMode.PUSH_TO_TALK, talk_key_down=True, mic_dbfs=-9.0
)
WAITING = replace(READY, answer_waits=True, entries=(QUESTION,))
TYPED = replace(READY, turn_mode=TurnMode.TYPED, mic_works=False, speaker_works=False, voice="")
ENDED = replace(
    READY, phase=Phase.ENDED, connection=ConnectionState.CLOSED, entries=(QUESTION, ANSWERED), settled=2
)

PHASES = {
    "connecting": CONNECTING,
    "listening": READY,
    "hearing": HEARING,
    "thinking": THINKING,
    "calling": CALLING,
    "speaking": SPEAKING,
    "interrupted": INTERRUPTED,
    "muted": MUTED,
    "reconnecting": RECONNECTING,
    "pushing": PUSHING,
    "answer waits": WAITING,
    "typed": TYPED,
    "ended": ENDED,
}
