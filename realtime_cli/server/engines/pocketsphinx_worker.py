"""One pocketsphinx decoder in a process of its own: it holds the interpreter lock for whole calls.

Started as `full` it knows the general language model, as `domain` only the phrases it is given.

Frames in: `P` {"phrases"}; `B` {"id"} begins an utterance, `A` PCM16 at 16 kHz, `E` ends it, `X` forgets it. Frames
out: `R` when ready or `!` with the reason; `H` (so far) and `F` (final) {"id", "text", "score", "frames"};
`K` {"skipped"}: the phrases are known now, except for these words; with
"error", why they are not.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, BinaryIO, Final

from realtime_cli.server.engines.frames import Frame, claim_stdio, pack, read
from realtime_cli.server.engines.letter_sounds import phones_of

RATE_HZ: Final = 16_000
_HYPOTHESIS_EVERY_BYTES: Final = RATE_HZ // 10 * 2  # 100 ms
_VARIANT: Final = re.compile(r"\(\d+\)$")
OPTIONS: Final[dict[str, Any]] = {"fwdflat": False, "samprate": float(RATE_HZ), "loglevel": "FATAL"}
"""The second pass (fwdflat) makes the end wait 40-240 ms and was not better on human speech."""

_NOTHING: Final = {"text": "", "score": None, "frames": 0}


class Recogniser:
    """One decoder, None before the first phrases came, and the utterance it is in."""

    def __init__(self, decoder: Any | None) -> None:
        self._decoder = decoder
        self._in_utterance = False
        self._unreported = 0

    def begin(self) -> None:
        """Begin an utterance; an unfinished one is forgotten."""
        self.forget()
        self._unreported = 0
        if self._decoder is not None:
            self._decoder.start_utt()
            self._in_utterance = True

    def feed(self, pcm: bytes) -> dict[str, Any] | None:
        """Take audio; about every 100 ms give the hypothesis."""
        if not self._in_utterance or self._decoder is None:
            return None
        self._decoder.process_raw(pcm, False, False)
        self._unreported += len(pcm)
        if self._unreported < _HYPOTHESIS_EVERY_BYTES:
            return None
        self._unreported = 0
        return self._hypothesis()

    def end(self) -> dict[str, Any]:
        """The final hypothesis."""
        if not self._in_utterance or self._decoder is None:
            return dict(_NOTHING)
        self._in_utterance = False
        self._decoder.end_utt()
        return self._hypothesis()

    def forget(self) -> None:
        """End the utterance without asking what it was. The decoder keeps what it learned about the channel."""
        if self._in_utterance and self._decoder is not None:
            self._in_utterance = False
            self._decoder.end_utt()

    def learn(self, phrases: Sequence[str]) -> list[str]:
        """Make a small dictionary and a language model of `phrases` and use them from now on.

        A decoder with a dictionary of its own is there after 50 ms; the large one would take 600 ms again each time.

        Returns:
            Words that were left out, because nobody knows how they sound.
        """
        from pocketsphinx import Decoder
        from pocketsphinx.lm import ArpaBoLM

        self.forget()
        sentences = [words for phrase in phrases if (words := _words(phrase))]
        sounds = sounds_of({word for words in sentences for word in words})
        skipped = sorted({word for words in sentences for word in words if word not in sounds})
        known = [" ".join(words) for words in sentences if all(word in sounds for word in words)]
        if not known:
            return skipped
        model = ArpaBoLM(text="\n".join(known), add_start=True)
        model.compute()
        channel = self._decoder.get_cmn() if self._decoder is not None else None
        with tempfile.TemporaryDirectory(prefix="realtime-cli-") as folder:
            grammar, dictionary = Path(folder) / "phrases.lm", Path(folder) / "phrases.dict"
            dictionary.write_text(
                "".join(line for lines in sounds.values() for line in lines), encoding="utf-8"
            )
            with grammar.open("w", encoding="utf-8") as out:
                model.write(out)
            self._decoder = Decoder(lm=str(grammar), dict=str(dictionary), **OPTIONS)
        if channel is not None:
            self._decoder.set_cmn(channel)
        return skipped

    def _hypothesis(self) -> dict[str, Any]:
        if self._decoder is None:
            return dict(_NOTHING)
        found, frames = self._decoder.hyp(), self._decoder.n_frames()
        if found is None:
            return {**_NOTHING, "frames": frames}
        words = (_VARIANT.sub("", word) for word in found.hypstr.split())
        return {
            "text": " ".join(word for word in words if word[:1] not in ("<", "[")),
            # The score comes as a float close to 1; only its logarithm tells one hypothesis from another.
            "score": self._decoder.get_logmath().log(found.score),
            "frames": frames,
        }


def _words(phrase: str) -> list[str]:
    """Lower-case words of a phrase; one with digits or other signs is no sentence for a recogniser."""
    text = phrase.lower().replace("’", "'")
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text) if not re.search(r"[^a-z' .,:;!?-]", text) else []


def sounds_of(words: AbstractSet[str]) -> dict[str, list[str]]:
    """Lines of a dictionary for each word: from the one in the package, else guessed from the letters."""
    from pocketsphinx import get_model_path

    found: dict[str, list[str]] = {}
    with Path(get_model_path("en-us/cmudict-en-us.dict")).open(encoding="utf-8") as lines:
        for line in lines:
            word = _VARIANT.sub("", line.split(" ", 1)[0])
            if word in words:
                found.setdefault(word, []).append(line)
    for word in words - found.keys():
        if phones := phones_of(word):
            found[word] = [f"{word} {phones}\n"]
    return found


def serve(recogniser: Recogniser, source: BinaryIO, sink: BinaryIO) -> None:
    """Recognise until the stream ends."""
    number = 0
    while (frame := read(source)) is not None:
        if frame.kind == "B":
            number = int(frame.json()["id"])
        sink.writelines(pack(kind, {**body, "id": number}) for kind, body in _answers(recogniser, frame))


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
        try:
            return [("K", {"skipped": recogniser.learn(frame.json()["phrases"])})]
        except (OSError, RuntimeError, ValueError, ArithmeticError) as exc:
            return [("K", {"skipped": [], "error": str(exc)})]  # the phrases known before stay in use
    return []


def main() -> None:
    """Load a decoder and serve; say why when that fails."""
    source, sink = claim_stdio()
    try:
        from pocketsphinx import Decoder

        decoder = Decoder(**OPTIONS) if sys.argv[1:] == ["full"] else None
    except (ImportError, RuntimeError, ValueError) as exc:
        sink.write(pack("!", str(exc).encode()))
        return
    sink.write(pack("R"))
    try:
        serve(Recogniser(decoder), source, sink)
    except BrokenPipeError:
        return  # the other end is gone


if __name__ == "__main__":
    main()
