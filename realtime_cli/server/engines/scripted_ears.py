"""Ears that hear prepared sentences, and ears that hear nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from realtime_cli.server.engines.contract import EngineFailed, Transcript

_PARTIAL_EVERY_BYTES = 9_600  # 200 ms: one more word each


class ScriptedEars:
    """Transcripts from a queue, one for each utterance finished; "" when the queue is empty.

    `phrases` is what was last expected, `heard_bytes` how much audio each finished utterance had.
    """

    name = "scripted"
    languages: Sequence[str] = ()

    def __init__(self, transcripts: Iterable[str | EngineFailed] = (), *, loop: bool = False) -> None:
        self._transcripts = deque(transcripts)
        self._loop = loop
        self.phrases: Sequence[str] = ()
        self.heard_bytes: list[int] = []

    def add(self, transcript: str | EngineFailed) -> None:
        """Put one more transcript at the end."""
        self._transcripts.append(transcript)

    async def start(self) -> None:
        """There is nothing to load."""

    def listen(
        self, on_partial: Callable[[str], None] | None = None, language: str = ""
    ) -> ScriptedUtterance:
        """Begin an utterance; partials come with each 200 ms of audio, a word at a time."""
        return ScriptedUtterance(self, on_partial)

    def expect(self, phrases: Sequence[str]) -> None:
        """Keep them for the test to see."""
        self.phrases = tuple(phrases)

    async def stop(self) -> None:
        """There is nothing to stop."""

    def peek(self) -> str | EngineFailed:
        """What the next finished utterance will say."""
        return self._transcripts[0] if self._transcripts else ""

    def take(self, heard_bytes: int) -> str | EngineFailed:
        """Take the next transcript."""
        self.heard_bytes.append(heard_bytes)
        if not self._transcripts:
            return ""
        transcript = self._transcripts.popleft()
        if self._loop:
            self._transcripts.append(transcript)
        return transcript


class ScriptedUtterance:
    """One utterance of `ScriptedEars`."""

    def __init__(self, ears: ScriptedEars, on_partial: Callable[[str], None] | None) -> None:
        self._ears = ears
        self._on_partial = on_partial
        self._bytes = 0
        self._words_told = 0

    async def feed(self, pcm: bytes) -> None:
        """Count the audio and tell the words whose time has come, except the last."""
        self._bytes += len(pcm)
        transcript = self._ears.peek()
        if self._on_partial is None or not isinstance(transcript, str):
            return
        words = transcript.split()
        told = min(len(words) - 1, self._bytes // _PARTIAL_EVERY_BYTES)
        if told > self._words_told:
            self._words_told = told
            self._on_partial(" ".join(words[:told]))

    async def finish(self) -> Transcript:
        """The next transcript of the queue.

        Raises:
            EngineFailed: When that was prepared.
        """
        transcript = self._ears.take(self._bytes)
        if isinstance(transcript, EngineFailed):
            raise transcript
        return Transcript(transcript)

    async def discard(self) -> None:
        """Leave the queue as it is."""


class NoEars(ScriptedEars):
    """Stands in when no recogniser is installed: every transcript is ""."""

    name = "none"
    languages: Sequence[str] = ()
