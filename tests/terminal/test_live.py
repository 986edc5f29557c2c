"""The live view on an emulated screen."""

from __future__ import annotations

import io
import os

import pytest
from msgspec.structs import replace

from realtime_cli.session.state import SessionState, Spoken
from realtime_cli.terminal.contract import KeysPicture, OutputClosed, PromptLine
from realtime_cli.terminal.live import LiveView, ScreenConsole
from realtime_cli.terminal.theme import Theme
from tests.terminal.screen import Screen
from tests.terminal.states import (
    ANSWER,
    ANSWERED,
    CALLED,
    CALLING,
    HEARING,
    NOW_S,
    PLUG,
    QUESTION,
    READY,
    SPEAKING,
    THINKING,
)


class Tty(io.StringIO):
    """An output that goes to the emulated screen."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self.screen = screen
        self.writes = 0

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.writes += 1
        self.screen.feed(text)
        return len(text)


class Desk:
    """A live view and the screen it draws on."""

    def __init__(self, width: int = 80, height: int = 24, *, reflows: bool = False) -> None:
        self.screen = Screen(width, height)
        self.tty = Tty(self.screen)
        self.console = ScreenConsole(
            file=self.tty,
            force_terminal=True,
            width=width,
            height=height,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self.view = LiveView(self.console, Theme(reflows=reflows), provider="openai")

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(width, height)
        self.console.width, self.console.height = width, height


def conversation(turns: int) -> SessionState:
    entries = [
        entry
        for number in range(turns)
        for entry in (
            Spoken(f"q{number}", "user", f"question {number}", 20, True),
            Spoken(f"a{number}", "assistant", f"answer-{number}- " * 12, 200, True),
        )
    ]
    return replace(READY, entries=tuple(entries), settled=len(entries))


def test_the_region_shows_the_state_and_changes_in_place() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(HEARING, NOW_S)
    assert desk.screen.cursor_hidden
    assert desk.screen.shown[0].startswith("you        what time is")
    assert "● hearing you" in desk.screen.text
    desk.view.update(THINKING, NOW_S)
    assert "◐ thinking" in desk.screen.text
    assert "hearing" not in desk.screen.text
    assert desk.screen.text.count("openai") == 1


def test_settled_entries_are_printed_once_above_the_region() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(CALLING, NOW_S)
    desk.view.update(replace(SPEAKING, settled=1), NOW_S)
    assert desk.screen.text.count("what time") == desk.screen.text.count("◆ speaking") == 1
    desk.view.update(replace(READY, entries=(QUESTION, CALLED, ANSWERED), settled=3), NOW_S)
    assert desk.screen.shown[:4] == [
        "you        what time is it in Berlin",
        '         ƒ clock_time(zone="Europe/Berlin")  ✓ 0.2 s',
        "            → 15:20",
        "assistant  It is twenty past three in the afternoon in Berlin.",
    ]
    assert desk.screen.text.count("what time") == 1
    assert desk.screen.shown[4:6][-1].startswith("○ listening")


def test_nothing_is_written_when_nothing_changed() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(SPEAKING, NOW_S)
    before = desk.tty.writes
    desk.view.update(SPEAKING, NOW_S + 0.1)
    desk.view.update(replace(SPEAKING, mic_dbfs=-52.001, session_id="other"), NOW_S + 0.2)
    assert desk.tty.writes == before


def test_meters_sink_instead_of_jumping() -> None:
    desk = Desk()
    desk.view.start()
    loud = replace(READY, mic_dbfs=-10.0)
    quiet = replace(READY, mic_dbfs=-100.0)
    shown = []
    for number, state in enumerate((loud, quiet, quiet, loud)):
        desk.view.update(state, NOW_S + number * 0.1)
        bar, count = desk.screen.shown[0].split("▕")[1].split("dB")[0].rsplit("▏", 1)
        shown.append((bar.count("█"), "╵" in bar, count.strip()))
    assert [cells for cells, _, _ in shown] == [5, 5, 4, 5]
    assert [number for _, _, number in shown] == ["-10"] * 4
    assert [mark for _, mark, _ in shown] == [False, False, True, False]
    desk.view.update(quiet, NOW_S + 3.0)
    assert "-10 dB" not in desk.screen.shown[0]


def test_one_picture_is_one_write() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(THINKING, NOW_S)
    before = desk.tty.writes
    desk.view.update(replace(SPEAKING, settled=2), NOW_S)
    assert desk.tty.writes == before + 1


def test_a_long_conversation_fills_the_scrollback_without_gaps_or_doubles() -> None:
    desk = Desk(60, 12)
    desk.view.start()
    whole = conversation(30)
    for settled in range(0, len(whole.entries) + 1):
        desk.view.update(replace(whole, entries=whole.entries[: settled + 1], settled=settled), NOW_S)
    desk.view.stop()
    text = "\n".join(desk.screen.scrollback)
    for number in range(30):
        assert text.count(f"question {number}\n") == 1
    assert text.count("answer-7-") == 12
    assert "listening" not in text


def test_an_answer_longer_than_the_screen_shows_its_end_and_is_printed_whole_later() -> None:
    desk = Desk(60, 10)
    desk.view.start()
    words = " ".join(f"word{number}" for number in range(300))
    for length in range(0, len(words), 97):
        desk.view.update(
            replace(SPEAKING, entries=(Spoken("a", "assistant", words[:length], length),)), NOW_S
        )
    assert "speaking" in desk.screen.text
    final = replace(READY, entries=(Spoken("a", "assistant", words, len(words), True),), settled=1)
    desk.view.update(final, NOW_S)
    desk.view.stop()
    text = "\n".join(desk.screen.scrollback).split()
    assert [word for word in text if word.startswith("word")] == words.split()


def test_stop_prints_what_was_in_progress_and_gives_the_screen_back() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(replace(SPEAKING, settled=1), NOW_S)
    desk.view.stop()
    desk.view.stop()
    assert not desk.screen.cursor_hidden
    assert "speaking" not in desk.screen.text
    assert "assistant  It is twenty past three in the afternoon in Berlin." in desk.screen.text
    assert desk.screen.text.count("what time") == 1
    assert desk.screen.cursor_row == len(desk.screen.shown)


def test_stop_without_any_picture_leaves_an_empty_screen() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.stop()
    assert desk.screen.text == ""
    assert not desk.screen.cursor_hidden
    assert desk.screen.cursor_row == 0


def test_updates_after_stop_are_ignored() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.stop()
    desk.view.update(SPEAKING, NOW_S)
    assert desk.screen.text == ""


def test_suspend_gives_the_screen_back_and_resume_takes_it_again() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(replace(SPEAKING, settled=2), NOW_S)
    desk.view.suspend()
    given_back = (desk.screen.cursor_hidden, "speaking" in desk.screen.text)
    assert given_back == (False, False)
    desk.screen.feed("[1]+  Stopped\r\n$ fg\r\n")
    desk.view.resume()
    assert desk.screen.cursor_hidden
    assert desk.screen.text.count("what time") == 1
    assert "$ fg" in desk.screen.text
    assert desk.screen.text.count("◆ speaking") == 1


def test_growing_and_shrinking_leave_one_region_on_a_terminal_that_does_not_reflow() -> None:
    desk = Desk(100, 24)
    desk.view.start()
    for width, height in ((100, 24), (60, 24), (60, 12), (40, 20), (120, 30)):
        desk.resize(width, height)
        desk.view.update(SPEAKING, NOW_S)
        assert desk.screen.text.count("◆ speaking") == 1, (width, height)
        assert desk.screen.text.count("twenty past") == 1, (width, height)
        assert all(len(row) < width for row in desk.screen.shown)


def test_on_a_terminal_that_reflows_all_rows_of_the_old_region_are_erased() -> None:
    desk = Desk(100, 24, reflows=True)
    desk.view.start()
    desk.view.update(SPEAKING, NOW_S)
    wide = [line for line in desk.screen.shown if line]
    desk.console.width = 50
    # What a reflowing terminal shows after it became narrower: the same rows, the long ones in two.
    narrow = Screen(50, 24)
    rows = [row[start : start + 50] for row in desk.screen.shown for start in range(0, max(1, len(row)), 50)]
    narrow.feed("above\r\n" + "\r\n".join(rows))
    desk.tty.screen = narrow
    desk.view.update(SPEAKING, NOW_S)
    assert len(rows) > len(wide)
    assert narrow.shown[0] == "above"
    assert narrow.text.count("◆ speaking") == 1
    assert narrow.text.count("twenty past") == 1


def test_what_the_keyboard_adds_is_asked_for_at_each_update() -> None:
    desk = Desk()
    keys = KeysPicture(work=True)
    desk.view.watch_keys(lambda: keys)
    desk.view.start()
    desk.view.update(READY, NOW_S)
    assert "t type" in desk.screen.text
    keys = replace(keys, prompt=PromptLine("hello", 5))
    desk.view.update(READY, NOW_S)
    assert "❯ hello" in desk.screen.text


def test_text_of_others_cannot_move_the_cursor_or_set_the_title() -> None:
    desk = Desk()
    desk.view.start()
    evil = "\x1b[2J\x1b]0;owned\x07\x1b[10A\x9b2J[bold red]no markup[/] :smile:"
    desk.view.update(replace(SPEAKING, entries=(replace(ANSWER, text=evil, heard_chars=99), CALLED)), NOW_S)
    assert "[bold red]no markup[/] :smile:" in desk.screen.text
    assert "\x1b]" not in desk.screen.raw
    assert "\x1b[2J" not in desk.screen.raw
    assert "\x9b" not in desk.screen.raw


class Broken(io.StringIO):
    """An output whose reader went away."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error
        self.broken = False

    def write(self, text: str) -> int:
        if self.broken:
            raise self.error
        return len(text)


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(5, "Input/output error")])
def test_a_closed_output_is_reported_and_stop_stays_silent(error: OSError) -> None:
    file = Broken(error)
    view = LiveView(ScreenConsole(file=file, force_terminal=True, width=80, height=24), Theme())
    view.start()
    view.update(READY, NOW_S)
    file.broken = True
    with pytest.raises(OutputClosed):
        view.update(SPEAKING, NOW_S)
    view.stop()


def test_no_colour_writes_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    console = ScreenConsole(file=Tty(screen), force_terminal=True, width=80, height=24, no_color=True)
    view = LiveView(console, Theme())
    view.start()
    view.update(SPEAKING, NOW_S)
    codes = {
        code
        for part in screen.raw.split("\x1b[")[1:]
        if "m" in part
        for code in part.split("m")[0].split(";")
    }
    assert not codes & {str(number) for number in (*range(30, 39), *range(90, 98))}


def test_a_real_descriptor_whose_reader_went_away_counts_as_closed() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as file:
        view = LiveView(ScreenConsole(file=file, force_terminal=True, width=80, height=24), Theme())
        with pytest.raises(OutputClosed):
            view.start()
        view.stop()


def test_a_note_stands_behind_what_was_being_said() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(SPEAKING, NOW_S)
    desk.view.note(["noted meanwhile"])
    desk.view.update(SPEAKING, NOW_S)
    shown = desk.screen.text
    assert shown.index("twenty past") < shown.index("· noted meanwhile") < shown.index("speaking")
    later = replace(SPEAKING, entries=(*SPEAKING.entries[:2], ANSWERED, PLUG, QUESTION, ANSWERED), settled=6)
    desk.view.update(later, NOW_S)
    desk.view.stop()
    rows = desk.screen.scrollback
    assert sum("noted meanwhile" in row for row in rows) == 1
    place = next(index for index, row in enumerate(rows) if "noted meanwhile" in row)
    assert any("twenty past" in row for row in rows[:place])
    assert any("what time is it" in row for row in rows[place:])


def test_a_long_list_is_printed_at_once() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(SPEAKING, NOW_S)
    desk.view.note([f"line {number}" for number in range(20)])
    desk.view.update(SPEAKING, NOW_S)
    rows = desk.screen.scrollback
    assert next(row for row in rows if "line " in row) == "· line 0"
    assert sum("line " in row for row in rows) == 20


def test_notes_that_wait_are_printed_at_the_end() -> None:
    desk = Desk()
    desk.view.start()
    desk.view.update(SPEAKING, NOW_S)
    desk.view.note(["the last word"])
    desk.view.stop()
    assert "the last word" in desk.screen.text
