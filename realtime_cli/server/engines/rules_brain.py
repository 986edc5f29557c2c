"""The built-in responder: keyword and slot rules, and every function of the client. It says that it is no AI.

It keeps nothing between answers: names and notes are read from the conversation it is given.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Final

from realtime_cli.server.engines.calculator import CalculationError, Sum, find_sum
from realtime_cli.server.engines.contract import (
    CutShort,
    PastCall,
    Question,
    Thought,
    ToolOffer,
    Utterer,
    WantsCall,
    Words,
)
from realtime_cli.server.engines.rules_intents import (
    HINT,
    SUM_WORDS,
    Heard,
    Intent,
    World,
    find_intent,
)
from realtime_cli.server.engines.rules_phrases import base_phrases
from realtime_cli.server.engines.rules_tools import (
    ToolMatch,
    arguments_of,
    complete,
    find_tool,
    say_results,
    spoken_name,
    tool_phrases,
)

_WORDS_PER_PIECE: Final = 2
_ASKED: Final = re.compile(r"^To (.+) I need the (.+)\.$")
_SAY_THIS: Final = re.compile(r"\b(?:say|greet)\b[^:\"“]*[:\"“]\s*\"?([^\"”]+)", re.IGNORECASE)
_OPTIONS: Final = re.compile(r"\b(?:as|either|into|from|of|one of)\b[\s:]+(.+?)(?:[.\n]|$)", re.IGNORECASE)


class RulesBrain:
    """Answers by rules."""

    name = "rules"
    banner = (
        "Built-in demo responder: rules, not an AI model; "
        "try 'what time is it', 'roll two dice' or 'what can you do'."
    )

    def __init__(self, world: World | None = None) -> None:
        self._world = world or World()

    def phrases(self, tools: Sequence[ToolOffer]) -> Sequence[str]:
        """Its own template sentences and those of the functions."""
        return [*base_phrases(), *(phrase for offer in tools for phrase in tool_phrases(offer))]

    async def answer(self, question: Question) -> AsyncIterator[Thought]:
        """One sentence or more in pieces of two words, or one call."""
        thought = self._think(question)
        if isinstance(thought, WantsCall):
            yield thought
            return
        all_words = re.findall(r"\s*\S+", thought)
        words = all_words[: question.max_output_tokens]
        for at in range(0, len(words), _WORDS_PER_PIECE):
            yield Words("".join(words[at : at + _WORDS_PER_PIECE]))
            await asyncio.sleep(0)
        if len(words) < len(all_words):
            yield CutShort("max_output_tokens")

    async def stop(self) -> None:
        """There is nothing to stop."""

    def _think(self, question: Question) -> str | WantsCall:
        history = question.history
        if results := _results_at_end(history):
            return say_results(results)
        last = history[-1] if history else None
        text = last.text.strip() if isinstance(last, Utterer) and last.role == "user" else None
        if demand := _demanded(question, text or ""):
            return demand
        heard = Heard(text or "", history[:-1] if text is not None else history, self._world)
        if task := _task(question.instructions, heard):
            return task
        if text is None:
            return _opening(question.instructions)
        if not text:
            return "I did not hear any words. Please say it again."
        return self._respond(heard, question)

    def _respond(self, heard: Heard, question: Question) -> str | WantsCall:
        tools = () if question.tool_choice == "none" else question.tools
        if completed := _missing_answer(heard, tools):
            return completed
        found = find_intent(heard)
        match = find_tool(heard.text, tools, _about(found[0], heard.text) if found else frozenset())
        if match and (found is None or _tool_wins(match, found[0], heard.text)):
            asked = _asked_sum(found[0], heard.text) if found else None
            # "subtract two from ten" names its numbers in the other order than it means them.
            filled = arguments_of(match.offer, asked.spoken) if asked else match.filled
            if filled.missing:
                needed = " and the ".join(spoken_name(name) for name in filled.missing)
                return f"To {spoken_name(match.offer.name)} I need the {needed}."
            return WantsCall(match.offer.name, json.dumps(filled.arguments))
        return found[1] if found else _not_understood(heard.text, tools)


def _results_at_end(history: Sequence[Utterer | PastCall]) -> list[PastCall]:
    """The calls with an output after the last words of anybody."""
    calls: list[PastCall] = []
    for turn in reversed(history):
        if not isinstance(turn, PastCall):
            break
        if turn.output is not None:
            calls.insert(0, turn)
    return calls


def _demanded(question: Question, text: str) -> WantsCall | None:
    """The call that `tool_choice` "required" or a function's name asks for."""
    if question.tool_choice in ("auto", "none") or not question.tools:
        return None
    by_name = {offer.name: offer for offer in question.tools}
    if question.tool_choice in by_name:
        offer = by_name[question.tool_choice]
        return WantsCall(offer.name, json.dumps(complete(offer, arguments_of(offer, text), text)))
    if question.tool_choice != "required":
        return None
    match = find_tool(text, question.tools)
    offer = match.offer if match else question.tools[0]
    filled = match.filled if match else arguments_of(offer, text)
    return WantsCall(offer.name, json.dumps(complete(offer, filled, text)))


def _missing_answer(heard: Heard, tools: Sequence[ToolOffer]) -> WantsCall | None:
    """The call for which we asked one more thing, when this sentence gives it and asks for nothing else."""
    last = heard.before[-1] if heard.before else None
    if not isinstance(last, Utterer) or last.role != "assistant" or not (asked := _ASKED.match(last.text)):
        return None
    offer = next((offer for offer in tools if spoken_name(offer.name) == asked[1]), None)
    earlier = heard.said_before("user")
    if offer is None or not earlier:
        return None
    first, now = arguments_of(offer, earlier[-1]), arguments_of(offer, heard.text, whole=True)
    if find_intent(heard) and not now.arguments:
        return None
    arguments = {**now.arguments, **first.arguments}
    if any(name not in arguments for name in first.missing):
        return None
    return WantsCall(offer.name, json.dumps(arguments))


def _asked_sum(intent: Intent, text: str) -> Sum | None:
    """The sum that `intent` has found in `text`, when it is one and can be worked out."""
    try:
        return find_sum(text) if intent.name == "sum" else None
    except CalculationError:
        return None


def _about(intent: Intent, text: str) -> frozenset[str]:
    """Words of functions that do the same as `intent`: for a sum with one operation, also those that do only that."""
    found = _asked_sum(intent, text)
    signs = [sign for sign in found.expression.split() if sign in SUM_WORDS] if found else []
    return intent.about | SUM_WORDS[signs[0]] if len(signs) == 1 else intent.about


def _tool_wins(match: ToolMatch, intent: Intent, text: str) -> bool:
    """A function about the same thing takes the intent's place; one that is named wins over a loose keyword."""
    if not match.named:
        return False
    same = find_tool("", (match.offer,), _about(intent, text)) is not None
    return same or not intent.anchored or match.score >= 10.0


def _task(instructions: str, heard: Heard) -> str | None:
    """Work that the instructions of an out-of-band response ask for: a summary, or one word of several."""
    head = instructions.strip()[:200]
    if re.match(r"(please )?summar", head, re.IGNORECASE):
        turns: list[Utterer | PastCall] = [*heard.before]
        if heard.text:
            turns.append(Utterer("user", heard.text))
        found = find_intent(Heard("summary", turns, heard.world))
        return found[1] if found else None
    if re.match(r"(please )?(classify|categori[sz]e|label)", head, re.IGNORECASE):
        return _classify(head, " ".join([*heard.said_before("user"), heard.text]))
    return None


def _classify(instructions: str, text: str) -> str | None:
    """The option named in the instructions whose word the user said; "unknown" when none was."""
    listed = _OPTIONS.search(instructions)
    if listed is None:
        return None
    options = [
        part.strip(" '\"`?.") for part in re.split(r",|\bor\b|\band\b|/", listed[1]) if part.strip(" '\"`?.")
    ]
    return (
        next((option for option in options if option.lower() in text.lower()), "unknown") if options else None
    )


def _opening(instructions: str) -> str:
    """What to say when nobody said anything: what the instructions dictate, or a greeting."""
    dictated = _SAY_THIS.search(instructions)
    return dictated[1].strip() if dictated else f"Hello. I am the built-in demo responder. {HINT}"


def _not_understood(text: str, tools: Sequence[ToolOffer]) -> str:
    heard = text if len(text) <= 80 else text[:80].rsplit(" ", 1)[0] + " ..."
    names = [spoken_name(offer.name) for offer in tools[:5]]
    more = f" I can also call {', '.join(names)}." if names else ""
    return f"I heard '{heard}', but I only follow rules. {HINT}{more}"
