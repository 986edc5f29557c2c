"""Asks the model for a title of the conversation, once, beside the conversation, after its first answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from realtime_cli.protocol import ResponseConfig, ResponseDone
from realtime_cli.runtime.witness import Post, Watched
from realtime_cli.session.facts import Fact, ServerSaid
from realtime_cli.session.request_facts import AskedAside
from realtime_cli.session.state import Spoken

QUESTION: Final = (
    "Give this conversation a title of at most six words, in its own language. Answer with the title alone."
)
MARK: Final = (("purpose", "title"),)
_LONGEST_CHARS: Final = 80


class TitleWatch:
    """One title for one conversation.

    Args:
        post: Asks.
        titled: Gets the title.
    """

    def __init__(self, post: Post, titled: Callable[[str], None]) -> None:
        self._post = post
        self._titled = titled
        self._asked = False
        self._done = False

    def note(self, fact: Fact, mind: Watched) -> None:
        """After the first answer, ask; after the answer to that, take it."""
        if self._done or not (isinstance(fact, ServerSaid) and isinstance(fact.event, ResponseDone)):
            return
        state = mind.state
        if not self._asked:
            if any(isinstance(entry, Spoken) and entry.role == "assistant" for entry in state.entries):
                self._asked = True
                self._post(AskedAside(QUESTION, MARK, config=ResponseConfig(output_modalities=("text",))))
            return
        for aside in state.asides:
            if aside.question == QUESTION and aside.over:
                self._done = True
                title = " ".join(aside.text.split()).strip("\"'“”„.")
                if title and aside.status == "completed":
                    self._titled(title[:_LONGEST_CHARS])
