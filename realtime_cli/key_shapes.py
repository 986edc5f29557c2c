r"""What looks like a key in any text: in a message, a refusal, a log or a journal.

Known by their beginning (OpenAI and DashScope `sk-`, ElevenLabs `sk_`, client secrets `ek_`, xAI `xai-`, Groq `gsk_`,
`key-`), by what stands before them (`Bearer`, `Basic`), by their form (a JWT), and by the name of their field in JSON,
also in JSON that is itself a text in JSON. A key of no known shape is found by its value alone, and only by who knows
it: see `transport/hiding.py`. One in pieces, spread over the deltas of an answer, is found by nobody.

What begins like a key and is none stays: Slovak voices (`sk-SK-LukasNeural`), names of models (`xai-grok-voice`), words
after `key-` and `Bearer` (`Bearer authentication`), ids of events and items, UUIDs, and the single words of `logprobs`,
whose field is called `token`.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "[hidden]"

# Looked at after the first letter, so that a search may hurry from one such letter to the next. Before it stands no
# ASCII letter (`task-force`), or one that ends an escape: `\nsk-...` in JSON, `%3Dsk-...` in a URL. A letter of another
# script is no part of the word: people write keys into the middle of a Chinese sentence.
_BEGINS: Final = r"(?:(?<![A-Za-z].)|(?<=\\[bfnrt].)|(?<=\\u[0-9A-Fa-f]{4}.)|(?<=%[0-9A-Fa-f][A-Fa-f].))"
# Nothing may be searched twice for the same place (bounded looks ahead): a server chooses these texts.
_REST: Final = r"[A-Za-z0-9_\-*]{6,}"  # with the stars of a key that a service shows in part
_WORD: Final = re.compile(
    rf"[segxk]{_BEGINS}(?:"
    rf"(?:(?<=s)k|(?<=e)k|(?<=g)sk)[-_](?!SK[-_]){_REST}"
    rf"|(?<=x)ai[-_](?!grok-){_REST}"
    rf"|(?<=k)ey[-_](?=[A-Za-z_\-]{{0,40}}[0-9*]|[A-Za-z]{{16}}){_REST}"
    rf"|(?<=e)yJ(?<![0-9_\-]eyJ)[A-Za-z0-9_\-]{{8,}}\.[A-Za-z0-9_\-]{{8,}}(?:\.[A-Za-z0-9_\-]+)?"
    r")"
)
_SCHEME: Final = re.compile(
    r"[Bb](?:earer|EARER)(?:\s|%20)+"
    r"(?![A-Za-z][a-z]{0,16}\.?(?![A-Za-z0-9._~+/\-=]))[A-Za-z0-9._~+/\-]{8,}=*"
    r"|[Bb]asic\s+(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{20,}={0,2}"
)

_NAMES: Final = (
    r"((?:proxy-)?authorization|[a-z_\-]*api[_\-]?key|client[_\-]secret|(?:access|auth|id|refresh)[_\-]token"
    r"|password|secret)"
)
_FIELD: Final = re.compile(rf'"{_NAMES}"(\s*:\s*)"(?:[^"\\]|\\.)+"', re.IGNORECASE)
_INNER_FIELD: Final = re.compile(
    rf'\\"{_NAMES}\\"(\s*:\s*)\\"(?:[^"\\]|\\\\(?:\\["\\]|[^"\\]))+\\"', re.IGNORECASE
)
_TOKEN: Final = re.compile(r'("token\\?"\s*:\s*\\?")(?=[^"\\]{24}|[^"\\0-9]*[0-9])[^"\\\s]{8,}(?=\\?")')


def without_keys(text: str) -> str:
    """The text with `[hidden]` for everything like a key. Doing it twice changes nothing more."""
    text = _FIELD.sub(rf'"\1"\2"{HIDDEN}"', text)
    text = _INNER_FIELD.sub(rf'\\"\1\\"\2\\"{HIDDEN}\\"', text)
    text = _TOKEN.sub(rf"\1{HIDDEN}", text)
    return _SCHEME.sub(HIDDEN, _WORD.sub(HIDDEN, text))
