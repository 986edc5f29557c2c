"""A device's life: opened, watched, lost, opened again; on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from realtime_cli.devices.contract import Lost
from realtime_cli.errors import AudioLibraryMissing, DeviceError, NoSuchDevice, RealtimeCliError
from realtime_cli.runtime.keeper import Keeper, uncancelled
from tests.support.clock import run_jumping

Event = tuple[float, str, int]


class Toy:
    """A device that does what the test says. `script` holds an error or None for each opening, then None."""

    name = "toy"
    remark = ""

    def __init__(self, *script: RealtimeCliError | None, can_return: bool = True, dumb: bool = False) -> None:
        self.can_return, self.dumb = can_return, dumb
        self.script = list(script)
        self.opened = self.closed = 0
        self.lost: Lost | None = None
        self.pulse: asyncio.Task[None] | None = None
        self.delivered: Callable[[], None] = lambda: None

    async def open(self, lost: Lost) -> None:
        error = self.script.pop(0) if self.script else None
        if error:
            raise error
        self.opened += 1
        self.lost = lost
        self.pulse = asyncio.create_task(self._beat())

    async def close(self) -> None:
        if self.pulse:
            self.closed += 1
            self.pulse.cancel()
            await asyncio.gather(self.pulse, return_exceptions=True)
            self.pulse = None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            if not self.dumb:
                self.delivered()


class Life:
    """A keeper of a toy, and what it told."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        self.events: list[Event] = []
        self.renewals: list[int] = []
        self.loop = asyncio.get_running_loop()
        self.keeper = Keeper(toy, toy.open, self._told, self._renew, asyncio.Lock())
        toy.delivered = self.keeper.delivered

    def _told(self, problem: str, attempts: int) -> None:
        self.events.append((round(self.loop.time(), 2), problem, attempts))

    async def _renew(self, keeper: Keeper, attempts: int) -> None:
        assert keeper is self.keeper
        self.renewals.append(attempts)


def live(toy: Toy, story: Callable[[Life], Awaitable[None]]) -> Life:
    async def main() -> Life:
        life = Life(toy)
        await life.keeper.start()
        await story(life)
        await life.keeper.stop()
        assert toy.pulse is None
        return life

    return run_jumping(main())


async def nothing(life: Life) -> None:
    pass


def test_it_works_when_the_first_block_came() -> None:
    life = live(Toy(), nothing)
    assert life.events == [(0.02, "", 0)]
    assert (life.toy.opened, life.toy.closed) == (1, 1)


def test_a_device_that_is_lost_is_opened_again_at_once() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(10)
        assert life.toy.lost
        life.toy.lost("pulled out")
        await asyncio.sleep(0.1)
        assert life.keeper.works

    life = live(Toy(), story)
    assert [event[1:] for event in life.events] == [("", 0), ("pulled out", 0), ("", 0)]
    assert life.renewals == []


def test_pauses_grow_to_5_s_and_the_list_is_made_anew_before_each_attempt() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(30)

    gone = NoSuchDevice("gone", advice="Plug it in.")
    life = live(Toy(*[gone] * 6), story)
    assert [problem for _, problem, _ in life.events] == ["gone. Plug it in."] * 6 + [""]
    assert [attempts for *_, attempts in life.events] == [1, 2, 3, 4, 5, 6, 0]
    assert [at for at, *_ in life.events] == pytest.approx([0, 0.5, 1.5, 3.5, 8.5, 13.5, 18.52])
    assert life.renewals == [1, 2, 3, 4, 5, 6]


def test_a_device_that_falls_silent_is_lost_after_a_second() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(5)
        life.toy.dumb = True
        await asyncio.sleep(1.5)

    life = live(Toy(), story)
    at, problem, attempts = life.events[1]
    assert 6.0 <= at <= 6.5
    assert (problem, attempts) == ("it has delivered no sound for 1 s", 0)


def test_a_device_that_never_delivers_does_not_count_as_working() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(3)

    life = live(Toy(dumb=True), story)
    assert {problem for _, problem, _ in life.events} == {"it has delivered no sound for 1 s"}


def test_a_loop_that_stood_still_does_not_blame_the_device() -> None:
    async def story(life: Life) -> None:
        life.loop._jumps.now_s += 30.0  # type: ignore[attr-defined]  # nothing ran for half a minute
        await asyncio.sleep(3)

    assert len(live(Toy(), story).events) == 1


def test_what_cannot_return_is_tried_once_and_again_on_demand() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(100)
        assert len(life.events) == 1
        life.keeper.reopen()
        await asyncio.sleep(0.1)

    life = live(Toy(DeviceError("no"), can_return=False), story)
    assert [event[1:] for event in life.events] == [("no", 1), ("", 0)]
    assert life.renewals == [0]


def test_a_missing_library_is_not_tried_again() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(100)

    life = live(Toy(*[AudioLibraryMissing("none")] * 9), story)
    assert len(life.events) == 1
    assert "apt install libportaudio2" in life.events[0][1]


def test_a_wanted_reopening_tells_only_that_it_works() -> None:
    async def story(life: Life) -> None:
        await asyncio.sleep(1)
        life.keeper.reopen()
        await asyncio.sleep(1)

    life = live(Toy(), story)
    assert [event[1:] for event in life.events] == [("", 0), ("", 0)]
    assert (life.toy.opened, life.toy.closed, life.renewals) == (2, 2, [0])


def test_a_loss_told_by_an_older_opening_is_no_news() -> None:
    async def story(life: Life) -> None:
        old = life.toy.lost
        assert old
        life.keeper.reopen()
        await asyncio.sleep(1)
        old("too late")
        await asyncio.sleep(1)

    assert all(not problem for _, problem, _ in live(Toy(), story).events)


def test_a_rest_is_not_a_loss() -> None:
    async def story(life: Life) -> None:
        await life.keeper.rest()
        await life.keeper.resume()
        await asyncio.sleep(2)

    life = live(Toy(), story)
    assert len(life.events) == 1
    assert life.toy.opened == 2


def test_a_rest_without_an_end_is_a_loss() -> None:
    async def story(life: Life) -> None:
        await life.keeper.rest()
        life.toy.script.append(DeviceError("gone"))
        await life.keeper.resume()
        await asyncio.sleep(1)

    events = [event[1:] for event in live(Toy(), story).events]
    assert events == [("", 0), ("gone", 0), ("", 0)]


class SlowToClose(Toy):
    """A device whose thread takes half a second to let go."""

    async def close(self) -> None:
        if self.pulse:
            await asyncio.sleep(0.5)
        await super().close()


def test_who_is_cancelled_while_it_closes_learns_it_when_it_is_closed() -> None:
    async def story(life: Life) -> None:
        stopping = asyncio.create_task(life.keeper.stop())
        await asyncio.sleep(0.1)
        stopping.cancel()
        began_s = life.loop.time()
        with pytest.raises(asyncio.CancelledError):
            await stopping
        assert life.loop.time() - began_s == pytest.approx(0.4)
        assert life.toy.pulse is None

    live(SlowToClose(), story)


def test_two_who_stop_it_both_wait_for_its_end() -> None:
    async def story(life: Life) -> None:
        first = asyncio.create_task(life.keeper.stop())
        await asyncio.sleep(0.1)
        await life.keeper.stop()
        assert life.toy.pulse is None
        await first

    assert live(SlowToClose(), story).toy.closed == 1


def test_a_loss_after_the_loop_was_closed_is_swallowed() -> None:
    life = live(Toy(), nothing)
    assert life.toy.lost
    life.toy.lost("nobody listens")


def test_a_bug_is_not_hidden() -> None:
    async def main() -> None:
        toy = Toy()

        async def broken(lost: Lost) -> None:
            raise ZeroDivisionError

        async def renew(keeper: Keeper, attempts: int) -> None: ...

        keeper = Keeper(toy, broken, lambda problem, attempts: None, renew, asyncio.Lock())
        await keeper.start()
        with pytest.raises(ZeroDivisionError):
            await keeper.stop()

    run_jumping(main())


def test_an_opening_is_finished_before_a_stop() -> None:
    async def main() -> list[str]:
        steps: list[str] = []

        async def open_slowly() -> None:
            await asyncio.sleep(1)
            steps.append("open")

        task = asyncio.create_task(uncancelled(open_slowly()))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        steps.append("stopped" if task.cancelled() else "not cancelled")
        return steps

    assert run_jumping(main()) == ["open", "stopped"]
