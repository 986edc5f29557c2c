"""The one sanitizer: makes text from servers, models, tools, files and devices harmless for a terminal.

After `clean` a text holds printable characters, "\\n" and (when asked for) "\\t", nothing else that a terminal could
take as an order, and nothing that changes the order or the width of what stands beside it:

- C0, DEL and C1 controls, ESC with everything it could begin (CSI, OSC 8, OSC 52, DCS): shown as U+FFFD;
  only well-formed colour sequences (SGR), which tools often print, vanish without a trace;
- every way to begin a new line becomes "\\n" (CR, CRLF, VT, FF, NEL, LS, PS);
- bidirectional controls, invisible and zero-width characters, tags and variation selectors vanish; joiners stay
  between letters, where scripts need them, and go between emoji, whose joined width no two terminals agree on;
- unpaired surrogates become U+FFFD, pairs that were split become the character again;
- more than four combining marks in a row, and lines too long to be meant for people, are cut.
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LINE_LIMIT_CHARS = 20_000  # about four pages: no person reads further in one line, and wrapping it costs 3 ms

_SGR = re.compile("\x1b\\[[0-9;:]{0,32}m")
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MANY_MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")
_JOINER = re.compile("[\u200c\u200d]")
_FORBIDDEN = re.compile(
    "(?P<control>[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb\ufffe\uffff\ufdd0-\ufdef])"
    "|(?P<filler>[\u115f\u1160\u3164\uffa0])"
    "|[\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
    "\U00013430-\U0001343f]"
)
# 18 planes end in two code points that are no characters.
_NO_CHARACTER = re.compile(
    f"[{''.join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0x10000, 0x110000, 0x10000))}]"
)


def clean(text: str, *, keep_tabs: bool = False, line_limit_chars: int = LINE_LIMIT_CHARS) -> str:
    """`text` as it may be printed, with its line breaks.

    Args:
        text: Untrusted text, any length, any code points.
        keep_tabs: Leave tabs as they are; otherwise each becomes four spaces.
        line_limit_chars: Longer lines end with a note of how much was cut.
    """
    if text.isascii() and text.isprintable() and len(text) <= line_limit_chars:
        return text  # nearly everything that models say
    text = _SGR.sub("", text)
    text = _LINE_BREAK.sub("\n", text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _FORBIDDEN.sub(_harmless, text)
    text = _NO_CHARACTER.sub(REPLACEMENT, text)
    text = _JOINER.sub(_joiner_between_letters, text)
    text = _MANY_MARKS.sub(r"\1", text)
    if not keep_tabs:
        text = text.replace("\t", "    ")
    if len(text) > line_limit_chars:
        text = "\n".join(_cut(line, line_limit_chars) for line in text.split("\n"))
    return text


def clean_line(text: str, limit_chars: int = 500) -> str:
    """`text` in one line: line breaks and runs of blanks become one space; cut with "…" after `limit_chars`."""
    line = " ".join(clean(text[: 4 * limit_chars]).split())
    return line if len(line) <= limit_chars else line[: limit_chars - 1] + "…"


def encodable(text: str, encoding: str) -> str:
    """`text` with every character that `encoding` cannot write replaced by "?", so that writing never raises."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "replace").decode(encoding)
    return text


def _harmless(match: re.Match[str]) -> str:
    if match["control"]:
        return REPLACEMENT
    return " " if match["filler"] else ""


def _joiner_between_letters(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    scripts = before.isprintable() and after.isprintable() and (_is_letter(before) and _is_letter(after))
    return match[0] if scripts else ""


def _is_letter(character: str) -> bool:
    # Combining vowel signs and viramas are no letters for Python, but joiners follow them in Indic scripts.
    return character.isalpha() or "\u0900" <= character <= "\u0dff"


def _cut(line: str, limit_chars: int) -> str:
    if len(line) <= limit_chars:
        return line
    return f"{line[:limit_chars]}… ({len(line) - limit_chars:,} more characters)"
