"""The journal: everything for an exact replay, but no keys, and no sound unless it is wanted."""

import stat
from pathlib import Path

import pytest

from realtime_cli import protocol as p
from realtime_cli.errors import InputError, RecordingError
from realtime_cli.history.journal import Journal, hidden, read
from realtime_cli.runtime.replay import replay
from realtime_cli.session import facts as f
from realtime_cli.session import request_facts
from realtime_cli.session.past import PastCall, PastWords
from tests.support.facts import (
    Mind,
    begun,
    call_answer,
    call_item,
    ended,
    flushed,
    mic,
    played,
    text_answer,
    user_turn,
    voice,
    voice_wish,
)


class Written(Mind):
    """A mind with a journal."""

    def __init__(self, path: Path, *, sound: bool = False, **wishes: object) -> None:
        super().__init__(voice_wish(**wishes))
        self.journal = Journal(path, sound=sound, lost=lambda error: pytest.fail(str(error)))
        self.wished = self.core._desk.wish

    def begin(self) -> list[object]:  # type: ignore[override]
        told = super().begin()
        self.journal.begin(self.wished, p.ALL, self.at_s, told)
        return list(told)

    def tell(self, *facts: f.Fact) -> list[object]:  # type: ignore[override]
        told: list[object] = []
        for fact in facts:
            commands = super().tell(fact)
            self.journal.note(fact, self.at_s, commands)
            told += commands
        return told


def whole_session(path: Path, *, sound: bool = False) -> Written:
    mind = Written(
        path, sound=sound, earlier=(PastWords("user", "before"), PastCall("c0", "dice", "{}", "4"))
    )
    mind.ready()
    mind.tell(*(mic(level_dbfs=-30.0) for _ in range(20)))
    mind.hear(*user_turn("u1", "tell me"))
    mind.hear(*begun(), *voice(600, "one two three four five six seven"))
    mind.tell(played("a1", 200), f.InterruptPressed(), flushed(a1=220))
    mind.hear(*ended(), p.Unrecognized("session.novelty", {"type": "session.novelty", "x": [1, None]}))
    mind.tell(f.PromptTyped("dice"))
    mind.hear(*call_answer(call_item("c1"), response_id="r2"))
    mind.tell(f.ToolReturned("c1", "4"))
    mind.hear(*text_answer("Four.", "r3", "a3"))
    mind.tell(f.ConnectionLost(None, ""), f.TimerFired("reconnect"))
    mind.connect(attempt=2)
    mind.tell(f.QuitPressed())
    mind.journal.close()
    return mind


@pytest.mark.parametrize("sound", [False, True])
def test_a_replay_does_exactly_the_same(tmp_path: Path, sound: bool) -> None:
    path = tmp_path / "a.journal"
    mind = whole_session(path, sound=sound)
    done = replay(path)
    assert done.difference is None
    assert done.state.entries == mind.see().entries
    assert done.facts > 40


def test_only_the_user_may_read_it_and_there_is_no_sound_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    whole_session(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert "AAAAAAAA" not in text
    assert "~silence:" in text


def test_the_first_difference_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    whole_session(path)
    lines = path.read_text().splitlines(keepends=True)
    index = next(number for number, line in enumerate(lines) if '"PromptTyped"' in line)
    lines[index] = lines[index].replace('"text":"dice"', '"text":"mice"', 1)
    path.write_text("".join(lines))
    done = replay(path)
    assert done.difference is not None
    assert (done.difference.line, done.difference.fact) == (index + 1, "PromptTyped")
    assert "dice" in done.difference.recorded
    assert "mice" in done.difference.replayed


def test_a_last_line_cut_by_a_crash_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    whole_session(path)
    path.write_bytes(path.read_bytes()[:-30])
    assert replay(path).difference is None


@pytest.mark.parametrize("text", ["", "hello\n", '{"journal": 99}\n', "[1]\n", '{"journal": 1}\n'])
def test_what_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.journal"
    path.write_text(text)
    with pytest.raises(InputError):
        replay(path)


def test_keys_never_get_in() -> None:
    line = '{"authorization":"Bearer abcdefghijkl","text":"my key is sk-abcdefghijklmnop","password":"p\\"w"}'
    clean = hidden(line, sound=True)
    assert "abcdefgh" not in clean
    assert 'p\\"w' not in clean
    assert hidden(clean, sound=True) == clean


def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        Journal(tmp_path / "no" / "a.journal", sound=False, lost=lambda _: None)


def test_every_fact_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    mind = Written(path)
    mind.begin()
    facts: list[f.Fact] = [
        f.DeviceChanged("speaker", "box", "gone"),
        f.Awoke(30.5),
        f.NewsArrived("warning", "x", "y"),
        request_facts.ItemPut(p.MessageItem(role="user", content=(p.InputText("hi"),)), answer=True),
        f.ApprovalGiven("c1", "always", "{}"),
        request_facts.TurnsChanged(p.ServerVad(silence_duration_ms=300)),
        request_facts.SessionChanged(p.SessionConfig(instructions="be brief")),
    ]
    mind.tell(*facts)
    mind.journal.close()
    assert [fact for _, fact, _ in read(path)][1:] == facts
