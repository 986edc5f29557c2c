"""A conversation in the formats that other programs read: Markdown, text, JSON, JSONL, SRT and WebVTT."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TypeAlias

from realtime_cli.history.catalog import as_dict
from realtime_cli.history.records import ConversationRow, ItemRecord, UsageRecord

Export: TypeAlias = Callable[[ConversationRow, Sequence[ItemRecord], Sequence[UsageRecord], tzinfo], str]

_VERDICTS: Final = {
    "auto": "ran unasked",
    "yes": "approved by you",
    "always": "approved by you for good",
    "edited": "changed and approved by you",
    "no": "declined by you",
    "refused": "refused by a rule",
}
_SHORTEST_CUE_S: Final = 1.0
_AT_ONCE_S: Final = 0.2
"""What begins closer together was typed, and stands on the screen together."""

_CUE_CHARS: Final = 84
"""Two lines of 42 characters: what television puts on a screen at once."""


def markdown(
    row: ConversationRow, items: Sequence[ItemRecord], usages: Sequence[UsageRecord], zone: tzinfo
) -> str:
    """For people: a heading, then who said what, with times."""
    lines = [f"# {_one_line(row.title) or row.conversation_id}", ""]
    lines.append(
        f"{_stamp(row.started_at, zone)} · {row.provider} {row.model} · {row.conversation_id}".strip()
    )
    for item in items:
        clock = _clock(item.started_at, zone)
        match item.kind:
            case "message":
                note = _note(item)
                lines += ["", f"**{_speaker(item)}** ({clock}){note}", "", _shown(item)]
            case "call":
                lines += ["", f"*{clock} called `{_code(item.name)}`* ({_outcome(item)})", ""]
                lines += _fenced(item.arguments)
                lines += ["", "the model had written:", "", *_fenced(item.written)] if item.written else []
                lines += ["", *_fenced(item.output)]
            case "notice":
                lines += ["", f"> {clock} {_one_line(item.text)}"]
    return "\n".join(lines) + "\n"


def text(
    row: ConversationRow, items: Sequence[ItemRecord], usages: Sequence[UsageRecord], zone: tzinfo
) -> str:
    """One paragraph for each item, nothing but words and times."""
    lines = []
    for item in items:
        clock = _clock(item.started_at, zone)
        if item.kind == "message":
            lines.append(f"[{clock}] {_speaker(item)}: {_shown(item)}{_note(item)}")
        elif item.kind == "call":
            verdict = f" [{_verdict(item)}]" if item.approval else ""
            written = f" (the model wrote: {item.written})" if item.written else ""
            shown = f"{item.name}({item.arguments}){verdict}{written}"
            lines.append(f"[{clock}] {shown} -> {item.output or item.status}")
        else:
            lines.append(f"[{clock}] * {_one_line(item.text)}")
    return "\n".join(lines) + ("\n" if lines else "")


def as_json(
    row: ConversationRow, items: Sequence[ItemRecord], usages: Sequence[UsageRecord], zone: tzinfo
) -> str:
    """Everything the history has, as one object."""
    whole = {
        **as_dict(row),
        "items": [as_dict(item) for item in items],
        "usage": [as_dict(usage) for usage in usages],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def jsonl(
    row: ConversationRow, items: Sequence[ItemRecord], usages: Sequence[UsageRecord], zone: tzinfo
) -> str:
    """The same, one object in a line, with a `type`."""
    lines: list[dict[str, Any]] = [{"type": "conversation", **as_dict(row)}]
    lines += [{"type": "item", **as_dict(item)} for item in items]
    lines += [{"type": "usage", **as_dict(usage)} for usage in usages]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def srt(
    row: ConversationRow, items: Sequence[ItemRecord], usages: Sequence[UsageRecord], zone: tzinfo
) -> str:
    """SubRip subtitles; times count from the beginning of the conversation."""
    blocks = [
        f"{number}\n{_cue_time(begin, ',')} --> {_cue_time(end, ',')}\n{words}\n"
        for number, (begin, end, _, words) in enumerate(cues(row.started_at, items), start=1)
    ]
    return "\n".join(blocks)


def vtt(
    row: ConversationRow, items: Sequence[ItemRecord], usages: Sequence[UsageRecord], zone: tzinfo
) -> str:
    """WebVTT subtitles with the speaker as voice; times count from the beginning of the conversation."""
    return webvtt(row.started_at, items)


def webvtt(zero: float, items: Sequence[ItemRecord]) -> str:
    """WebVTT with times after `zero`."""
    blocks = ["WEBVTT\n"]
    for begin, end, speaker, words in cues(zero, items):
        safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_cue_time(begin, '.')} --> {_cue_time(end, '.')}\n<v {speaker}>{safe}\n")
    return "\n".join(blocks)


FORMATS: Final[dict[str, Export]] = {
    "md": markdown,
    "txt": text,
    "json": as_json,
    "jsonl": jsonl,
    "srt": srt,
    "vtt": vtt,
}


def cues(zero: float, items: Sequence[ItemRecord]) -> list[tuple[float, float, str, str]]:
    """Subtitles: (begin, end, speaker, words) in seconds after `zero`; what was heard, cut into readable pieces.

    What was said quickly stands for a second; nothing overlaps what the same speaker says later.
    """
    found: list[tuple[float, float, str, str]] = []
    said = [item for item in items if item.kind == "message" and _one_line(item.heard_text)]
    begins = sorted((_speaker(item), max(0.0, item.started_at - zero)) for item in said)
    for item in said:
        pieces = _pieces(_one_line(item.heard_text))
        at = max(0.0, item.started_at - zero)
        length = max(_SHORTEST_CUE_S, item.ended_at - item.started_at)
        following = bisect_left(begins, (_speaker(item), at + _AT_ONCE_S))
        if following < len(begins) and begins[following][0] == _speaker(item):
            length = min(length, begins[following][1] - at)
        whole = sum(len(piece) for piece in pieces)
        for piece in pieces:
            end = at + length * len(piece) / whole
            found.append((at, end, _speaker(item), piece))
            at = end
    return sorted(found, key=lambda cue: cue[0])


def _pieces(words: str) -> list[str]:
    pieces: list[str] = []
    for word in words.split():
        if pieces and len(pieces[-1]) + 1 + len(word) <= _CUE_CHARS:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def _speaker(item: ItemRecord) -> str:
    return {"user": "You", "assistant": "Assistant", "system": "System"}.get(item.role, "System")


def _shown(item: ItemRecord) -> str:
    return item.text or (f"({item.problem})" if item.problem else "")


def _note(item: ItemRecord) -> str:
    match item.status:
        case "interrupted":
            return " [interrupted]"
        case "incomplete":
            return " [unfinished]"
        case "removed":
            return " [not heard]"
        case _:
            return ""


def _outcome(item: ItemRecord) -> str:
    return f"{item.status}, {_verdict(item)}" if item.approval else item.status


def _verdict(item: ItemRecord) -> str:
    """Who let the call run or refused it."""
    return _VERDICTS.get(item.approval, item.approval)


def _fenced(code: str) -> list[str]:
    """A code block whose fence is longer than any in the text."""
    if not code:
        return []
    fence = "```"
    while fence in code:
        fence += "`"
    return [fence, code, fence]


def _code(name: str) -> str:
    return _one_line(name).replace("`", "'")


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _stamp(epoch_s: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _clock(epoch_s: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).astimezone(zone).strftime("%H:%M:%S")


def _cue_time(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"
