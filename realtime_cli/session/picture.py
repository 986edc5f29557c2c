"""The read-only picture of a session, derived from the desk whenever somebody asks."""

from __future__ import annotations

from msgspec.structs import replace

from realtime_cli.protocol import SessionConfig, UnsetType
from realtime_cli.session import hosted, settings
from realtime_cli.session.context import estimated_tokens
from realtime_cli.session.desk import Desk
from realtime_cli.session.holdings import ContextUse, ItemLine
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import (
    ConnectionState,
    Glance,
    Phase,
    PlayoutState,
    Question,
    ResponseState,
    SessionState,
    UserState,
)


def picture(desk: Desk) -> SessionState:
    """Everything a screen may show. Cheap: settled entries are kept, only the live ones are made anew."""
    entries, settled = desk.conversation.entries(desk.heard, speaker_works=desk.speaker_works)
    turns, config = desk.turns, desk.effective
    state = SessionState(
        phase=_phase(desk),
        connection=turns.connection,
        user=turns.user,
        response=turns.response,
        playout=turns.playout,
        turn_mode=desk.wish.turn_mode,
        entries=entries,
        settled=settled,
        mic_dbfs=desk.mic_dbfs,
        speaker_dbfs=desk.speaker_dbfs,
        speaker_delay_ms=desk.speaker_delay_ms,
        volume_percent=desk.volume_percent,
        muted=desk.uplink.muted,
        local_speech=desk.local_speech,
        talk_key_down=desk.uplink.turn is not None,
        mic_works=desk.mic_works,
        speaker_works=desk.speaker_works,
        mic_problem=desk.mic_problem,
        answer_waits=desk.answer_waits,
        session_id=_told(config.id),
        model=_told(config.model),
        voice=settings.voice(config),
        expires_at_epoch_s=_expiry(config),
        retry_at_s=desk.retry_at_s,
        latency_ms=desk.latency_ms,
        uplink_dropped_ms=desk.line_dropped_ms + desk.uplink.dropped_ms,
        tokens=desk.tokens,
        question=_question(desk),
        functions=desk.approvals.listed(),
        response_id=desk.last_response_id,
        answer_text=_answer_text(desk),
    )
    return _with_holdings(desk, state)


def _with_holdings(desk: Desk, state: SessionState) -> SessionState:
    """The picture with what a session holds besides its lines."""
    return replace(
        state,
        response_status=desk.last_status,
        metadata=desk.last_metadata,
        items=items(desk),
        retrieved=desk.retrieved,
        asides=tuple(desk.asides.values()),
        context=ContextUse(
            desk.context_tokens,
            desk.wish.context_window_tokens,
            desk.wish.context_policy,
            desk.dropped_items,
        ),
        limits=desk.limits,
        asked=desk.wish.config,
        accepted=desk.effective,
        cost_usd=desk.cost_usd if desk.rates is not None else None,
        price_source=desk.rates.source if desk.rates is not None else "",
    )


def glance(desk: Desk, since: int) -> Glance:
    """The little that is needed after every fact, however long the conversation is.

    Args:
        since: Entries before this place were looked at when they were settled.
    """
    entries, settled = desk.conversation.latest(since, desk.heard, speaker_works=desk.speaker_works)
    return Glance(entries, since, settled, _told(desk.effective.model), desk.wish.config)


def _phase(desk: Desk) -> Phase:
    """The one word; what the user does comes first, then what is heard, then what is being made."""
    turns = desk.turns
    if desk.finished:
        return Phase.ENDED
    if turns.connection is not ConnectionState.READY:
        if desk.moving:  # seconds, of our own will, in a quiet moment
            return Phase.MUTED if desk.uplink.muted else Phase.LISTENING
        return Phase.RECONNECTING if desk.was_ready else Phase.CONNECTING
    if turns.user is UserState.SPEAKING:
        return Phase.HEARING
    if turns.playout is PlayoutState.PLAYING:
        return Phase.SPEAKING
    if desk.calls.asking() or desk.hosted:
        return Phase.ASKING
    if desk.calls.running():
        return Phase.CALLING
    if turns.response is not ResponseState.NONE:
        writes = desk.answer is not None and desk.answer.spoke and not desk.answer.abandoned
        return Phase.SPEAKING if writes else Phase.THINKING
    return Phase.MUTED if desk.uplink.muted else Phase.LISTENING


def _question(desk: Desk) -> Question | None:
    asking = desk.calls.asking()
    if desk.finished:
        return None
    if not asking:
        return hosted.question(desk)
    call = asking[0]
    note = desk.approvals.of(call.name).note
    return Question(call.call_id, call.name, call.arguments or "{}", note, len(asking) - 1)


def _answer_text(desk: Desk) -> str:
    """All words of the newest answer but its asides."""
    rows = desk.conversation.answer_rows(desk.last_response_id)
    said = [row for row in rows if row.kind is Kind.MESSAGE and not (row.commentary or row.hidden)]
    return "\n\n".join(row.text for row in said if row.text)


def items(desk: Desk) -> tuple[ItemLine, ...]:
    """Every item of the conversation, in order. Lines of rows that do not change any more are kept."""
    lines = []
    for row in desk.conversation.rows():
        if row.kind is Kind.NOTICE or row.unsent or row.reserved:
            continue
        key = (row.gone, row.pinned, row.closed, row.item_id)
        if row.line is None or row.line_key != key or not row.closed:
            row.line, row.line_key = _item_line(row), key
        lines.append(row.line)
    return tuple(lines)


def _item_line(row: Row) -> ItemLine:
    call = row.call
    kind = (
        "message" if row.kind is Kind.MESSAGE else "function_call" if row.kind is Kind.CALL else row.wire_kind
    )
    text = row.text if call is None else f"{call.name}({call.arguments})"
    if row.kind is Kind.OTHER and call is not None:
        kind, text = "function_call_output", call.output
    status = (
        "deleted"
        if row.gone
        else "incomplete"
        if row.interrupted
        else "completed"
        if row.done
        else "in_progress"
    )
    role = row.role if row.kind is Kind.MESSAGE else ""
    return ItemLine(row.item_id, kind, role, status, text, estimated_tokens(row), row.pinned)


def _expiry(config: SessionConfig) -> int | None:
    return None if isinstance(config.expires_at, UnsetType) else config.expires_at


def _told(value: str | UnsetType) -> str:
    return "" if isinstance(value, UnsetType) else value
