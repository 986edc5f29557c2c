"""Rate limits: how long to wait where one is met, and a word when one is near."""

from __future__ import annotations

from typing import Final

from realtime_cli.protocol import RateLimit
from realtime_cli.session.desk import Desk
from realtime_cli.session.holdings import Limit

_NEAR_SHARE: Final = 0.1
"""Less of a limit than this is worth a word."""


class Limits:
    """`rate_limits.updated`. Its place among the events of a response differs between servers and means nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._near: set[str] = set()

    def updated(self, limits: tuple[RateLimit, ...]) -> None:
        """What is left, as far as the server tells."""
        told = [_limit(one) for one in limits if isinstance(one.remaining, int)]
        self._desk.limit_reset_s = max((one.reset_s for one in told if one.remaining <= 0), default=0.0)
        near = [one for one in told if one.limit > 0 and one.remaining < one.limit * _NEAR_SHARE]
        self._desk.limits = tuple(near)
        for one in near:
            if one.name not in self._near:
                text = f"Only {max(0, one.remaining)} of {one.limit} {one.name} are left"
                self._desk.notice("warning", f"{text}; full again in {one.reset_s:.0f} s.")
        self._near = {one.name for one in near}


def _limit(one: RateLimit) -> Limit:
    limit = one.limit if isinstance(one.limit, int) else 0
    remaining = one.remaining if isinstance(one.remaining, int) else 0
    return Limit(one.name, limit, remaining, one.reset_seconds or 0.0)
