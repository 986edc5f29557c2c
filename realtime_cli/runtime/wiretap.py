"""What may be shown of the texts on the wire: everything but long audio bodies and keys.

Used for the debug log. Transcripts stay readable, so the log is still private: it is written only when asked
for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

Direction: TypeAlias = Literal[">", "<"]
Tap: TypeAlias = Callable[[Direction, str], None]
"""Called with the direction (`>` to the server) and the redacted text, on the loop: it must not block."""

# 160 base64 characters are 2.5 ms of audio: shorter ones are ids and hashes that help to read a log.
_BODY = re.compile(r'"(?:data:[\w/+.-]+;base64,)?([A-Za-z0-9+/]{160,}={0,2})"')
_KEY_FIELD = re.compile(
    r'"((?:proxy-)?authorization|api[-_]?key|client_secret|token|password|secret)"\s*:\s*"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
_KEY_WORD = re.compile(r"\b(?:sk|ek|xai|gsk)[-_][A-Za-z0-9_\-]{8,}|\bBearer\s+[A-Za-z0-9._~+/\-]{8,}=*")


def redacted(text: str) -> str:
    """The text of one message with base64 bodies replaced by their size and anything like a key by
    `[hidden]`.
    """
    text = _BODY.sub(lambda body: f'"<{len(body[1])} base64 characters>"', text)
    text = _KEY_FIELD.sub(lambda pair: f'"{pair[1]}": "[hidden]"', text)
    return _KEY_WORD.sub("[hidden]", text)
