"""Entries as lines: who, what, and how it ended."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from realtime_cli.session.state import Call, CallStatus, Entry, Notice, Spoken
from realtime_cli.terminal.entries import entry_lines
from realtime_cli.terminal.theme import ASCII, Theme
from tests.terminal.states import ANSWER, ANSWERED, CALL, CALLED, NOW_S, PLUG, QUESTION

THEME = Theme()
UNTRUSTED = st.text(max_size=80)
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    st.builds(
        Spoken,
        item_id=st.just("i"),
        role=st.sampled_from(["user", "assistant", "system"]),
        text=UNTRUSTED,
        heard_chars=st.integers(0, 100),
        final=st.booleans(),
        interrupted=st.booleans(),
        commentary=st.booleans(),
        problem=UNTRUSTED,
    ),
    st.builds(
        Call,
        st.just("c"),
        UNTRUSTED,
        UNTRUSTED,
        st.sampled_from(CallStatus),
        UNTRUSTED,
        st.none() | st.just(99.0),
    ),
    st.builds(Notice, st.sampled_from(["info", "warning", "error"]), UNTRUSTED, UNTRUSTED),
)


def plain(entry: Entry, width: int = 80, now_s: float | None = None, theme: Theme = THEME) -> list[str]:
    return [line.plain.rstrip() for line in entry_lines(entry, width, theme, now_s)]


def dim_part(entry: Spoken, width: int = 80) -> str:
    return "".join(
        line.plain[span.start : span.end]
        for line in entry_lines(entry, width, THEME, NOW_S)
        for span in line.spans
        if span.style == "dim"
    )


@given(ENTRIES, st.sampled_from([20, 39, 60, 79, 200]), st.sampled_from([None, NOW_S]))
def test_lines_fit_and_are_harmless(entry: Entry, width: int, now_s: float | None) -> None:
    for line in entry_lines(entry, width, THEME, now_s):
        assert line.cell_len <= width + 20  # long outcomes of calls are cropped by the picture
        assert "\n" not in line.plain
        assert "\x1b" not in line.plain


def test_wide_screens_name_the_speaker_and_narrow_ones_have_a_glyph() -> None:
    assert plain(QUESTION) == ["you        what time is it in Berlin"]
    assert plain(QUESTION, 40) == ["❯ what time is it in Berlin"]
    assert plain(QUESTION, 40, theme=Theme(glyphs=ASCII)) == ["> what time is it in Berlin"]


def test_long_texts_hang_below_their_first_line() -> None:
    assert plain(ANSWERED, 60) == [
        "assistant  It is twenty past three in the afternoon in",
        "           Berlin.",
    ]


def test_what_is_still_to_come_is_dim_while_alive_and_not_later() -> None:
    assert dim_part(ANSWER) == ANSWER.text[ANSWER.heard_chars :]
    assert not any(span.style == "dim" for line in entry_lines(ANSWER, 80, THEME) for span in line.spans)


def test_the_dim_part_begins_right_also_behind_text_that_was_cleaned() -> None:
    raw = "\x1b[31mone\x1b[0m two\r\nthree four"
    entry = Spoken("i", "assistant", raw, raw.index("three"))
    assert dim_part(entry) == "three four"


def test_a_user_partial_is_dim_until_it_is_final() -> None:
    assert dim_part(replace(QUESTION, final=False)) == QUESTION.text
    assert dim_part(QUESTION) == ""


def test_an_interrupted_answer_is_marked() -> None:
    assert plain(replace(ANSWERED, text="It is twenty", interrupted=True)) == [
        "assistant  It is twenty — interrupted"
    ]
    assert plain(Spoken("i", "assistant", "", 0, True, True)) == [
        "assistant  (interrupted before it was heard)"
    ]


def test_the_mark_of_interruption_gets_its_own_line_where_the_last_is_full() -> None:
    entry = Spoken("i", "assistant", "x" * 34, 34, True, True)
    assert plain(entry, 40) == ["◆ " + "x" * 34, "  — interrupted"]


def test_an_aside_is_told_apart() -> None:
    assert plain(replace(ANSWERED, text="Let me look.", commentary=True)) == ["aside      Let me look."]


def test_a_missing_transcript_says_why() -> None:
    assert plain(Spoken("i", "user", "", 0, True, problem="no speech model")) == [
        "you        (no transcript)",
        "           ✗ no speech model",
    ]
    assert plain(Spoken("i", "user", "", 0, False), now_s=NOW_S) == ["you        …"]
    assert plain(Spoken("i", "user", "", 0, True)) == ["you        (no words)"]


def test_calls_show_name_arguments_time_and_result() -> None:
    assert plain(CALLED) == ['         ƒ clock_time(zone="Europe/Berlin")  ✓ 0.2 s', "            → 15:20"]
    assert plain(CALL, now_s=100.5) == ['         ƒ clock_time(zone="Europe/Berlin")  … running 1.5 s']
    assert plain(replace(CALLED, status=CallStatus.FAILED, output="no such zone")) == [
        '         ƒ clock_time(zone="Europe/Berlin")  ✗ failed 0.2 s',
        "            → no such zone",
    ]


def test_a_long_result_takes_three_lines_at_most() -> None:
    shown = plain(replace(CALLED, output="word " * 200), 40)
    assert len(shown) == 4
    assert shown[-1].endswith("…")


def test_very_narrow_screens_put_the_outcome_below() -> None:
    assert plain(CALLED, 24) == ['ƒ clock_time(zone="Euro…', "  ✓ 0.2 s", "   → 15:20"]


def test_a_notice_ends_with_what_to_do() -> None:
    assert plain(PLUG) == ["! the microphone went quiet — check the plug"]
    assert plain(Notice("info", "using the local server")) == ["· using the local server"]


def test_of_a_text_longer_than_any_screen_only_the_end_is_laid_out_while_alive() -> None:
    text = " ".join(str(number) for number in range(5_000))
    alive, settled = (plain(Spoken("i", "assistant", text, len(text)), 80, now_s) for now_s in (NOW_S, None))
    assert len(alive) < 200 < len(settled)
    assert alive[-1].split()[-1] == settled[-1].split()[-1] == "4999"
    assert settled[0].startswith("assistant  0 1 2")
