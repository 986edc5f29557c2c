"""A brain that says what it heard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from realtime_cli.server.engines.contract import CutShort, PastCall, Question, Thought, ToolOffer, Words


class EchoBrain:
    """Repeats the last turn, or a call's output, word by word."""

    name = "echo"
    banner = "Echo responder: it repeats what it hears."

    def phrases(self, tools: Sequence[ToolOffer]) -> Sequence[str]:
        """None: anything may be said to an echo."""
        return ()

    async def answer(self, question: Question) -> AsyncIterator[Thought]:
        """The words of the last turn, one by one."""
        last = question.history[-1] if question.history else None
        text = (last.output or "") if isinstance(last, PastCall) else last.text if last else ""
        words = re.findall(r"\s*\S+", text or "I heard nothing.")
        for word in words[: question.max_output_tokens]:
            yield Words(word)
            await asyncio.sleep(0)
        if question.max_output_tokens is not None and len(words) > question.max_output_tokens:
            yield CutShort("max_output_tokens")

    async def stop(self) -> None:
        """There is nothing to stop."""
