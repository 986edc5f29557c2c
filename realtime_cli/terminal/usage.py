"""Tokens, cost, limits and the model's memory, in lines to read."""

from __future__ import annotations

from realtime_cli.session.holdings import ItemLine
from realtime_cli.session.state import SessionState, TokenUse
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.wording import amount, cost_words

_GOAL_SHARE = 0.6  # the mind deletes until so much is left; `session/context.py`
_SHOWN_ITEMS = 8


def usage_lines(state: SessionState) -> list[str]:
    """Tokens by kind, the estimated cost, and rate limits that are nearly reached."""
    use = state.tokens
    if not use.responses:
        return ["No tokens yet: the first answer brings them."]
    heard = _kinds(("text", use.input_text), ("audio", use.input_audio), ("image", use.input_image))
    said = _kinds(("text", use.output_text), ("audio", use.output_audio))
    lines = [
        f"{use.responses} {'answer' if use.responses == 1 else 'answers'}, {amount(use.total)} tokens",
        f"in   {heard}" + (f", of them {amount(use.cached)} cached" if use.cached else ""),
        f"out  {said}",
    ]
    if state.cost_usd is not None:
        lines.append(f"cost {cost_words(state.cost_usd)} (an estimate from public prices)")
    if state.context.used_tokens:
        lines.append(f"memory {_fullness(state)}")
    lines += [
        f"limit {clean_line(limit.name, 40)}: {amount(limit.remaining)} of {amount(limit.limit)} left, "
        f"full again in {limit.reset_s:.0f} s"
        for limit in state.limits
    ]
    return lines


def context_lines(state: SessionState) -> list[str]:
    """How full the model's memory is, what happens when it is full, and what would be dropped first."""
    context = state.context
    kept = [line for line in state.items if line.status != "deleted"]
    about = sum(line.tokens for line in kept)
    lines = [f"{len(kept)} items, ≈{amount(about)} tokens of words; {_fullness(state)}"]
    lines.append(
        {
            "delete": "When it is nearly full, the oldest items that are not pinned are deleted.",
            "server": "When it is full, the provider forgets the oldest items by itself.",
            "off": "Nothing is deleted; when it is full, answers fail.",
        }[context.policy]
    )
    if context.dropped_items:
        lines.append(f"{context.dropped_items} items were dropped so far.")
    doomed = _first_to_go(state, kept)
    if doomed:
        lines.append("Would go first:")
        lines += [f"  {line.item_id}  ≈{amount(line.tokens)}  {clean_line(line.text, 60)}" for line in doomed]
    return lines


def is_empty(use: TokenUse) -> bool:
    """Nothing was counted yet."""
    return not (use.responses or use.total)


def _fullness(state: SessionState) -> str:
    context = state.context
    if not context.window_tokens:
        return f"{amount(context.used_tokens)} tokens used, the window is not known"
    return (
        f"{amount(context.used_tokens)} of {amount(context.window_tokens)} tokens used ({context.share:.0%})"
    )


def _first_to_go(state: SessionState, kept: list[ItemLine]) -> list[ItemLine]:
    """The oldest items that are not pinned; the newest question and answer always stay."""
    context = state.context
    if context.policy == "off":
        return []
    spare = context.used_tokens - _GOAL_SHARE * context.window_tokens if context.window_tokens else 0.0
    doomed: list[ItemLine] = []
    for line in kept[: max(0, len(kept) - 2)]:
        if len(doomed) >= _SHOWN_ITEMS or (doomed and spare <= 0):
            break
        if not line.pinned and line.role != "system":
            doomed.append(line)
            spare -= line.tokens
    return doomed


def _kinds(*kinds: tuple[str, int]) -> str:
    return ", ".join(f"{amount(count)} {name}" for name, count in kinds if count) or "0"
