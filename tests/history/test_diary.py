"""The diary: an item is written when it is finished, and again when more is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from realtime_cli import protocol as p
from realtime_cli.history import catalog
from realtime_cli.history.diary import Diary
from realtime_cli.history.pen import DiaryPlan, Pen
from realtime_cli.history.records import ItemRecord
from realtime_cli.history.store import Store
from realtime_cli.session import facts as f
from realtime_cli.session.approvals import ToolTerms
from realtime_cli.session.past import PastWords
from tests.history.people import OPENING
from tests.support.facts import (
    Mind,
    begun,
    call_answer,
    call_item,
    ended,
    flushed,
    played,
    text_answer,
    typed_wish,
    user_turn,
    voice,
    voice_wish,
)

OFFSET_S = 1_000_000_000.0


class Kept(Mind):
    """A mind with a diary."""

    def __init__(self, folder: Path, mind: Mind, earlier: int = 0) -> None:
        self.__dict__.update(mind.__dict__)
        self.path = folder / "history.db"
        self.told: list[str] = []
        pen = Pen(DiaryPlan(self.path, OPENING), lambda _severity, text, _advice: self.told.append(text))
        self.diary = Diary(OPENING, pen, OFFSET_S, earlier)

    def tell(self, *facts: f.Fact) -> list[object]:  # type: ignore[override]
        told: list[object] = []
        for fact in facts:
            told += super().tell(fact)
            self.diary.note(fact, self.at_s, self.core.glance)
        return told

    def items(self, *, finish: bool = True) -> list[ItemRecord]:
        if finish:
            self.diary.finish(self.core.glance, self.at_s, 0, "")
        self.diary.close()
        store = Store.open(self.path)
        assert store.check() == []
        found = catalog.items(store, "" or catalog.conversations(store)[0].conversation_id, removed=True)
        store.close()
        return [item for item in found if item.kind != "notice"]


def shown(items: Sequence[ItemRecord]) -> list[tuple[str, str, str]]:
    return [(item.role, item.text, item.status) for item in items]


def test_what_was_said_is_kept_in_order_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(voice_wish()))
    kept.ready()
    kept.hear(*user_turn("u1", "hello there"))
    kept.hear(*text_answer("Hi."))
    assert shown(kept.items()) == [("user", "hello there", "completed"), ("assistant", "Hi.", "completed")]


def test_a_late_transcript_stands_above_its_answer(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(voice_wish()))
    kept.ready()
    kept.hear(*user_turn("u1", None))
    kept.hear(*text_answer("Hi."))
    kept.hear(p.ConversationItemInputAudioTranscriptionCompleted(item_id="u1", transcript="hello"))
    assert [item.text for item in kept.items()] == ["hello", "Hi."]


def test_what_was_really_heard_is_kept_in_milliseconds_and_words(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(voice_wish()))
    kept.ready()
    kept.hear(*user_turn("u1", "tell me"))
    kept.hear(*begun(), *voice(1000, "one two three four five six seven eight nine ten"))
    kept.tell(played("a1", 400))
    kept.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))
    kept.tell(flushed(a1=500))
    kept.hear(*ended())
    answer = next(item for item in kept.items() if item.role == "assistant")
    assert answer.status == "interrupted"
    assert answer.heard_ms == 500
    assert answer.text == answer.heard_text
    assert 0 < len(answer.text) < 48


def test_an_answer_nobody_heard_is_marked_not_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(voice_wish()))
    kept.ready()
    kept.hear(*user_turn("u1", "tell me"))
    kept.hear(*begun(), *voice(1000, "never heard"))
    kept.hear(*ended())
    kept.hear(p.InputAudioBufferSpeechStarted(item_id="u2"))
    kept.tell(flushed(a1=0))
    answers = [item for item in kept.items() if item.role == "assistant"]
    assert [item.status for item in answers] in ([], ["removed"], ["interrupted"])
    assert all(item.heard_text == "" for item in answers)


def test_calls_are_kept_with_their_results(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(typed_wish()))
    kept.ready()
    kept.tell(f.PromptTyped("roll"))
    kept.hear(*call_answer(call_item("c1")))
    kept.tell(f.ToolReturned("c1", "you rolled 4"))
    call = next(item for item in kept.items() if item.kind == "call")
    assert (call.call_id, call.output, call.status) == ("c1", "you rolled 4", "done")
    assert (call.approval, call.written) == ("auto", "")


def test_the_users_verdict_is_kept_with_what_the_model_had_written(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(typed_wish(tools={"clock": ToolTerms("ask")})))
    kept.ready()
    kept.tell(f.PromptTyped("roll"))
    first, second = call_item("c1"), call_item("c2")
    kept.hear(*call_answer(first, second))
    kept.tell(f.ApprovalGiven("c1", "yes", '{"sides": 20}'), f.ApprovalGiven("c2", "no"))
    kept.tell(f.ToolReturned("c1", "you rolled 17"))
    calls = [item for item in kept.items() if item.kind == "call"]
    assert (calls[0].approval, calls[0].arguments) == ("edited", '{"sides": 20}')
    assert calls[0].written == first.arguments
    assert (calls[1].approval, calls[1].written) == ("no", "")


def test_after_a_crash_everything_finished_is_there(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(typed_wish()))
    kept.ready()
    kept.tell(f.PromptTyped("first"))
    kept.hear(*text_answer("answer"))
    kept.tell(f.PromptTyped("second"))
    kept.hear(*begun("r2", "a2"))
    assert [item.text for item in kept.items(finish=False)] == ["first", "answer", "second"]


def test_after_a_reconnection_nothing_is_there_twice(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(typed_wish()))
    kept.ready()
    kept.tell(f.PromptTyped("first"))
    kept.hear(*text_answer("answer"))
    kept.tell(f.ConnectionLost(1006, ""))
    kept.wait(10)
    kept.connect(attempt=2)
    kept.tell(f.PromptTyped("second"))
    kept.hear(*text_answer("again", "r2", "a2"))
    assert [item.text for item in kept.items()] == ["first", "answer", "second", "again"]


def test_what_an_earlier_run_wrote_is_not_written_again(tmp_path: Path) -> None:
    earlier = (PastWords("user", "long ago"), PastWords("assistant", "yes"))
    kept = Kept(tmp_path, Mind(typed_wish(earlier=earlier)), earlier=2)
    kept.ready()
    kept.tell(f.PromptTyped("now"))
    assert [item.text for item in kept.items()] == ["now"]


def test_usage_is_kept_by_kind(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(typed_wish()))
    kept.ready()
    details = p.InputTokenDetails(text_tokens=80, audio_tokens=20, cached_tokens=30)
    usage = p.Usage(total_tokens=107, input_tokens=100, output_tokens=7, input_token_details=details)
    kept.hear(p.ResponseDone(response=p.Response(id="r1", status="completed", usage=usage)))
    kept.items()
    store = Store.open(kept.path)
    (found,) = catalog.usages(store)
    assert (found.input_text, found.input_audio, found.cached_text, found.total) == (80, 20, 30, 107)
    store.close()


def test_a_folder_that_cannot_be_written_is_told_once_and_the_session_goes_on(tmp_path: Path) -> None:
    (tmp_path / "history.db").mkdir()
    kept = Kept(tmp_path, Mind(typed_wish()))
    kept.ready()
    kept.tell(f.PromptTyped("hello"))
    kept.hear(*text_answer("Hi."))
    kept.diary.finish(kept.core.glance, kept.at_s, 0, "")
    kept.diary.close()
    assert len(kept.told) == 1
    assert "not kept any more" in kept.told[0]
    assert kept.lines() == ["user: hello", "assistant: Hi."]


def test_a_full_disk_is_told_once_and_what_was_written_stays_readable(tmp_path: Path) -> None:
    kept = Kept(tmp_path, Mind(typed_wish()))
    kept.ready()
    kept.tell(f.PromptTyped("first"))
    kept.hear(*text_answer("answer"))
    pen = kept.diary._pen
    assert isinstance(pen, Pen)
    pen._writer.settle(10.0)  # it opens the file in its own thread
    assert pen._store is not None
    pen._store.db.execute("PRAGMA max_page_count = 1")  # SQLite's own word for a disk without room
    for number in range(40):
        kept.tell(f.PromptTyped("much to say " * 500))
        kept.hear(*text_answer("word " * 500, f"r{number + 2}", f"a{number + 2}"))
    found = kept.items()
    assert len(kept.told) == 1
    assert "full" in kept.told[0]
    assert [item.text for item in found[:2]] == ["first", "answer"]
    assert len(kept.lines()) == 82
