"""Slash commands about the items of the conversation."""

from __future__ import annotations

import shlex

from realtime_cli.session.holdings import ItemLine
from realtime_cli.session.request_facts import (
    ConversationReset,
    FilePutAsked,
    ItemDeleteAsked,
    ItemPinned,
    ItemRetrieveAsked,
    ItemTruncateAsked,
    SaveAsked,
)
from realtime_cli.session.state import SessionState
from realtime_cli.terminal.counter import Counter
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.wording import amount

_WORDS_CHARS = 60


def items(counter: Counter, rest: str) -> None:
    """`/items`: every item with id, kind, role, status, tokens and its first words."""
    lines = counter.state.items
    if not lines:
        counter.note(["There are no items yet."])
        return
    width = max(len(line.item_id) for line in lines)
    counter.note([_row(line, min(width, 32)) for line in lines])


def show(counter: Counter, rest: str) -> None:
    """`/show ID [--audio [FILE]]`: fetch an item from the server, and play or save its sound."""
    words = _words(rest)
    with_sound = "--audio" in words
    wanted = words[0] if words and words[0] != "--audio" else "last"
    behind = words[words.index("--audio") + 1 :] if with_sound else []
    item_id = _one(counter, wanted)
    if item_id:
        save_to = behind[0] if behind else ""
        counter.post(ItemRetrieveAsked(item_id, play=with_sound and not save_to, save_to=save_to))


def delete(counter: Counter, rest: str) -> None:
    """`/delete ID... | last | before ID`."""
    words = _words(rest)
    if not words:
        counter.note(["Say which: /delete ID, /delete last, or /delete before ID."])
        return
    if words[0] == "last":
        chosen = last_turn(counter.state)
    elif words[0] == "before":
        chosen = _before(counter, words[1] if len(words) > 1 else "")
    else:
        chosen = tuple(found for word in words if (found := _one(counter, word)))
    if chosen:
        counter.post(ItemDeleteAsked(chosen))
        counter.note([deleted_words(len(chosen))])
    elif words[0] in ("last", "before"):
        counter.note(["There is nothing to delete."])


def pin(counter: Counter, rest: str) -> None:
    """`/pin ID`: keep an item when the model's memory is full."""
    if item_id := _one(counter, rest.strip() or "last"):
        counter.post(ItemPinned(item_id))
        counter.note([f"{item_id} stays when the model's memory is full."])


def unpin(counter: Counter, rest: str) -> None:
    """`/unpin ID`."""
    if item_id := _one(counter, rest.strip() or "last"):
        counter.post(ItemPinned(item_id, pinned=False))
        counter.note([f"{item_id} may go when the model's memory is full."])


def truncate(counter: Counter, rest: str) -> None:
    """`/truncate ID MS`: the model forgets what it said after so many milliseconds."""
    words = _words(rest)
    if len(words) != 2 or not words[1].isdecimal():
        counter.note(["Say where: /truncate ID MILLISECONDS."])
    elif item_id := _one(counter, words[0]):
        counter.post(ItemTruncateAsked(item_id, int(words[1])))


def reset(counter: Counter, rest: str) -> None:
    """`/reset`: a new conversation."""
    counter.post(ConversationReset())


def image(counter: Counter, rest: str) -> None:
    """`/image FILE [QUESTION]`: show the model a picture."""
    _put_file(counter, "image", rest)


def audio(counter: Counter, rest: str) -> None:
    """`/audio FILE`: let the model hear a recording."""
    _put_file(counter, "audio", rest)


def export(counter: Counter, rest: str) -> None:
    """`/export [FILE]`: write the conversation into a Markdown file."""
    words = _words(rest)
    counter.post(SaveAsked(words[0] if words else ""))


def last_turn(state: SessionState) -> tuple[str, ...]:
    """Ids of the last turn: what the user said last, and all that followed."""
    present = [line for line in state.items if line.status != "deleted"]
    begins = [index for index, line in enumerate(present) if line.role == "user"]
    return tuple(line.item_id for line in present[begins[-1] if begins else -1 :])


def deleted_words(count: int) -> str:
    """What to tell: the model forgets them, the screen does not."""
    return f"{count} {'item' if count == 1 else 'items'} deleted: the model forgets what was said there."


def _before(counter: Counter, word: str) -> tuple[str, ...]:
    stop = _one(counter, word) if word else ""
    ids = [line.item_id for line in counter.state.items]
    if stop not in ids:
        return ()
    older = counter.state.items[: ids.index(stop)]
    return tuple(line.item_id for line in older if line.status != "deleted" and not line.pinned)


def _put_file(counter: Counter, kind: str, rest: str) -> None:
    words = _words(rest)
    if not words:
        counter.note([f"Say which file: /{kind} FILE."])
        return
    text = " ".join(words[1:])
    counter.post(FilePutAsked("image" if kind == "image" else "audio", words[0], text))


def _one(counter: Counter, word: str) -> str:
    """The id that a word means: an id, its beginning or end where only one item has it, or "last"."""
    known = [line.item_id for line in counter.state.items if line.status != "deleted"]
    if word == "last" and known:
        return known[-1]
    if word in known:
        return word
    near = [item_id for item_id in known if word and (item_id.startswith(word) or item_id.endswith(word))]
    if len(near) == 1:
        return near[0]
    problem = "fits more than one item" if near else "is no item of this conversation"
    counter.note([f"{clean_line(word, 60) or 'That'} {problem}: see /items."])
    return ""


def _row(line: ItemLine, width: int) -> str:
    kind = line.role or {"function_call": "call", "function_call_output": "output"}.get(line.kind, line.kind)
    text = clean_line(line.text, _WORDS_CHARS)
    kept = " (pinned)" if line.pinned else ""
    tokens = f"≈{amount(line.tokens)}"
    status = "" if line.status == "completed" else f" [{line.status.replace('_', ' ')}]"
    return f"{line.item_id.ljust(width)}  {kind.ljust(9)}  {tokens.rjust(6)}{status}{kept}  {text}".rstrip()


def _words(rest: str) -> list[str]:
    """Words as a shell would read them; an open quotation mark is a letter."""
    try:
        return shlex.split(rest)
    except ValueError:
        return rest.split()
