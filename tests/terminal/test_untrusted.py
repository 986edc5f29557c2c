"""No byte of a text from a server, model, tool, file or device can start an escape sequence, wherever it is shown."""

from __future__ import annotations

import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session.holdings import Aside, ItemLine, Limit, Retrieved
from realtime_cli.session.state import Call, CallStatus, Notice, Question, SessionState, Spoken
from realtime_cli.terminal.bindings import DEFAULT_BINDINGS
from realtime_cli.terminal.contract import KeysPicture, PromptLine
from realtime_cli.terminal.counter import Counter
from realtime_cli.terminal.live import LiveView, ScreenConsole
from realtime_cli.terminal.plain import PlainView
from realtime_cli.terminal.slash import COMMANDS, run
from realtime_cli.terminal.theme import Theme
from tests.terminal.states import NOW_S, SPEAKING

# What Rich and the live view write themselves: colours, cursor moves, erasing, cursor on and off.
OURS = re.compile(r"\x1b\[(?:[0-9;]*m|[0-9]*[ABGK]|2K|\?25[hl])")
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x1b[]0123456789;mPX^_\\\x07\x08\r\n\t\x9b\x9d\x90\u202e\u2066\u200b\ud800abc日🌧"),
        st.characters(codec=None),
    ),
    max_size=80,
)


def full_of(text: str) -> SessionState:
    """A state in which everything that comes from outside is this text."""
    message = p.MessageItem(id=text, role="assistant", content=(p.OutputText(text),))
    return replace(
        SPEAKING,
        entries=(
            Spoken(text, "user", text, len(text), final=True),
            Call(text, text, text, CallStatus.DONE, text, written=text, progress=text),
            Spoken("a", "assistant", text, len(text) // 2, problem=text),
            Notice("warning", text, text),
        ),
        settled=1,
        model=text,
        voice=text,
        session_id=text,
        mic_problem=text,
        question=Question(text, text, text, text),
        items=(
            ItemLine(text, text, "", text, text, 3),
            ItemLine("b", "message", "user", "completed", text, 3),
        ),
        retrieved=Retrieved(1, text, message, b""),
        asides=(Aside(text, text, text, "failed", problem=text),),
        limits=(Limit(text, 10, 1, 3.0),),
        asked=p.SessionConfig(instructions=text, tools=(p.FunctionTool(name=text, description=text),)),
    )


def live(state: SessionState, typed: str) -> str:
    out = io.StringIO()
    console = ScreenConsole(
        file=out, force_terminal=True, width=70, height=40, highlight=False, markup=False, emoji=False
    )
    view = LiveView(console, Theme(), provider=state.model, epoch_offset_s=0.0)
    keys = KeysPicture(
        True, True, "", PromptLine(typed, len(typed)), choices=(typed, typed), bindings=DEFAULT_BINDINGS
    )
    view.watch_keys(lambda: keys)
    view.start()
    for command in COMMANDS:
        run(Counter(lambda fact: None, view.note, state, lambda line: None), f"/{command.name} {typed}")
    view.update(state, NOW_S)
    view.stop()
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(NASTY)
def test_the_live_view_writes_no_sequence_but_its_own(text: str) -> None:
    written = OURS.sub("", live(full_of(text), text))
    assert not any(ord(character) < 32 and character not in "\r\n" for character in written)
    assert not any(0x7F <= ord(character) < 0xA0 for character in written)
    assert "\u202e" not in written
    assert "\u2066" not in written


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["\x1b[35;45m", "\x1b[2J", "\x1b[6A", "\x1b[?25h", "\x1b]52;c;AAAA\x07"]), st.data())
def test_not_even_sequences_like_ours_pass(order: str, data: st.DataObject) -> None:
    before = data.draw(st.text(alphabet="abc \n", max_size=10))
    written = live(full_of(f"{before}{order}x"), f"{order}x")
    harmless = live(full_of(f"{before}x"), "x")
    assert written.count(order) <= harmless.count(order)


@settings(max_examples=60, deadline=None)
@given(NASTY)
def test_plain_lines_have_no_sequences_at_all(text: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    view = PlainView(out, err, Theme())
    state = full_of(text)
    view.start()
    for command in COMMANDS:
        run(Counter(lambda fact: None, view.note, state, lambda line: None), f"/{command.name} {text}")
    view.update(state, NOW_S)
    view.stop()
    for written in (out.getvalue(), err.getvalue()):
        assert not any(ord(character) < 32 and character != "\n" for character in written)
        assert not any(0x7F <= ord(character) < 0xA0 for character in written)
