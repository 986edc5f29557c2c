"""What each key means, on a real pseudo terminal inside this process."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import termios
from collections.abc import Callable, Iterator

import pytest

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
from realtime_cli.terminal.contract import NO_KEYS, KeysPicture, PromptLine
from realtime_cli.terminal.key_input import TerminalKeys
from realtime_cli.terminal.keyboard import Keyboard

pytestmark = pytest.mark.pty


class Bench:
    """A keyboard on one end of a pseudo terminal, a person on the other."""

    def __init__(self, *, typing: bool = False) -> None:
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.facts: list[Fact] = []
        self.changes = 0
        self.said = ""
        self.keyboard = Keyboard(TerminalKeys(self.slave), self.facts.append, self._changed, typing=typing)

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
        ("xyz1\x1b[A\x1b[15~\x1bq", []),
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
