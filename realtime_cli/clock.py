"""The only reader of time.

Inside a running session the time of facts is the loop's (`asyncio` loop `time()`), so that a test can drive it;
`monotonic` is the same clock for places without a loop, `wall` is for people (history, tools, greetings).
"""

import time
from datetime import datetime


def monotonic() -> float:
    """Seconds of the monotonic clock; only differences have a meaning. Same origin as a stock loop's `time()`."""
    return time.monotonic()


def wall() -> datetime:
    """The present moment in the user's time zone, aware."""
    return datetime.now().astimezone()  # noqa: TID251 - this is the one place


def epoch() -> float:
    """Seconds since 1970-01-01 UTC, as the protocol writes `expires_at`."""
    return time.time()
