"""What the user asked of the session, as the mind needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from realtime_cli.protocol import SessionConfig
from realtime_cli.session.approvals import ToolTerms
from realtime_cli.session.calls import CHAIN_LIMIT
from realtime_cli.session.state import TurnMode


@dataclass(frozen=True, slots=True)
class Wish:
    """The session the user wants.

    Attributes:
        config: Sent with `session.update` after each connection; UNSET fields are left to the server.
        turn_mode: Who ends the user's turns. `TYPED` never sends audio.
        auto_response: The server (VAD) or the mind (push-to-talk) asks for an answer by itself; otherwise the user
            does with a key.
        interrupt: Speaking interrupts the answer.
        once: Finish after the first complete answer, function calls included (`send-text`).
        first_prompt: Typed by the user before the session began; "" for none.
        greeting: Notices to show at the start (which provider, why; demo responder).
        max_retries: Reconnections in a row without progress before giving up.
        tools: Terms of the functions in `config.tools`, by name.
        can_ask: Somebody is there to say yes or no to a call.
        chain_limit: Answers in a row that may only follow calls.
    """

    config: SessionConfig = field(default_factory=SessionConfig)
    turn_mode: TurnMode = TurnMode.SERVER_VAD
    auto_response: bool = True
    interrupt: bool = True
    once: bool = False
    first_prompt: str = ""
    greeting: tuple[str, ...] = ()
    max_retries: int = 5
    tools: Mapping[str, ToolTerms] = field(default_factory=dict)
    can_ask: bool = True
    chain_limit: int = CHAIN_LIMIT
