"""One pocketsphinx decoder in a process of its own: it holds the interpreter lock for whole calls.

Started as `full` it knows the general language model, as `domain` only the phrases it is given.

Frames in: `P` {"phrases"}; `B` {"id"} begins an utterance, `A` PCM16 at 16 kHz, `E` ends it, `X` forgets it. Frames
out: `R` when ready or `!` with the reason; `H` (so far) and `F` (final) {"id", "text", "score", "frames"};
`K` {"skipped"}: the phrases are known now, except for these words.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

from realtime_cli.server.engines.frames import Frame, claim_stdio, pack, read
from realtime_cli.server.engines.letter_sounds import phones_of

RATE_HZ: Final = 16_000
_HYPOTHESIS_EVERY_BYTES: Final = RATE_HZ // 10 * 2  # 100 ms
_VARIANT: Final = re.compile(r"\(\d+\)$")
_DOMAIN: Final = "domain"
_NOTHING: Final = {"text": "", "score": None, "frames": 0}


class Recogniser:
    """One decoder and the utterance it is in."""

    def __init__(self, decoder: Any, *, has_search: bool) -> None:
        self._decoder = decoder
        self._has_search = has_search
        self._domains = 0
        self._in_utterance = False
        self._unreported = 0
        self._last_text = ""

    def begin(self) -> None:
        """Begin an utterance; an unfinished one is forgotten."""
        self.forget()
        if self._has_search:
            self._decoder.start_utt()
            self._in_utterance = True
        self._unreported, self._last_text = 0, ""

    def feed(self, pcm: bytes) -> dict[str, Any] | None:
        """Take audio; about every 100 ms give the hypothesis, if it changed."""
        if not self._in_utterance:
            return None
        self._decoder.process_raw(pcm, False, False)
        self._unreported += len(pcm)
        if self._unreported < _HYPOTHESIS_EVERY_BYTES:
            return None
        self._unreported = 0
        hypothesis = self._hypothesis()
        return hypothesis if hypothesis["text"] else None

    def end(self) -> dict[str, Any]:
        """The final hypothesis."""
        if not self._in_utterance:
            return dict(_NOTHING)
        self._in_utterance = False
        self._decoder.end_utt()
        return self._hypothesis()

    def forget(self) -> None:
        """End the utterance without asking what it was. The decoder keeps what it learned about the channel."""
        if self._in_utterance:
            self._in_utterance = False
            self._decoder.end_utt()

    def learn(self, phrases: Sequence[str]) -> list[str]:
        """Make a language model of `phrases` and use it from now on.

        Returns:
            Words that were left out, because nobody knows how they sound.
        """
        from pocketsphinx.lm import ArpaBoLM

        self.forget()
        sentences, skipped = self._known_sentences(phrases)
        if not sentences:
            return skipped
        model = ArpaBoLM(text="\n".join(sentences), add_start=True)
        model.compute()
        old, name = f"{_DOMAIN}{self._domains}", f"{_DOMAIN}{self._domains + 1}"
        with tempfile.TemporaryDirectory(prefix="realtime-cli-") as folder:
            path = Path(folder) / "phrases.lm"
            with path.open("w", encoding="utf-8") as out:
                model.write(out)
            self._decoder.add_lm_file(name, str(path))
        self._decoder.activate_search(name)
        if self._domains:
            self._decoder.remove_search(old)
        self._domains += 1
        self._has_search = True
        return skipped

    def _known_sentences(self, phrases: Sequence[str]) -> tuple[list[str], list[str]]:
        """The phrases as lower-case words; one with a word that nobody knows to say is left out."""
        known: dict[str, bool] = {}
        sentences: list[str] = []
        for phrase in phrases:
            words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+", phrase.lower().replace("’", "'"))
            for word in words:
                if word not in known:
                    known[word] = self._knows(word)
            if words and all(known[word] for word in words):
                sentences.append(" ".join(words))
        return sentences, [word for word, is_known in known.items() if not is_known]

    def _knows(self, word: str) -> bool:
        if self._decoder.lookup_word(word) is not None:
            return True
        phones = phones_of(word)
        if phones is None:
            return False
        self._decoder.add_word(word, phones, False)
        return True

    def _hypothesis(self) -> dict[str, Any]:
        found = self._decoder.hyp()
        if found is None:
            return dict(_NOTHING)
        words = (_VARIANT.sub("", word) for word in found.hypstr.split())
        return {
            "text": " ".join(word for word in words if word[:1] not in ("<", "[")),
            # The score comes as a float close to 1; only its logarithm tells one hypothesis from another.
            "score": self._decoder.get_logmath().log(found.score),
            "frames": self._decoder.n_frames(),
        }


def serve(recogniser: Recogniser, source: BinaryIO, sink: BinaryIO) -> None:
    """Recognise until the stream ends."""
    number = 0
    while (frame := read(source)) is not None:
        if frame.kind == "B":
            number = int(frame.json()["id"])
        for kind, body in _answers(recogniser, frame):
            sink.write(pack(kind, {**body, "id": number}))


def _answers(recogniser: Recogniser, frame: Frame) -> list[tuple[str, dict[str, Any]]]:
    if frame.kind == "A":
        hypothesis = recogniser.feed(frame.body)
        return [("H", hypothesis)] if hypothesis else []
    if frame.kind == "B":
        recogniser.begin()
    elif frame.kind == "E":
        return [("F", recogniser.end())]
    elif frame.kind == "X":
        recogniser.forget()
    elif frame.kind == "P":
        return [("K", {"skipped": recogniser.learn(frame.json()["phrases"])})]
    return []


def main() -> None:
    """Load a decoder and serve; say why when that fails."""
    source, sink = claim_stdio()
    full = sys.argv[1:] == ["full"]
    try:
        from pocketsphinx import Decoder

        # The second pass (fwdflat) makes the end wait 40-240 ms and was not better on human speech.
        options: dict[str, Any] = {"fwdflat": False, "samprate": float(RATE_HZ), "loglevel": "FATAL"}
        decoder = Decoder(**options) if full else Decoder(lm=None, **options)
    except (ImportError, RuntimeError, ValueError) as exc:
        sink.write(pack("!", str(exc).encode()))
        return
    sink.write(pack("R"))
    try:
        serve(Recogniser(decoder, has_search=full), source, sink)
    except BrokenPipeError:
        return  # the other end is gone


if __name__ == "__main__":
    main()
