"""The bottom of the picture."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from realtime_cli.session.state import Phase, SessionState, TokenUse, TurnMode, UserState
from realtime_cli.terminal.bindings import KeyAction
from realtime_cli.terminal.contract import KeysPicture, PromptLine
from realtime_cli.terminal.hints import help_lines, hints_line, prompt_lines
from realtime_cli.terminal.status import facts_line, session_left, state_lines
from realtime_cli.terminal.theme import Theme
from tests.terminal.states import NOW_S, PUSHING, READY, RECONNECTING, SPEAKING, TYPED, WAITING

THEME = Theme()
KEYS = KeysPicture(work=True)


def top(state: SessionState, width: int = 79) -> list[str]:
    return [line.plain.rstrip() for line in state_lines(state, THEME, width, NOW_S)]


def facts(state: SessionState, width: int = 119, epoch_s: float | None = 1_000_100.0) -> str:
    return facts_line(state, "openai", THEME, width, session_left(state, epoch_s)).plain


def hints(state: SessionState, keys: KeysPicture = KEYS, width: int = 79) -> str:
    return hints_line(state, keys, THEME, width).plain


def test_state_word_and_meters_share_a_line_where_there_is_room() -> None:
    assert top(SPEAKING) == [
        "◆ speaking         mic ▕▉      ▏ -52 dB   spk ▕█████▊ ▏ -11 dB   silence",
    ]
    assert top(SPEAKING, 39) == ["◆ speaking        silence", "mic ▕▋    ▏ -52 dB  spk ▕████▏▏ -11 dB"]


def test_meters_do_not_jump_when_the_word_changes() -> None:
    column = {top(state)[0].index("mic") for state in (READY, SPEAKING, WAITING, PUSHING)}
    assert len(column) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (READY, "silence"),
        (replace(READY, user=UserState.SPEAKING), "voice"),
        (replace(SPEAKING, local_speech=True), "voice (here)"),
        (replace(SPEAKING, user=UserState.SPEAKING), "voice (server)"),
        (replace(SPEAKING, user=UserState.SPEAKING, local_speech=True), "voice"),
        (replace(READY, turn_mode=TurnMode.PUSH_TO_TALK), "talk key up"),
        (PUSHING, "talk key down"),
        (WAITING, "answer waits"),
        (replace(READY, muted=True), "microphone off"),
        (replace(READY, mic_works=False), "no microphone"),
    ],
)
def test_turn_detection_is_told(state: SessionState, words: str) -> None:
    assert words in top(state)[0]
    assert all(line.cell_len <= 79 for line in state_lines(state, THEME, 79, NOW_S))


def test_without_devices_it_is_said_and_typed_sessions_have_no_meters() -> None:
    silent = replace(READY, mic_works=False, speaker_works=False)
    assert top(silent)[0].count("no microphone") == top(silent)[0].count("no speaker") == 1
    assert "no" not in top(replace(silent, phase=Phase.CONNECTING))[0].replace("connecting", "")
    assert "no speaker" in top(replace(READY, speaker_works=False))[0]
    assert top(TYPED) == ["○ listening"]


def test_facts_are_in_a_fixed_order() -> None:
    assert facts(SPEAKING) == (
        "openai · gpt-realtime-2.1 · marin · server vad · 0.42 s to answer · 55 min left · 1.2k tokens"
    )


def test_an_answer_at_once_is_counted_in_milliseconds() -> None:
    assert "4 ms to answer" in facts(replace(SPEAKING, latency_ms=4.2))


def test_the_last_facts_go_where_room_is_short() -> None:
    assert facts(SPEAKING, 40) == "openai · gpt-realtime-2.1 · marin"
    assert facts(SPEAKING, 8) == "openai"


def test_what_needs_attention_comes_first() -> None:
    assert facts(replace(SPEAKING, expires_at_epoch_s=1_000_190), 40).startswith("90 s left · openai")
    assert facts(RECONNECTING, 60).startswith("1.4 s of speech lost on the line · openai")


def test_time_left_needs_the_time() -> None:
    assert "left" not in facts(SPEAKING, epoch_s=None)


def test_a_model_name_is_untrusted() -> None:
    assert "\x1b" not in facts(replace(SPEAKING, model="\x1b[2J"))


def test_tokens_appear_when_there_are_any() -> None:
    assert "tokens" not in facts(READY)
    assert facts(replace(READY, tokens=TokenUse(total=950))).endswith("950 tokens")


def test_hints_name_the_keys_that_mean_something_now() -> None:
    assert hints(READY) == "m mute   t type   ? help   q quit"
    assert hints(SPEAKING) == "esc stop   m mute   t type   ? help   q quit"
    assert hints(WAITING).startswith("a answer now")
    assert hints(replace(READY, muted=True)).startswith("m unmute")
    assert hints(TYPED) == "t type   ? help   q quit"
    assert hints(READY, KeysPicture()) == ""
    assert (
        hints(READY, KeysPicture(work=True, prompt=PromptLine("", 0)))
        == "enter send   esc leave   /help commands"
    )


def test_the_talk_key_is_held_where_releases_are_seen_and_tapped_elsewhere() -> None:
    quiet = replace(PUSHING, talk_key_down=False)
    assert hints(quiet).startswith("space talk")
    assert hints(PUSHING).startswith("space send")
    assert hints(quiet, KeysPicture(work=True, can_hold=True)).startswith("space hold to talk")
    assert hints(PUSHING, KeysPicture(work=True, can_hold=True)).startswith("space release to send")


def test_volume_and_delay_of_the_speaker_are_told_where_they_are_unusual() -> None:
    usual = replace(SPEAKING, speaker_delay_ms=40.0)
    assert facts(usual) == facts(SPEAKING)
    unusual = facts(replace(SPEAKING, speaker_delay_ms=212.4, volume_percent=80))
    assert "volume 80 % · speaker 212 ms late" in unusual
    assert "volume" not in facts(replace(SPEAKING, volume_percent=80, speaker_works=False))


def test_hints_that_do_not_fit_are_left_out_whole() -> None:
    assert hints(SPEAKING, width=20) == "esc stop   m mute"


def test_help_names_every_key() -> None:
    assert len(help_lines(KEYS, THEME, 79)) == len(KeyAction) + 2
    assert len(help_lines(KEYS, THEME, 119)) == (len(KeyAction) + 3) // 2
    assert all(line.cell_len <= 39 for line in help_lines(KEYS, THEME, 39))


def typed(text: str, cursor: int, width: int = 20) -> tuple[list[str], str]:
    lines = prompt_lines(PromptLine(text, cursor), THEME, width)
    under = [
        line.plain[span.start : span.end] for line in lines for span in line.spans if span.style == "reverse"
    ]
    return [line.plain for line in lines], "".join(under)


def test_the_typed_line_shows_its_cursor() -> None:
    assert typed("hello", 2) == (["❯ hello "], "l")
    assert typed("hello", 5) == (["❯ hello "], " ")
    assert typed("", 0) == (["❯  "], " ")


def test_a_long_typed_line_wraps_and_follows_the_cursor() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve"
    lines, under = typed(text, len(text))
    assert len(lines) == 3
    assert lines[-1].endswith("twelve ")
    assert under == " "
    lines, under = typed(text, 0)
    assert lines[0].startswith("❯ one")
    assert under == "o"


def test_line_breaks_and_controls_take_one_cell_so_that_the_cursor_stays_right() -> None:
    lines, under = typed("a\nb\x1bc\td", 3)
    assert lines == ["❯ a⏎b�c d "]
    assert under == "�"
