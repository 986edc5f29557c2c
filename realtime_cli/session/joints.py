"""What follows from several machines together: one row each, tried from top to bottom (rules: see `turns`)."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Final

from msgspec import Struct

from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, UserState


class Flag(Enum):
    """What the rows look at besides the machines. The first group is raised and dropped, the second derived."""

    BARGE_IN = "the user spoke up and the server stops its answer by itself"
    INTERRUPTION = "the answer is to stop, by our own hand"
    CANCEL_DUE = "an answer asked for is to be cancelled when it begins"
    FLUSHING = "the speaker was told to forget its queue"
    REBUILD_DUE = "the new session knows nothing of the conversation"
    CATCH_UP_DUE = "audio was kept for the session to come"
    ANSWER_WANTED = "the user wants an answer"
    CHAIN_WANTED = "the outputs of calls want an answer"
    HOLDING = "a failed answer is asked again only after a pause"
    ROLLOVER_DUE = "the server's session ends soon"
    TURN_OPEN = "something was said that is not settled"
    LEAVING = "the input is over and its last words had their time"

    PROMPTS_WAITING = "typed prompts are not sent yet"
    OUTPUTS_READY = "all calls of a finished answer returned"
    ANSWER_UNFINISHED = "audio of the present answer arrived and more may come"
    WORK_LEFT = "calls are running, a transcript is awaited, or a turn is sent again"


class Consequence(Enum):
    """What a joint row asks for; `core` knows who carries it out."""

    FLUSH = "flush the playout, drop late deltas"
    CANCEL = "cancel the answer"
    CANCEL_LATER = "cancel the answer when it begins"
    ABANDON = "drop late deltas: the server cancels by itself"
    INTERRUPTION_SERVED = "nothing is left to interrupt"
    REBUILD = "send the conversation again"
    CATCH_UP = "send the audio kept meanwhile"
    SEND_PROMPTS = "send the typed prompts"
    SEND_OUTPUTS = "send the outputs of all calls"
    ASK = "ask for an answer"
    CLOSE_TURN = "settle the turn"
    MOVE = "move to a new session"
    LEAVE = "end the session"


class Joint(Struct, frozen=True):
    """One row: where the machines must be, which flags must be up and down, and what follows.

    A machine that is not mentioned (an empty collection) may be anywhere.
    """

    why: str
    then: Consequence
    connection: Collection[ConnectionState] = ()
    user: Collection[UserState] = ()
    response: Collection[ResponseState] = ()
    playout: Collection[PlayoutState] = ()
    up: frozenset[Flag] = frozenset()
    down: frozenset[Flag] = frozenset()


_READY = (ConnectionState.READY,)
_NONE = (ResponseState.NONE,)


def _up(*flags: Flag) -> frozenset[Flag]:
    return frozenset(flags)


def _interruption_rows(flag: Flag) -> tuple[Joint, ...]:
    """Both kinds of interruption empty the speaker first, so that silence comes at once."""
    return (
        Joint(
            f"{flag.value}, and it is being heard",
            Consequence.FLUSH,
            playout=(PlayoutState.PLAYING,),
            up=_up(flag),
            down=_up(Flag.FLUSHING),
        ),
        Joint(
            f"{flag.value}, and it was heard as far as it came",
            Consequence.FLUSH,
            playout=(PlayoutState.QUIET,),
            up=_up(flag, Flag.ANSWER_UNFINISHED),
            down=_up(Flag.FLUSHING),
        ),
    )


JOINTS: Final[tuple[Joint, ...]] = (
    *_interruption_rows(Flag.INTERRUPTION),
    *_interruption_rows(Flag.BARGE_IN),
    Joint(
        "the answer is to stop and the server still makes it",
        Consequence.CANCEL,
        response=(ResponseState.ACTIVE,),
        up=_up(Flag.INTERRUPTION),
    ),
    Joint(
        "the answer is to stop and has not begun",
        Consequence.CANCEL_LATER,
        response=(ResponseState.REQUESTED,),
        up=_up(Flag.INTERRUPTION),
        down=_up(Flag.CANCEL_DUE),
    ),
    Joint(
        "the answer that was to stop has begun",
        Consequence.CANCEL,
        response=(ResponseState.ACTIVE,),
        up=_up(Flag.CANCEL_DUE),
    ),
    Joint("the server cancels by itself", Consequence.ABANDON, up=_up(Flag.BARGE_IN)),
    Joint("nothing is left to interrupt", Consequence.INTERRUPTION_SERVED, up=_up(Flag.INTERRUPTION)),
    Joint(
        "the new session knows nothing of the conversation",
        Consequence.REBUILD,
        connection=_READY,
        up=_up(Flag.REBUILD_DUE),
        down=_up(Flag.FLUSHING),
    ),
    Joint(
        "audio was kept for the session",
        Consequence.CATCH_UP,
        connection=_READY,
        up=_up(Flag.CATCH_UP_DUE),
        down=_up(Flag.REBUILD_DUE),
    ),
    Joint(
        "typed prompts wait for the session, and until the answer before them has its place in the conversation",
        Consequence.SEND_PROMPTS,
        connection=_READY,
        response=_NONE,
        up=_up(Flag.PROMPTS_WAITING),
        down=_up(Flag.FLUSHING),
    ),
    Joint(
        "all calls of a finished answer returned",
        Consequence.SEND_OUTPUTS,
        connection=_READY,
        response=_NONE,
        up=_up(Flag.OUTPUTS_READY),
        down=_up(Flag.FLUSHING),
    ),
    Joint(
        "the gate: the user wants an answer and none is being made",
        Consequence.ASK,
        connection=_READY,
        response=_NONE,
        up=_up(Flag.ANSWER_WANTED),
        down=_up(Flag.FLUSHING, Flag.HOLDING),
    ),
    Joint(
        "the gate: outputs want an answer, none is being made, and the user is not speaking",
        Consequence.ASK,
        connection=_READY,
        user=(UserState.SILENT,),
        response=_NONE,
        up=_up(Flag.CHAIN_WANTED),
        down=_up(Flag.FLUSHING, Flag.HOLDING),
    ),
    Joint(
        "the turn is over: it may be printed for good",
        Consequence.CLOSE_TURN,
        response=_NONE,
        playout=(PlayoutState.QUIET,),
        up=_up(Flag.TURN_OPEN),
        down=_up(Flag.FLUSHING),
    ),
    Joint(
        "the server's session ends soon, and this is a quiet moment",
        Consequence.MOVE,
        connection=_READY,
        user=(UserState.SILENT,),
        response=_NONE,
        playout=(PlayoutState.QUIET,),
        up=_up(Flag.ROLLOVER_DUE),
        down=_up(
            Flag.FLUSHING,
            Flag.WORK_LEFT,
            Flag.OUTPUTS_READY,
            Flag.ANSWER_WANTED,
            Flag.CHAIN_WANTED,
            Flag.PROMPTS_WAITING,
            Flag.REBUILD_DUE,
            Flag.CATCH_UP_DUE,
            Flag.LEAVING,
        ),
    ),
    Joint(
        "the input is over and everything is answered",
        Consequence.LEAVE,
        user=(UserState.SILENT,),
        response=_NONE,
        playout=(PlayoutState.QUIET,),
        up=_up(Flag.LEAVING),
        down=_up(
            Flag.FLUSHING,
            Flag.WORK_LEFT,
            Flag.OUTPUTS_READY,
            Flag.ANSWER_WANTED,
            Flag.CHAIN_WANTED,
            Flag.PROMPTS_WAITING,
        ),
    ),
)
