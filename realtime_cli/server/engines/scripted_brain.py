"""A brain that gives prepared answers in order: for tests, and for trying a client against known words."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final, TypeAlias

from realtime_cli.server.engines.contract import (
    EngineFailed,
    Question,
    Thought,
    ToolOffer,
    WantsCall,
    Words,
)

Answer: TypeAlias = str | WantsCall | EngineFailed | Sequence[Thought]
"""Text said in pieces of one word, a call, a failure to raise, or the exact pieces."""

RAN_DRY: Final = "The script has no more answers."


class ScriptedBrain:
    """Answers from a queue. `questions` keeps what it was asked."""

    name = "scripted"
    banner = "Scripted responder: it gives prepared answers."

    def __init__(self, answers: Iterable[Answer] = (), *, loop: bool = False) -> None:
        self._answers = deque(answers)
        self._loop = loop
        self.questions: list[Question] = []

    def add(self, answer: Answer) -> None:
        """Put one more answer at the end."""
        self._answers.append(answer)

    def phrases(self, tools: Sequence[ToolOffer]) -> Sequence[str]:
        """None: the script does not depend on what is said."""
        return ()

    async def answer(self, question: Question) -> AsyncIterator[Thought]:
        """The next prepared answer; `RAN_DRY` when there is none left.

        Raises:
            EngineFailed: When that was prepared.
        """
        self.questions.append(question)
        answer: Answer = self._answers.popleft() if self._answers else RAN_DRY
        if self._loop and answer is not RAN_DRY:
            self._answers.append(answer)
        if isinstance(answer, EngineFailed):
            raise answer
        for thought in _pieces(answer):
            yield thought
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """There is nothing to stop."""


def _pieces(answer: str | WantsCall | Sequence[Thought]) -> Sequence[Thought]:
    if isinstance(answer, str):
        return [Words(word) for word in re.findall(r"\s*\S+", answer)]
    return [answer] if isinstance(answer, WantsCall) else answer
