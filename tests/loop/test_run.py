"""Whole sessions: mind, line, calls, timers and views together, on a clock that jumps."""

import asyncio
import io
import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from realtime_cli import protocol as p
from realtime_cli.errors import NotAuthorized
from realtime_cli.runtime.run import Outcome, Plan, Post, run
from realtime_cli.session.facts import Fact, InterruptPressed, PromptTyped, QuitPressed
from realtime_cli.session.state import Call, CallStatus, Phase, SessionState, Spoken, TurnMode
from realtime_cli.session.wish import Wish
from realtime_cli.terminal.answer import AnswerView
from realtime_cli.terminal.contract import OutputClosed, View
from realtime_cli.tools.python_functions import tool_from
from realtime_cli.tools.tool import Tool
from realtime_cli.tools.toolbox import Toolbox
from realtime_cli.transport.memory import MemoryTransport
from tests.loop.text_server import Client, Reply, TextServer, call_item, text_item
from tests.support.clock import run_jumping

TEXT = p.SessionConfig(output_modalities=("text",))
ABLE = frozenset(p.Ability)
ONCE = Wish(config=TEXT, turn_mode=TurnMode.TYPED, once=True, first_prompt="hi")
TALK = Wish(config=TEXT, turn_mode=TurnMode.TYPED)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


class Watch:
    """A view that remembers its pictures and how it was treated."""

    def __init__(self) -> None:
        self.pictures: list[tuple[float, SessionState]] = []
        self.treatment: list[str] = []

    def start(self) -> None:
        self.treatment.append("start")

    def update(self, state: SessionState, now_s: float) -> None:
        self.pictures.append((now_s, state))

    def stop(self) -> None:
        self.treatment.append("stop")


class Script:
    """A keyboard that presses given keys at given times."""

    def __init__(self, post: Post, presses: list[tuple[float, Fact]]) -> None:
        self._post = post
        self._presses = presses
        self._handles: list[asyncio.TimerHandle] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._handles = [loop.call_later(after_s, self._post, fact) for after_s, fact in self._presses]

    def stop(self) -> None:
        for handle in self._handles:
            handle.cancel()


def typing(*presses: tuple[float, Fact]) -> Callable[[Post, Callable[[], None]], Script]:
    return lambda post, _changed: Script(post, list(presses))


def saying(*texts: str) -> list[Reply]:
    def reply(text: str) -> Reply:
        return lambda client: client.respond([text_item(text, f"item_{text[:5]}")])

    return [reply(text) for text in texts]


def once(server: TextServer, wish: Wish = ONCE, toolbox: Toolbox | None = None) -> tuple[Outcome, str, str]:
    out, err = io.StringIO(), io.StringIO()

    async def main() -> Outcome:
        outcome = await run(Plan(wish, ABLE, server.open, AnswerView(out, err), toolbox=toolbox))
        await server.end()
        return outcome

    return run_jumping(main()), out.getvalue(), err.getvalue()


def talk(
    server: TextServer, *presses: tuple[float, Fact], view: View | None = None, wish: Wish = TALK
) -> Outcome:
    async def main() -> Outcome:
        outcome = await run(Plan(wish, ABLE, server.open, view or Watch(), keyboard=typing(*presses)))
        await server.end()
        return outcome

    return run_jumping(main())


def test_one_prompt_gets_one_answer_on_stdout_and_nothing_else() -> None:
    server = TextServer(*saying("Hello there, friend."))
    outcome, out, err = once(server)
    assert (outcome.exit_code, outcome.message, outcome.signal) == (0, "", None)
    assert out.rstrip() == "Hello there, friend."
    assert err == ""
    assert outcome.state.answer_text.strip() == "Hello there, friend."
    assert [event["type"] for event in server.heard] == [
        "session.update",
        "conversation.item.create",
        "response.create",
    ]


def test_a_call_is_made_and_its_output_becomes_part_of_the_answer() -> None:
    async def add(arguments: str) -> str:
        await asyncio.sleep(3)
        assert arguments == '{"a":1,"b":2}'
        return "3"

    parameters = {"type": "object", "properties": {}}
    toolbox = Toolbox([Tool("add", "Add two numbers.", parameters, add, "test")])
    server = TextServer(lambda c: c.respond([call_item("add", '{"a":1,"b":2}')]), *saying("It is 3."))
    outcome, out, _ = once(server, toolbox=toolbox)
    assert outcome.exit_code == 0
    assert out.rstrip() == "It is 3."
    outputs = [event["item"] for event in server.said("conversation.item.create")][1:]
    assert [(item["type"], item["call_id"], item["output"]) for item in outputs] == [
        ("function_call_output", "call_1", "3")
    ]
    assert len(server.said("response.create")) == 2
    calls = [entry for entry in outcome.state.entries if isinstance(entry, Call)]
    assert [(call.name, call.status, call.output) for call in calls] == [("add", CallStatus.DONE, "3")]


def test_a_python_function_that_computes_for_long_does_not_stop_the_pictures() -> None:
    """Were the loop held up, nobody could tell the function to stop, and it would reach its time limit."""
    seen = threading.Event()

    def ponder() -> str:
        """Compute without ever waiting."""
        rounds = 0
        while not seen.is_set():
            rounds += 1
        return "enough" if rounds else "nothing done"

    class Counting(Watch):
        def update(self, state: SessionState, now_s: float) -> None:
            super().update(state, now_s)
            if len([None for _, old in self.pictures if old.phase is Phase.CALLING]) >= 3:
                seen.set()

    server = TextServer(lambda c: c.respond([call_item("ponder", "{}")]), *saying("Done."))

    async def main() -> Outcome:
        toolbox = Toolbox([tool_from(ponder, "ponder", source="test")], time_limit_s=20)
        outcome = await run(Plan(ONCE, ABLE, server.open, Counting(), toolbox=toolbox))
        await server.end()
        return outcome

    outcome = run_jumping(main())
    call = next(entry for entry in outcome.state.entries if isinstance(entry, Call))
    assert (call.status, call.output) == (CallStatus.DONE, "enough")


def test_a_refused_key_ends_with_its_code_and_the_next_step() -> None:
    async def opener() -> MemoryTransport:
        raise NotAuthorized("the key was refused", advice="Get another one.")

    async def main() -> Outcome:
        return await run(Plan(ONCE, ABLE, opener, AnswerView(io.StringIO(), io.StringIO())))

    outcome = run_jumping(main())
    assert (outcome.exit_code, outcome.advice) == (77, "Get another one.")
    assert "the key was refused" in outcome.message


def test_a_server_that_closes_with_a_verdict_is_not_called_again() -> None:
    async def refuse(client: Client) -> None:
        await client.link.close(4000, "invalid_request_error.beta_api_shape_disabled")

    server = TextServer(refuse)
    outcome, out, _ = once(server)
    assert outcome.exit_code == 76
    assert out == ""
    assert len(server.clients) == 1


def test_a_conversation_is_typed_answered_and_left() -> None:
    server = TextServer(*saying("First answer.", "Second answer."))
    watch = Watch()
    outcome = talk(server, (1, PromptTyped("one")), (5, PromptTyped("two")), (10, QuitPressed()), view=watch)
    assert outcome.exit_code == 0
    texts = [entry.text.strip() for entry in outcome.state.entries if isinstance(entry, Spoken)]
    assert texts == ["one", "First answer.", "two", "Second answer."]
    assert watch.treatment == ["start", "stop"]
    assert watch.pictures[-1][1].phase is Phase.ENDED


def test_pictures_come_at_most_ten_times_a_second_and_seldom_when_nothing_happens() -> None:
    watch = Watch()
    words = " ".join(["word"] * 200)  # ten seconds of text
    talk(TextServer(*saying(words)), (1, PromptTyped("go")), (60, QuitPressed()), view=watch)
    times = [now_s for now_s, _ in watch.pictures[:-1]]  # the last one, at the end, comes when it comes
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 0.099
    assert len([t for t in times if 2 <= t <= 11]) >= 80
    assert len([t for t in times if 20 <= t <= 50]) <= 35


def test_a_lost_line_is_opened_again_and_the_conversation_goes_on() -> None:
    async def hang_up(client: Client) -> None:
        await client.respond([text_item("First answer.", "item_first")])
        await client.link.drop()

    server = TextServer(hang_up, *saying("Second answer."))
    outcome = talk(server, (1, PromptTyped("one")), (20, PromptTyped("two")), (40, QuitPressed()))
    assert outcome.exit_code == 0
    assert len(server.clients) == 2
    texts = [entry.text.strip() for entry in outcome.state.entries if isinstance(entry, Spoken)]
    assert texts == ["one", "First answer.", "two", "Second answer."]


def test_what_a_user_stops_is_stopped() -> None:
    async def long_answer(client: Client) -> None:
        await client.say("response.created", response={"id": "resp_long", "status": "in_progress"})
        # The cancel is read by the serving loop once this script has ended.

    server = TextServer(long_answer)
    talk(server, (1, PromptTyped("go")), (3, InterruptPressed()), (5, QuitPressed()))
    assert len(server.said("response.cancel")) == 1


class _Faulty(Watch):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def update(self, state: SessionState, now_s: float) -> None:
        if now_s > 2:
            raise self._error


def test_a_bug_in_a_view_is_raised_after_everything_was_given_back() -> None:
    view = _Faulty(ZeroDivisionError("a bug"))
    stopped = []

    class Keys(Script):
        def stop(self) -> None:
            super().stop()
            stopped.append(view.treatment[:])

    server = TextServer(*saying("never seen"))

    async def main() -> None:
        plan = Plan(
            TALK,
            ABLE,
            server.open,
            view,
            keyboard=lambda post, _: Keys(post, [(9, QuitPressed())]),
        )
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await run(plan)
        await server.end()

    run_jumping(main())
    assert stopped == [["start"]]
    assert view.treatment == ["start", "stop"]


def test_a_tap_that_breaks_is_raised_too_and_the_line_is_closed() -> None:
    def tap(way: str, _text: str) -> None:
        raise ZeroDivisionError("a bug")

    server, view = TextServer(), Watch()

    async def main() -> None:
        with pytest.raises(ZeroDivisionError, match="a bug"):
            await run(Plan(TALK, ABLE, server.open, view, tap=tap))
        await server.end()

    run_jumping(main())
    assert view.treatment == ["start", "stop"]


def test_nobody_reading_our_output_ends_the_session_without_a_word() -> None:
    outcome = talk(TextServer(), view=_Faulty(OutputClosed()))
    assert (outcome.exit_code, outcome.message) == (141, "")


def test_a_session_can_be_cancelled_from_outside() -> None:
    server = TextServer()
    view = Watch()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await run(Plan(TALK, ABLE, server.open, view))
        await server.end()

    run_jumping(main())
    assert view.treatment == ["start", "stop"]


@pytest.mark.parametrize("delay_s", [0.0, 0.5])
def test_leaving_while_the_line_is_still_being_opened(delay_s: float) -> None:
    async def never() -> MemoryTransport:
        await asyncio.Event().wait()
        raise AssertionError

    async def main() -> Outcome:
        return await run(Plan(TALK, ABLE, never, Watch(), keyboard=typing((delay_s, QuitPressed()))))

    assert run_jumping(main()).exit_code == 0
