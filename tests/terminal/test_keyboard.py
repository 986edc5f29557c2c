"""What each key means, on a real pseudo terminal inside this process."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import termios
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from realtime_cli import protocol as p
from realtime_cli.session.facts import (
    AnswerPressed,
    BreakPressed,
    Fact,
    InterruptPressed,
    MuteToggled,
    PromptTyped,
    QuitPressed,
    TalkKeyPressed,
    TalkKeyReleased,
    TalkKeyTapped,
)
from realtime_cli.session.holdings import ItemLine
from realtime_cli.session.playback_facts import VolumeTurned
from realtime_cli.session.request_facts import (
    ConversationReset,
    ItemDeleteAsked,
    SaveAsked,
    SessionChanged,
    TurnsChanged,
)
from realtime_cli.session.state import SessionState, Spoken, TurnMode
from realtime_cli.terminal.bindings import DEFAULT_BINDINGS, Bindings, bindings_from
from realtime_cli.terminal.contract import NO_KEYS, KeysPicture, PromptLine
from realtime_cli.terminal.key_input import TerminalKeys
from realtime_cli.terminal.keyboard import Keyboard
from tests.terminal.board import Slate
from tests.terminal.states import READY

pytestmark = pytest.mark.pty


class Bench:
    """A keyboard on one end of a pseudo terminal, a person on the other."""

    def __init__(
        self,
        *,
        typing: bool = False,
        state: SessionState | None = READY,
        has_pages: bool = True,
        bindings: Bindings = DEFAULT_BINDINGS,
    ) -> None:
        self.slate = Slate(state, has_pages=has_pages)
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.facts: list[Fact] = []
        self.changes = 0
        self.said = ""
        self.keyboard = Keyboard(
            TerminalKeys(self.slave),
            self.facts.append,
            self._changed,
            typing=typing,
            board=self.slate,
            bindings=bindings,
        )

    def _changed(self) -> None:
        self.changes += 1

    async def press(self, keys: str, until: Callable[[], bool]) -> None:
        os.write(self.master, keys.encode())
        async with asyncio.timeout(10):
            while not until():
                await asyncio.sleep(0.002)

    async def typed(self, keys: str) -> list[Fact]:
        """Facts of these keys. "m" comes last and shows that all have been read."""
        self.facts.clear()
        await self.press(keys + "m", lambda: MuteToggled() in self.facts)
        return [fact for fact in self.facts if fact != MuteToggled()]

    def hear(self, expected: str) -> None:
        """Wait until the keyboard has written this to the terminal."""
        while expected not in self.said:
            ready, _, _ = select.select([self.master], [], [], 10)
            assert ready, f"{expected!r} was not said: {self.said!r}"
            self.said += os.read(self.master, 4096).decode()

    def close(self) -> None:
        self.keyboard.stop()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("keys", "facts"),
    [
        (" ", [TalkKeyTapped()]),
        ("  ", [TalkKeyTapped(), TalkKeyTapped()]),
        ("a", [AnswerPressed()]),
        ("A", [AnswerPressed()]),
        ("q", [QuitPressed()]),
        ("\x04", [QuitPressed()]),
        ("\x03", [BreakPressed()]),
        ("\x1b\x1b[A", [InterruptPressed()]),
        ("thello\r", [PromptTyped("hello")]),
        ("\rhello\r", [PromptTyped("hello")]),
        ("t\r", []),
        ("t  \r", []),
        ("thello q\x1b\x1b[A", []),
        ("t\x03\r", [BreakPressed()]),
        ("\x1b[200~pasted q\x1b[201~\r", [PromptTyped("pasted q")]),
        ("xz1\x1b[A\x1b[15~\x1bq", []),
        ("日ü", []),
    ],
)
def test_keys(bench: Bench, keys: str, facts: list[Fact]) -> None:
    async def main() -> None:
        bench.keyboard.start()
        assert await bench.typed(keys) == facts

    asyncio.run(main())


def test_a_terminal_that_speaks_kitty_holds_the_talk_key(bench: Bench) -> None:
    async def main() -> None:
        bench.keyboard.start()
        bench.hear("\x1b[?u")
        await bench.press("\x1b[?0u", lambda: bench.keyboard.picture.can_hold)
        bench.hear("\x1b[>31u")
        held = await bench.typed("\x1b[32;1:1u\x1b[32;1:2u\x1b[32;1:3u\x1b[32;1:3u")
        assert held == [TalkKeyPressed(), TalkKeyReleased()]
        assert await bench.typed("\x1b[32;1:1u\x1b[O") == [TalkKeyPressed(), TalkKeyReleased()]
        assert await bench.typed("\x1b[32;1:1u\x1b[116;1u\x1b[32;1:3u\x1b[27u") == [
            TalkKeyPressed(),
            TalkKeyReleased(),
        ]
        bench.facts.clear()
        await bench.press("\x1b[32;1:1u", lambda: bool(bench.facts))
        bench.keyboard.stop()
        assert bench.facts == [TalkKeyPressed(), TalkKeyReleased()]
        bench.hear("\x1b[?1004l\x1b[<u\x1b[?2004l")

    asyncio.run(main())


def test_the_picture_follows(bench: Bench) -> None:
    async def main() -> None:
        keyboard = bench.keyboard
        assert keyboard.picture == NO_KEYS
        keyboard.start()
        assert keyboard.picture == KeysPicture(work=True)
        await bench.press("?", lambda: keyboard.picture.page == "help")
        await bench.press("?", lambda: not keyboard.picture.page)
        await bench.press("?thé", lambda: keyboard.picture.prompt == PromptLine("hé", 2))
        assert not keyboard.picture.page
        assert bench.changes >= 6
        keyboard.stop()
        assert not keyboard.picture.work

    asyncio.run(main())


def test_the_line_of_a_typed_session_is_open_from_the_start() -> None:
    bench = Bench(typing=True)

    async def main() -> None:
        bench.keyboard.start()
        await bench.press("hi q\rm", lambda: bench.keyboard.picture.prompt == PromptLine("m", 1))
        assert bench.facts == [PromptTyped("hi q")]

    asyncio.run(main())
    bench.close()


def test_the_terminal_is_as_it_was_after_every_stop_and_start(bench: Bench) -> None:
    async def main() -> None:
        for _ in range(3):
            bench.keyboard.start()
            bench.keyboard.start()
            assert termios.tcgetattr(bench.slave) != bench.before
            assert not await bench.typed("x")
            bench.keyboard.stop()
            bench.keyboard.stop()
            assert termios.tcgetattr(bench.slave) == bench.before

    asyncio.run(main())


def test_keys_behind_the_one_that_stopped_us_are_nobodys(bench: Bench) -> None:
    async def main() -> None:
        facts: list[Fact] = []

        def post(fact: Fact) -> None:
            facts.append(fact)
            bench.keyboard.stop()

        bench.keyboard = Keyboard(TerminalKeys(bench.slave), post, lambda: None)
        bench.keyboard.start()
        await bench.press("q  a", lambda: bool(facts))
        assert facts == [QuitPressed()]

    asyncio.run(main())


def test_an_answer_that_comes_late_does_not_stay_for_the_shell(bench: Bench) -> None:
    async def main() -> None:
        bench.keyboard.start()
        os.write(bench.master, b"\x1b[?0u")
        bench.keyboard.stop()
        os.set_blocking(bench.slave, False)
        attributes = termios.tcgetattr(bench.slave)
        attributes[3] &= ~termios.ICANON
        termios.tcsetattr(bench.slave, termios.TCSANOW, attributes)
        with pytest.raises(BlockingIOError):
            os.read(bench.slave, 100)

    asyncio.run(main())


def test_the_end_of_the_terminal_is_a_wish_to_quit() -> None:
    bench = Bench()

    async def main() -> None:
        bench.keyboard.start()
        os.close(bench.master)
        async with asyncio.timeout(10):
            while not bench.facts:
                await asyncio.sleep(0.002)
        assert bench.facts == [QuitPressed()]
        assert not bench.keyboard.picture.work
        bench.keyboard.stop()

    asyncio.run(main())
    os.close(bench.slave)


ITEMS = (
    ItemLine("u1", "message", "user", "completed", "hello", 2),
    ItemLine("a1", "message", "assistant", "completed", "good day", 3),
)
CONFIGURED = replace(
    READY,
    items=ITEMS,
    asked=p.SessionConfig(instructions="Be brief."),
    entries=(Spoken("a1", "assistant", "Good day.", 9),),
)


@pytest.fixture
def manager() -> Iterator[Bench]:
    bench = Bench(state=CONFIGURED)
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("keys", "facts"),
    [
        ("v", [TurnsChanged(None)]),
        ("r", [ConversationReset()]),
        ("d", [ItemDeleteAsked(("u1", "a1"))]),
        ("s", [SaveAsked()]),
        ("i\x15/instructions Be kind.\r", [SessionChanged(p.SessionConfig(instructions="Be kind."))]),
        ("i really\r", [SessionChanged(p.SessionConfig(instructions="Be brief. really"))]),
        ("t/reset\r", [ConversationReset()]),
        ("/res\t\r", [ConversationReset()]),
        ("/delete l\t\r", [ItemDeleteAsked(("u1", "a1"))]),
        ("t//etc/passwd\r", [PromptTyped("/etc/passwd")]),
        ("+=-", [VolumeTurned(10), VolumeTurned(10), VolumeTurned(-10)]),
        ("y", []),
        ("t/items\r", []),
    ],
)
def test_keys_and_commands_of_the_manager(manager: Bench, keys: str, facts: list[Fact]) -> None:
    async def main() -> None:
        manager.keyboard.start()
        assert await manager.typed(keys) == facts

    asyncio.run(main())


def test_copying_and_listing_go_to_the_screen(manager: Bench) -> None:
    async def main() -> None:
        manager.keyboard.start()
        await manager.typed("yt/items\r")
        assert manager.slate.copied == ["Good day."]
        assert len(manager.slate.notes) == 2

    asyncio.run(main())


def test_tab_offers_choices_until_the_next_key(manager: Bench) -> None:
    async def main() -> None:
        manager.keyboard.start()
        await manager.press("/s\t", lambda: manager.keyboard.picture.choices == ("/show", "/summary"))
        await manager.press("h", lambda: not manager.keyboard.picture.choices)
        await manager.press("\t", lambda: manager.keyboard.picture.prompt == PromptLine("/show ", 6))

    asyncio.run(main())


def test_v_goes_back_to_voice_detection() -> None:
    bench = Bench(state=replace(READY, turn_mode=TurnMode.PUSH_TO_TALK))

    async def main() -> None:
        bench.keyboard.start()
        assert await bench.typed("v") == [TurnsChanged(p.ServerVad())]

    try:
        asyncio.run(main())
    finally:
        bench.close()


def test_pages_take_turns_and_escape_closes_them(bench: Bench) -> None:
    async def main() -> None:
        keyboard = bench.keyboard
        keyboard.start()
        await bench.press("?", lambda: keyboard.picture.page == "help")
        await bench.press("c", lambda: keyboard.picture.page == "cost")
        await bench.press("\x1b", lambda: not keyboard.picture.page)
        assert bench.facts == []

    asyncio.run(main())


def test_a_screen_without_pages_gets_them_as_lines() -> None:
    bench = Bench(has_pages=False)

    async def main() -> None:
        bench.keyboard.start()
        await bench.typed("?c")
        assert "m: mute or unmute the microphone" in bench.slate.notes
        assert any("No tokens yet" in note for note in bench.slate.notes)
        assert not bench.keyboard.picture.page

    try:
        asyncio.run(main())
    finally:
        bench.close()


def test_without_a_session_the_manager_says_so() -> None:
    bench = Bench(state=None)

    async def main() -> None:
        bench.keyboard.start()
        assert await bench.typed("rvt/items\r") == []
        assert bench.slate.notes == ["There is no session yet."] * 3

    try:
        asyncio.run(main())
    finally:
        bench.close()


def test_keys_of_ones_own() -> None:
    bench = Bench(bindings=bindings_from({"talk": "f5", "answer": "x", "quit": "ctrl+x"}))

    async def main() -> None:
        bench.keyboard.start()
        assert await bench.typed("\x1b[15~x a\x18q") == [TalkKeyTapped(), AnswerPressed(), QuitPressed()]

    try:
        asyncio.run(main())
    finally:
        bench.close()


def test_a_line_opens_by_itself_where_the_microphone_is_missing(bench: Bench) -> None:
    async def main() -> None:
        keyboard = bench.keyboard
        keyboard.start()

        def line() -> PromptLine | None:
            return keyboard.picture.prompt

        keyboard.saw(replace(READY, mic_works=False))
        assert line() is None  # nobody knows yet
        missing = replace(READY, mic_works=False, mic_problem="no such device")
        keyboard.saw(missing)
        assert line() == PromptLine("", 0)
        await bench.press("hello\r", lambda: PromptTyped("hello") in bench.facts)
        keyboard.saw(missing)
        assert line() is not None  # it stays for the next one
        await bench.press("\x1b", lambda: keyboard.picture.prompt is None)
        keyboard.saw(missing)
        assert line() is None  # closed by hand: it does not come back by itself
        keyboard.saw(READY)
        keyboard.saw(missing)
        assert line() is not None
        keyboard.saw(READY)
        assert line() is None

    asyncio.run(main())
