"""Lines break and sessions end at any moment: nothing that was said is lost, said twice, or answered twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.history import catalog
from realtime_cli.history.diary import Diary
from realtime_cli.history.pen import DiaryPlan, Pen
from realtime_cli.history.records import ItemRecord, Opening
from realtime_cli.history.store import Store
from realtime_cli.server import vocabulary as v
from realtime_cli.server.conversation import history
from realtime_cli.server.engines.contract import Question, Utterer
from realtime_cli.server.options import ServerOptions
from realtime_cli.session import facts as f
from realtime_cli.session.state import ConnectionState, PlayoutState, ResponseState, Spoken, UserState
from realtime_cli.session.wish import Wish
from tests.support.facts import key_wish, typed_wish, voice_config, voice_wish
from tests.support.pair import BLOCK_FRAMES, Pair

LOUDEST = 0x2000
MAX_SESSION_S = 40.0

Step: TypeAlias = tuple[str, float]


class Remembered(Pair):
    """A pair whose ears know which utterance they hear, whose brain says what it answers, and with a diary.

    The n-th thing the user says or types is `said n`. Each answer names all that it answers.
    """

    def __init__(self, wish: Wish, folder: Path) -> None:
        super().__init__(wish, p.GA, options=ServerOptions(max_session_s=MAX_SESSION_S))
        self.count = 0
        self.typed = self.spoke = False
        self._sounds: dict[str, bytearray] = {}
        self._sample = 0
        opening = Opening("talk", "local", "pair")
        self.diary = Diary(opening, Pen(DiaryPlan(folder / "history.db", opening), self._told), 1e9)

    @staticmethod
    def _told(severity: str, text: str, advice: str) -> None:
        raise AssertionError(text)

    def tell(self, *facts: f.Fact) -> None:
        for fact in facts:
            if isinstance(fact, f.MicHeard) and self._sample:
                fact = f.MicHeard(self._sample.to_bytes(2, "little") * BLOCK_FRAMES, -20.0)
            super().tell(fact)
            self.diary.note(fact, self.at_s, self.client.glance)

    def say(self, seconds: float, *, keyed: bool) -> None:
        """Say the next thing, then be silent for long enough that the turn is over."""
        self.count += 1
        self.spoke = True
        if keyed:
            self.tell(f.TalkKeyPressed())
        self._sample = LOUDEST + 64 * self.count
        self.run(seconds)
        self._sample = 0
        if keyed:
            self.tell(f.TalkKeyReleased())
        self.run(0.7)

    def type(self) -> None:
        self.count += 1
        self.typed = True
        self.tell(f.PromptTyped(f"said {self.count}"))

    def context(self) -> list[Utterer]:
        """What the present session of the server knows; sound that it has not written down yet, too."""
        assert self._server is not None
        known: list[Utterer] = []
        for entry in self._server._session.conversation.entries:
            for one in history([entry]):
                assert isinstance(one, Utterer)
                known.append(one if entry.words is not None else Utterer(one.role, _words(entry.audio)))
        return known

    def kept(self) -> list[ItemRecord]:
        """What the history holds."""
        self.diary.finish(self.client.glance, self.at_s, 0, "")
        self.diary.close()
        store = Store.open(self.diary._pen._plan.path)  # type: ignore[attr-defined]
        try:
            (row,) = catalog.conversations(store)
            return [item for item in catalog.items(store, row.conversation_id) if item.kind == "message"]
        finally:
            store.close()

    def _do(self, command: v.ServerCommand) -> None:
        match command:
            case v.Feed(item_id=item_id, pcm=pcm):
                self._sounds.setdefault(item_id, bytearray()).extend(pcm)
            case v.Transcribe(item_id=item_id):
                words = _words(bytes(self._sounds.pop(item_id, b"")))
                self._later(0.25, v.EngineTranscribed(item_id, words))
            case _:
                super()._do(command)

    def _reply(self, response_id: str, question: Question) -> None:
        open_ends: list[str] = []
        for one in reversed(question.history):
            if isinstance(one, Utterer) and one.role == "user":
                open_ends.insert(0, one.text)
                continue
            break
        self._replies.clear()
        self._replies.append([f"To {' '.join(open_ends) or 'nobody'}.", " That is all there is to say."])
        super()._reply(response_id, question)


def _words(pcm: bytes | bytearray) -> str:
    """The utterances in a piece of sound, each of which has a loudness of its own."""
    samples = np.frombuffer(bytes(pcm), np.int16).astype(int) - LOUDEST
    numbers = samples[(samples > 0) & (samples % 64 == 0)] // 64
    return " ".join(f"said {number}" for number in dict.fromkeys(numbers.tolist()))


@contextmanager
def remembered(wish: Wish) -> Iterator[Remembered]:
    with tempfile.TemporaryDirectory() as name:
        pair = Remembered(wish, Path(name))
        try:
            pair.begin()
            yield pair
        finally:
            pair.diary.close()


def live(pair: Remembered, steps: list[Step], *, keyed: bool) -> None:
    for kind, seconds in steps:
        match kind:
            case "say":
                pair.say(seconds, keyed=keyed)
            case "say and drop":  # the line breaks while the user speaks
                pair._in(seconds / 2, pair.drop)
                pair.say(seconds, keyed=keyed)
            case "type":
                pair.type()
            case "drop":
                pair.drop()
            case "sleep":
                pair.tell(f.Awoke(seconds * 100))
        pair.run(seconds)
    for _ in range(20):
        pair.run(3.0)
        if _is_quiet(pair):
            break
    assert pair.finish is None, pair.finish
    assert _is_quiet(pair), pair.state


def _is_quiet(pair: Remembered) -> bool:
    state = pair.state
    return (state.connection, state.response, state.playout, state.user) == (
        ConnectionState.READY,
        ResponseState.NONE,
        PlayoutState.QUIET,
        UserState.SILENT,
    )


def everything_is_there_once(pair: Remembered, *, written: bool = True) -> None:
    """On the screen, in the new session's context, in the history: all that was said, once, in order."""
    shown = [entry for entry in pair.state.entries if isinstance(entry, Spoken)]
    context = pair.context()
    told = [one for one in context if one.role == "user"]
    seen = [entry for entry in shown if entry.role == "user"]
    if pair.typed and pair.spoke:  # what is typed while the user still speaks comes before or after that
        told.sort(key=lambda one: _numbers(one.text))
        seen.sort(key=lambda entry: _numbers(entry.text))
    said = [number for one in told for number in _numbers(one.text)]
    assert said == list(range(1, pair.count + 1)), pair.lines()
    assert len(seen) == len(told), (context, pair.lines())
    assert [entry.text for entry in seen] == [one.text for one in told] or not written, pair.lines()
    assert [one.role for one in context] == [entry.role for entry in shown], (context, pair.lines())
    answers = [entry.text for entry in shown if entry.role == "assistant"]
    begun = [text.split(".")[0] for text in answers if "." in text]  # some were interrupted before that
    assert len(set(begun)) == len(begun), answers
    if not (pair.typed and pair.spoke):  # what is typed while the user speaks may share the answer to that
        assert not any("nobody" in text for text in answers), pair.lines()
    assert shown[-1].role == "assistant" or not shown, pair.lines()  # the last words have their answer
    assert [(item.role, item.text) for item in pair.kept()] == [(entry.role, entry.text) for entry in shown]


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split() if word.isdecimal()]


def wish_of(mode: str) -> Wish:
    more = {"max_retries": 1_000, "session_limit_s": MAX_SESSION_S}
    match mode:
        case "typed":
            return typed_wish(**more)
        case "keyed":
            return key_wish(**more)
        case "unwritten":
            return voice_wish(config=voice_config(transcribed=False), **more)
        case _:
            return voice_wish(**more)


def times(least_s: float, most_s: float) -> st.SearchStrategy[float]:
    return st.integers(round(least_s / 0.02), round(most_s / 0.02)).map(lambda blocks: blocks * 0.02)


def steps(*kinds: str) -> st.SearchStrategy[list[Step]]:
    one = st.tuples(st.sampled_from(kinds), times(0.3, 4.0))
    return st.lists(one, max_size=12)


# Failures are told as they were found: making a life of minutes smaller takes minutes.
LIVES = settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
BREAKS = ("drop", "sleep", "wait")


@LIVES
@given(steps("type", *BREAKS))
@example(actions=[("type", 2.48), ("drop", 0.3), ("type", 0.3), ("type", 3.3)])
def test_typed_conversations_survive_whatever_happens_to_the_line(actions: list[Step]) -> None:
    with remembered(wish_of("typed")) as pair:
        live(pair, [*actions, ("type", 1.0)], keyed=False)
        everything_is_there_once(pair)


@pytest.mark.parametrize("mode", ["spoken", "keyed"])
@LIVES
@given(actions=steps("say", "say", "type", "say and drop", *BREAKS))
@example(actions=[("say", 0.3), ("drop", 0.3)])
def test_spoken_conversations_survive_whatever_happens_to_the_line(mode: str, actions: list[Step]) -> None:
    with remembered(wish_of(mode)) as pair:
        live(pair, [*actions, ("say", 1.0)], keyed=mode == "keyed")
        everything_is_there_once(pair)


@LIVES
@given(steps("say", "type", "say and drop", *BREAKS))
def test_turns_that_nobody_writes_down_are_told_to_the_next_session_as_sound(actions: list[Step]) -> None:
    with remembered(wish_of("unwritten")) as pair:
        live(pair, [*actions, ("say", 1.0)], keyed=False)
        everything_is_there_once(pair, written=False)
