"""What the user asked of the session, as the mind needs it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from realtime_cli.protocol import ResponseConfig, SessionConfig
from realtime_cli.session.approvals import ToolTerms
from realtime_cli.session.calls import CHAIN_LIMIT
from realtime_cli.session.holdings import ContextPolicy
from realtime_cli.session.past import Past
from realtime_cli.session.request_facts import ItemPut
from realtime_cli.session.state import TurnMode


class Wish(Struct, frozen=True):
    """The session the user wants.

    Attributes:
        config: Sent with `session.update` after each connection; UNSET fields are left to the server.
        turn_mode: Who ends the user's turns. `TYPED` never sends audio.
        auto_response: The server (VAD) or the mind (push-to-talk) asks for an answer by itself; otherwise the user
            does with a key.
        interrupt: Speaking interrupts the answer.
        post_roll_ms: Sound of a talk key's turn after the key went up: people let go while they still speak.
        cues: Short tones say that the session is ready, that a turn was heard, that the line is lost.
        trim_silence: Long silences are not sent.
        volume_percent: Of the speaker, 0 to 200.
        once: Finish after the first complete answer, function calls included (`send-text`).
        first_prompt: Typed by the user before the session began; "" for none.
        greeting: Notices to show at the start (which provider, why; demo responder).
        max_retries: Reconnections in a row without progress before giving up.
        opening: Items that go in before the first prompt, in order.
        streamed: Recorded sound, PCM16 mono 24 kHz: each piece is appended, then all is committed as one turn.
        ask: Wishes for the first answer alone.
        listens_only: Nobody is to answer, ever.
        patient: Also the very first line is tried again when it fails for a reason that may pass.
        tries: How often a failed answer is asked for again.
        context_window_tokens: What the model can hold; 0 when nobody knows.
        context_policy: When it is nearly full: "delete" the oldest items, leave it to the "server", or "off".
        hosted_approval: The answer to every request of the provider's to call an MCP tool; None asks the user.
        tools: Terms of the functions in `config.tools`, by name.
        can_ask: Somebody is there to say yes or no to a call.
        chain_limit: Answers in a row that may only follow calls.
        earlier: The conversation that goes on; it is shown, and the model is told.
        epoch_offset_s: Added to the loop's time gives seconds since 1970, as `expires_at` counts; None: unknown.
        session_limit_s: How long this service lets a session live where it does not say so; None: unknown.
        max_cost_usd: End politely at about this cost.
        max_minutes: End politely after this time.
        idle_timeout_s: End when nobody says anything for so long.
    """

    config: SessionConfig = field(default_factory=SessionConfig)
    turn_mode: TurnMode = TurnMode.SERVER_VAD
    auto_response: bool = True
    interrupt: bool = True
    post_roll_ms: int = 0
    cues: bool = False
    trim_silence: bool = False
    volume_percent: int = 100
    once: bool = False
    first_prompt: str = ""
    greeting: tuple[str, ...] = ()
    max_retries: int = 5
    opening: tuple[ItemPut, ...] = ()
    streamed: tuple[bytes, ...] = ()
    ask: ResponseConfig | None = None
    tries: int = 3
    patient: bool = False
    listens_only: bool = False
    context_window_tokens: int = 0
    context_policy: ContextPolicy = "server"
    hosted_approval: bool | None = None
    tools: Mapping[str, ToolTerms] = field(default_factory=dict)
    can_ask: bool = True
    chain_limit: int = CHAIN_LIMIT
    earlier: tuple[Past, ...] = ()
    epoch_offset_s: float | None = None
    session_limit_s: float | None = None
    max_cost_usd: float | None = None
    max_minutes: float | None = None
    idle_timeout_s: float | None = None
