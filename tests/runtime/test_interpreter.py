"""Commands become effects, and every effect answers with a fact."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from realtime_cli import protocol as p
from realtime_cli.errors import NotAuthorized, RateLimited, RealtimeCliError, ToolError, Unreachable
from realtime_cli.runtime.inbox import Inbox
from realtime_cli.runtime.interpreter import Interpreter, Means
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.tools.tool import Result
from realtime_cli.transport import memory
from realtime_cli.transport.memory import MemoryTransport
from realtime_cli.transport.transport import LineClosed, NobodyThere
from tests.support.clock import run_jumping


class Desk:
    """An interpreter with its inbox; the test plays the mind and the server."""

    def __init__(self, inbox: Inbox, interpreter: Interpreter) -> None:
        self.inbox = inbox
        self.interpreter = interpreter
        self.servers: list[MemoryTransport] = []

    def perform(self, *commands: c.Command) -> None:
        for command in commands:
            self.interpreter.perform(command)

    async def fact(self) -> f.Fact:
        async with asyncio.timeout(60):
            fact, _ = await anext(self.inbox)
        return fact

    async def nothing(self, for_s: float = 5.0) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(for_s):
                await anext(self.inbox)


def at_desk(story: Callable[[Desk], Awaitable[None]], means: Means | None = None) -> None:
    async def main() -> None:
        inbox = Inbox()
        servers: list[MemoryTransport] = []

        async def opener() -> MemoryTransport:
            here, there = memory.pair()
            servers.append(there)
            return here

        async with asyncio.TaskGroup() as crew:
            desk = Desk(inbox, Interpreter(inbox, crew, means or Means(opener, p.GA)))
            desk.servers = servers
            try:
                await story(desk)
            finally:
                await desk.interpreter.leave()

    run_jumping(main())


def test_connecting_saying_and_losing_the_line_tell_the_mind() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(c.Connect())
        assert await desk.fact() == f.Connected(1)
        desk.perform(c.Say(p.InputAudioBufferCommit()))
        assert "commit" in await desk.servers[0].receive()
        await desk.servers[0].close(1011, "trouble")
        assert await desk.fact() == f.ConnectionLost(1011, "trouble")
        desk.perform(c.Say(p.InputAudioBufferCommit()))  # nobody there: no harm
        desk.perform(c.Connect())
        assert await desk.fact() == f.Connected(2)

    at_desk(story)


def test_a_disconnect_sends_what_was_said_and_no_loss_follows() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(c.Connect())
        await desk.fact()
        desk.perform(c.Say(p.ResponseCancel()), c.Disconnect(1000))
        assert "cancel" in await desk.servers[0].receive()
        with pytest.raises(LineClosed) as end:
            await desk.servers[0].receive()
        assert end.value.code == 1000
        await desk.nothing()

    at_desk(story)


def test_connecting_anew_leaves_the_line_of_before() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(c.Connect())
        assert await desk.fact() == f.Connected(1)
        desk.perform(c.Connect())
        assert await desk.fact() == f.Connected(2)
        with pytest.raises(LineClosed):
            await desk.servers[0].receive()
        desk.perform(c.Say(p.InputAudioBufferCommit()))
        assert "commit" in await desk.servers[1].receive()

    at_desk(story)


def test_a_disconnect_while_connecting_gives_up_connecting() -> None:
    async def never() -> MemoryTransport:
        await asyncio.Event().wait()
        raise AssertionError

    async def story(desk: Desk) -> None:
        desk.perform(c.Connect())
        await asyncio.sleep(0)
        desk.perform(c.Disconnect())
        await desk.nothing()

    at_desk(story, Means(never, p.GA))


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (NotAuthorized("no", advice="key"), False),
        (NobodyThere("nobody", advice="port"), False),
        (Unreachable("busy", advice="wait"), True),
        (RateLimited("slow", advice="wait"), True),
    ],
)
def test_a_failed_connection_says_whether_to_try_again(error: RealtimeCliError, retryable: bool) -> None:
    async def opener() -> MemoryTransport:
        raise error

    async def story(desk: Desk) -> None:
        desk.perform(c.Connect())
        assert await desk.fact() == f.ConnectFailed(str(error), error.advice, error.exit_code, retryable)

    at_desk(story, Means(opener, p.GA))


def test_a_place_that_once_answered_is_tried_again() -> None:
    opened: list[MemoryTransport] = []

    async def opener() -> MemoryTransport:
        if opened:
            raise NobodyThere("nobody")
        here, there = memory.pair()
        opened.append(there)
        return here

    async def story(desk: Desk) -> None:
        desk.perform(c.Connect())
        await desk.fact()
        await opened[0].drop()
        assert await desk.fact() == f.ConnectionLost(None, "")
        desk.perform(c.Connect())
        failed = await desk.fact()
        assert isinstance(failed, f.ConnectFailed)
        assert failed.retryable

    at_desk(story, Means(opener, p.GA))


def test_without_sound_nothing_is_faked_and_nothing_hangs() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(c.Play("item", 0, bytes(960)), c.EndPlay("item", 0), c.FlushPlayout())
        desk.perform(c.ReopenDevice("speaker"))
        assert await desk.fact() == f.PlayoutEmpty()
        assert await desk.fact() == f.Flushed(())
        await desk.nothing()

    at_desk(story)


def test_timers_and_the_end() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(
            c.StartTimer("a", 1.0), c.StartTimer("b", 2.0), c.StopTimer("b"), c.StartTimer("c", 900.0)
        )
        assert await desk.fact() == f.TimerFired("a")
        await desk.nothing()
        desk.perform(c.Finish(77, "no key", "get one"))
        assert desk.interpreter.finished == c.Finish(77, "no key", "get one")

    at_desk(story)


class Hands:
    """Real coroutines under four names."""

    async def call(
        self, name: str, arguments: str, on_progress: Callable[[str], None] | None = None
    ) -> Result:
        if name == "echo":
            return Result(arguments)
        if name == "refuse":
            raise ToolError("not today")
        if name == "break":
            raise ZeroDivisionError("by zero")
        await asyncio.sleep(1000)
        return Result("late")

    def announce_to(self, announce: Callable[[str], None]) -> None:
        """It has nothing to say."""


async def _no_line() -> MemoryTransport:
    raise Unreachable("no line in this test")


def test_calls_run_beside_each_other_and_every_one_is_answered_once() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(
            c.RunTool("1", "slow", "{}"),
            c.RunTool("2", "echo", '{"a":1}'),
            c.RunTool("3", "refuse", "{}"),
            c.RunTool("4", "break", "{}"),
        )
        assert {await desk.fact() for _ in range(3)} == {
            f.ToolReturned("2", '{"a":1}'),
            f.ToolFailed("3", "not today"),
            f.ToolFailed("4", "ZeroDivisionError: by zero"),
        }
        desk.perform(c.CancelTool("1"), c.CancelTool("1"), c.CancelTool("unknown"))
        cancelled = await desk.fact()
        assert isinstance(cancelled, f.ToolFailed)
        assert cancelled.call_id == "1"
        await desk.nothing()

    at_desk(story, Means(_no_line, hands=Hands()))


def test_without_tools_a_call_is_answered_all_the_same() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(c.RunTool("1", "anything", "{}"))
        answer = await desk.fact()
        assert isinstance(answer, f.ToolFailed)

    at_desk(story)


def test_leaving_ends_calls_that_still_run() -> None:
    async def story(desk: Desk) -> None:
        desk.perform(c.RunTool("1", "slow", "{}"))
        await asyncio.sleep(1)

    at_desk(story, Means(_no_line, hands=Hands()))
