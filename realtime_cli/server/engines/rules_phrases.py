"""Sentences people say to the built-in responder, for the recogniser's small language model.

They only make words and their order likely; what is understood is decided by the rules.
"""

from __future__ import annotations

import functools
from typing import Final

from realtime_cli.server.engines.number_words import SMALL_NUMBERS, TENS, row

_NUMBERS: Final = (*SMALL_NUMBERS[1:], "twenty")
_OPERATIONS: Final = ("plus", "minus", "times", "divided by", "multiplied by")
_LETTERS_AND_NAMES: Final = row(
    "anna ben carl david emma frank george helen jack john kate laura mary michael paul peter sarah susan tom alice bob"
)
_WORDS: Final = row(
    "hello world house water apple banana table green yellow elephant computer music keyboard language realtime "
    "good morning"
)
_NOTES: Final = (
    "buy milk", "buy bread", "call the doctor", "call my mother", "water the plants", "go to the shop", "pay the bill",
    "send the letter", "clean the kitchen", "meet john at ten",
)  # fmt: skip

_FIXED: Final = (
    "what time is it", "what's the time", "what is the time", "tell me the time", "what time is it now",
    "can you tell me the time", "time please", "what time is it please",
    "what day is it", "what day is it today", "what is the date", "what's the date", "what's the date today",
    "what is the date today", "tell me the date", "what month is it", "what year is it", "what is today's date",
    "roll a die", "roll the dice", "roll dice", "roll a dice", "throw the dice", "roll a die please",
    "flip a coin", "toss a coin", "heads or tails", "flip a coin please",
    "what can you do", "help", "help me", "who are you", "what are you", "what do you know", "what do you understand",
    "hello", "hi", "hey", "hello there", "good morning", "good evening", "good afternoon", "good night", "goodbye",
    "bye", "thank you", "thanks", "thank you very much", "how are you", "yes", "no", "okay", "stop", "please",
    "what is my name", "what's my name", "who am i", "do you know my name", "tell me my name",
    "read my notes", "list my notes", "what are my notes", "show my notes", "read the notes",
    "say that again", "repeat that", "say it again", "repeat that please", "what did you say",
    "give me a summary", "summarize", "summarize the conversation",
)  # fmt: skip


@functools.cache
def base_phrases() -> tuple[str, ...]:
    """About two thousand sentences, always the same."""
    phrases = [
        phrase for phrase in _FIXED for _ in range(4)
    ]  # weight: they are said more often than any one sum
    for count in _NUMBERS[:10]:
        die = "die" if count == "one" else "dice"
        phrases += [f"roll {count} {die}", f"throw {count} {die}", f"roll {count} {die} please"]
        phrases += [
            f"roll {count} {die} with {sides} sides" for sides in ("six", "eight", "ten", "twelve", "twenty")
        ]
    for name in _LETTERS_AND_NAMES:
        phrases += [f"my name is {name}", f"call me {name}", f"i am called {name}"]
    for word in _WORDS:
        phrases += [f"spell {word}", f"spell the word {word}", f"repeat after me {word}", f"say {word}"]
    for note in _NOTES:
        phrases += [
            f"take a note {note}",
            f"remember that {note}",
            f"note that {note}",
            f"remember to {note}",
        ]
        phrases.append(f"repeat after me {note}")
    phrases += _sums()
    return tuple(phrases)


def _sums() -> list[str]:
    """Every pair of a small number with an operation, and pairs of larger ones."""
    phrases: list[str] = []
    values = [*_NUMBERS, *TENS[1:], "a hundred", "one hundred", "a thousand"]
    larger = [f"{ten} {one}" for ten in TENS for one in _NUMBERS[:9]]
    for at, left in enumerate(values):
        for step, operation in enumerate(_OPERATIONS):
            for offset in range(6):
                right = values[(at * 5 + step * 3 + offset * 7) % len(values)]
                start = ("what is ", "what's ", "how much is ", "calculate ", "", "what is ")[offset]
                phrases.append(f"{start}{left} {operation} {right}")
    for at, left in enumerate(larger):
        right = larger[(at * 7 + 3) % len(larger)]
        phrases += [f"what is {left} {operation} {right}" for operation in _OPERATIONS]
        phrases += [f"what is {left} {_OPERATIONS[at % 5]} {_NUMBERS[at % 20]}"]
    phrases += [f"what is the square root of {value}" for value in values]
    phrases += [
        f"what is {left} percent of {right}" for left, right in zip(TENS, reversed(values), strict=False)
    ]
    return phrases
