"""Is this speaker worn on the head? Some names say so."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(
    r"head[- ]?(set|phone)|ear[- ]?(phone|bud|pod|piece)|air ?pods|\bbuds\b|kopfh|h[öo]rer|"
    r"casque|[ée]couteur|auricular|cuffie|fone de ouvido|наушник|гарнитур|ヘッド(ホン|セット)|イヤホン|耳机|耳機|"
    r"hands[- ]?free|\bhsp\b|\bhfp\b",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"speaker|lautsprecher|haut-parleur|altavo|line[- ]?out|hdmi", re.IGNORECASE)
"""Names such as "Speakers/Headphones (Realtek)" name a card with both: that says nothing."""


def is_headset(name: str) -> bool:
    """True when the name says so and nothing in it speaks against. False means: nobody knows."""
    return bool(_WORDS.search(name)) and not _NOT.search(name)
