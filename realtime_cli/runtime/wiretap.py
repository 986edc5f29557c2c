"""What may be shown of the texts on the wire: everything but long audio bodies and keys.

Used for the debug log. Transcripts stay readable, so the log is still private: it is written only when asked
for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

from realtime_cli.key_shapes import without_keys

Direction: TypeAlias = Literal[">", "<"]
Tap: TypeAlias = Callable[[Direction, str], None]
"""Called with the direction (`>` to the server) and the redacted text, on the loop: it must not block."""

# 160 base64 characters are 2.5 ms of audio: shorter ones are ids and hashes that help to read a log.
_BODY = re.compile(r'"(?:data:[\w/+.-]+;base64,)?([A-Za-z0-9+/]{160,}={0,2})"')


def redacted(text: str) -> str:
    """The text of one message with base64 bodies replaced by their size and anything like a key by
    `[hidden]`.
    """
    return without_keys(_BODY.sub(lambda body: f'"<{len(body[1])} base64 characters>"', text))
