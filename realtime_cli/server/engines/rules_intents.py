"""What the built-in responder can do by itself: intents found by keywords and slots, never by whole sentences."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from realtime_cli import clock
from realtime_cli.server.engines.calculator import CalculationError, find_sum
from realtime_cli.server.engines.contract import PastCall, Utterer
from realtime_cli.server.engines.number_words import find_numbers, say_number, words_of

ABILITIES: Final = (
    "I can tell the time and the date, do sums, roll dice, flip a coin, repeat and spell words, "
    "and keep your name and your notes."
)

HINT: Final = "Try: what time is it, roll two dice, or: what can you do."


def _roll(sides: int) -> int:
    return secrets.randbelow(sides) + 1


@dataclass(frozen=True, slots=True)
class World:
    """What lies outside a sentence: the clock and chance."""

    now: Callable[[], datetime] = clock.wall
    roll: Callable[[int], int] = _roll


@dataclass(frozen=True, slots=True)
class Heard:
    """The sentence to answer and what was said before it."""

    text: str
    before: Sequence[Utterer | PastCall]
    world: World

    @property
    def words(self) -> list[str]:
        """Lower-case words."""
        return words_of(self.text)

    def said_before(self, role: str) -> list[str]:
        """Earlier turns of one side, oldest first."""
        return [turn.text for turn in self.before if isinstance(turn, Utterer) and turn.role == role]


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing the responder does. `about` are words by which a function of the client takes its place.

    `anchored` intents are recognised by more than one loose keyword, so that a function that merely shares a word
    with the sentence does not win.
    """

    name: str
    answer: Callable[[Heard], str | None]
    about: frozenset[str] = frozenset()
    anchored: bool = True


def find_intent(heard: Heard) -> tuple[Intent, str] | None:
    """The first intent that has an answer, with the answer."""
    for intent in INTENTS:
        answer = intent.answer(heard)
        if answer is not None:
            return intent, answer
    return None


def _match(pattern: str, heard: Heard) -> str | None:
    found = re.search(pattern, heard.text.strip(), re.IGNORECASE | re.DOTALL)
    return found.group(found.lastindex or 0).strip(" .!?,") if found else None


def _repeat(heard: Heard) -> str | None:
    if re.search(
        r"\b(repeat|say) (that|it)( again)?\W*$|^\W*(what did you say|pardon|again)\b",
        heard.text,
        re.IGNORECASE,
    ):
        spoken = heard.said_before("assistant")
        return spoken[-1] if spoken else "I have not said anything yet."
    return _match(
        r"^(?:please |can you |could you )*(?:repeat after me|say after me|repeat|say)\b[\s:,]*(\S.*)$", heard
    )


def _spell(heard: Heard) -> str | None:
    words = _match(r"\bspell(?: out)?(?: the)?(?: word)?s?\b[\s:,]*(\S.*)$", heard)
    if words is None:
        return None
    words = re.sub(r"\s+(please|for me)$", "", words, flags=re.IGNORECASE)
    letters = [letter.upper() for letter in words[:60] if letter.isalnum()]
    return ", ".join(letters) + "." if letters else None


_NAME: Final = (
    r"\b(?:my name is|my name's|call me|i am called|i'm called)\s+([^\W\d_][\w'-]*(?:\s+[A-Z][\w'-]*)?)"
)


def _name(heard: Heard) -> str | None:
    if re.search(
        r"\b(what is|what's|whats|do you know|remember|recall|say|tell me)\b.{0,12}\bmy name\b(?! is)|\bwho am i\b",
        heard.text,
        re.IGNORECASE,
    ):
        for text in reversed(heard.said_before("user")):
            if found := re.search(_NAME, text, re.IGNORECASE):
                return f"Your name is {found[1].title()}."
        return "You have not told me your name yet. Say: my name is, and then your name."
    name = _match(_NAME, heard)
    return f"Nice to meet you, {name.title()}. I will remember your name." if name else None


_NOTE: Final = (
    r"\b(?:take|make|add|write|save)(?: down)? (?:a |this )?note\b(?:\s*(?:that|to|saying|of)\b)?[\s:,]*(\S.*)$"
    r"|^\W*(?:please )?(?:note|remember|write down|remind me)(?: down)?(?: that| to|:)\s*(\S.*)$"
)


def _notes(heard: Heard) -> str | None:
    if re.search(
        r"\b(read|list|show|what are|what's in|tell me|any)\b.{0,12}\bnotes?\b|^\W*(my )?notes\W*$",
        heard.text,
        re.IGNORECASE,
    ):
        notes = [
            found[found.lastindex or 0]
            for text in heard.said_before("user")
            if (found := re.search(_NOTE, text, re.IGNORECASE))
        ]
        if not notes:
            return "You have no notes in this conversation. Say: take a note, and then the note."
        listed = " ".join(f"{number}: {note.strip(' .')}." for number, note in enumerate(notes, 1))
        return f"You have {len(notes)} note{'s' * (len(notes) > 1)}. {listed}"
    note = _match(_NOTE, heard)
    return f"Noted: {note}." if note else None


def _sum(heard: Heard) -> str | None:
    try:
        found = find_sum(heard.text)
    except CalculationError as exc:
        return str(exc)
    return f"{found.spoken} is {say_number(found.value)}." if found else None


def _time(heard: Heard) -> str | None:
    words = heard.words
    if not {"time", "clock", "o'clock"} & set(words) and "what hour" not in heard.text.lower():
        return None
    now = heard.world.now()
    return f"It is {now.hour}:{now.minute:02d}."


def _date(heard: Heard) -> str | None:
    text = heard.text.lower()
    asked = re.search(
        r"\bdate\b|\b(what|which) (day|month|year)\b|\bday (is it|of the week)\b|\bwhat(?: is|'s) today\b",
        text,
    )
    if not asked:
        return None
    now = heard.world.now()
    if "tomorrow" in text or "yesterday" in text:
        return None
    return f"Today is {now:%A}, {now:%B} {now.day}, {now.year}."


def _dice(heard: Heard) -> str | None:
    words = heard.words
    if not ({"dice", "die", "d"} & set(words) or ("roll" in words and find_numbers(words))):
        return None
    if not {"roll", "throw", "dice", "d"} & set(words):
        return None
    sides, count = 6, 2 if "dice" in words and find_numbers(words) == [] else 1
    for at, number in find_numbers(words):
        value = int(number.value)
        before, after = words[max(0, at - 1) : at], words[number.end : number.end + 1]
        if before == ["d"] or {"sides", "sided", "side"} & {*before, *after}:
            sides = value
        else:
            count = value
    if not 2 <= sides <= 1000 or not 1 <= count <= 20:
        return "I roll one to twenty dice with two to a thousand sides."
    rolled = [heard.world.roll(sides) for _ in range(count)]
    if count == 1:
        return f"You rolled a {rolled[0]}."
    return f"You rolled {', '.join(map(str, rolled[:-1]))} and {rolled[-1]}. That makes {sum(rolled)}."


def _coin(heard: Heard) -> str | None:
    words = set(heard.words)
    if "coin" not in words and not {"heads", "tails"} <= words:
        return None
    return "Heads." if heard.world.roll(2) == 1 else "Tails."


def _help(heard: Heard) -> str | None:
    if not re.search(
        r"\bhelp\b|\bwhat (can|do) you (do|know|understand)\b|\b(who|what) are you\b|\bcommands\b",
        heard.text,
        re.IGNORECASE,
    ):
        return None
    return f"I am the built-in demo responder. I follow rules and am not an AI model. {ABILITIES}"


def _summary(heard: Heard) -> str | None:
    if not re.search(r"\bsummar", heard.text, re.IGNORECASE):
        return None
    turns = [turn for turn in heard.before if isinstance(turn, Utterer) and turn.role != "system"]
    if not turns:
        return "Nothing has been said yet."
    said = [f"{'You' if turn.role == 'user' else 'I'} said: {turn.text.strip()[:80]}" for turn in turns[-6:]]
    return " ".join(line if line[-1] in ".!?" else f"{line}." for line in said)


def _manners(heard: Heard) -> str | None:
    text = heard.text.lower()
    for pattern, answer in (
        (r"\b(thanks|thank you)\b", "You are welcome."),
        (r"\b(good ?bye|bye|see you|good night)\b", "Goodbye."),
        (r"\bhow are you\b|\bhow do you do\b", "I am well, thank you. I am only a set of rules."),
        (r"^\W*(hello|hi|hey|good (morning|afternoon|evening))\b", f"Hello. {HINT}"),
    ):
        if re.search(pattern, text):
            return answer
    return None


INTENTS: Final[tuple[Intent, ...]] = (
    Intent("repeat", _repeat, frozenset({"repeat", "echo"})),
    Intent("spell", _spell, frozenset({"spell", "spelling"})),
    Intent("summary", _summary, frozenset({"summary", "summarize", "summarise"})),
    Intent("notes", _notes, frozenset({"note", "notes", "remember", "reminder"})),
    Intent("name", _name, frozenset({"remember"})),
    Intent(
        "sum", _sum, frozenset({"calculate", "calculator", "arithmetic", "expression", "math", "compute"})
    ),
    Intent("dice", _dice, frozenset({"dice", "die", "roll"})),
    Intent("coin", _coin, frozenset({"coin", "flip", "toss"})),
    Intent("date", _date, frozenset({"date", "today", "day"}), anchored=False),
    Intent("time", _time, frozenset({"time", "clock"}), anchored=False),
    Intent("help", _help, frozenset({"help"})),
    Intent("manners", _manners, frozenset({"greet"})),
)
"""In order: the first that has an answer is taken, so the narrow ones come before the wide ones."""

SUM_WORDS: Final = {
    "+": frozenset({"add", "addition", "plus", "sum"}),
    "-": frozenset({"subtract", "subtraction", "minus", "difference"}),
    "*": frozenset({"multiply", "multiplication", "product"}),
    "/": frozenset({"divide", "division", "quotient"}),
}
"""Words of functions that do one operation only."""
