"""The doorway between threads and the loop."""

import asyncio
import threading

from realtime_cli.runtime.inbox import Inbox
from realtime_cli.session.facts import Fact, MicHeard, NewsArrived, PromptTyped, QuitPressed, UplinkDropped
from tests.support.clock import run_jumping

BLOCK = bytes(960)  # 20 ms


def test_facts_of_four_threads_keep_each_threads_order() -> None:
    each = 2_000

    async def main() -> list[tuple[Fact, float]]:
        inbox = Inbox()

        def work(name: str) -> None:
            for number in range(each):
                inbox.post(PromptTyped(f"{name} {number}"))

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        got = []
        async for entry in inbox:
            got.append(entry)
            if len(got) == 4 * each:
                break
        for thread in threads:
            thread.join()
        return got

    got = asyncio.run(main())
    texts = [fact.text for fact, _ in got if isinstance(fact, PromptTyped)]
    for name in "abcd":
        assert [text for text in texts if text[0] == name] == [f"{name} {n}" for n in range(each)]
    stamps = [at_s for _, at_s in got]
    assert stamps == sorted(stamps)


def test_a_fact_is_stamped_when_it_is_posted_not_when_it_is_read() -> None:
    async def main() -> None:
        inbox = Inbox()
        inbox.post(QuitPressed())
        await asyncio.sleep(5)
        assert await anext(inbox) == (QuitPressed(), 0.0)

    run_jumping(main())


def test_a_reader_that_waits_is_woken_from_a_thread() -> None:
    async def main() -> Fact:
        inbox = Inbox()
        timer = threading.Timer(0.05, inbox.post, args=(QuitPressed(),))
        timer.start()
        fact, _ = await anext(inbox)
        timer.join()
        return fact

    assert asyncio.run(main()) == QuitPressed()


def test_a_late_loop_leaves_out_old_microphone_audio_and_nothing_else() -> None:
    async def main() -> None:
        inbox = Inbox()
        for number in range(10):
            inbox.post(MicHeard(BLOCK, -40.0))
            inbox.post(PromptTyped(str(number)))
        await asyncio.sleep(2.5)
        inbox.post(MicHeard(BLOCK, -20.0))
        inbox.close()
        facts = [fact async for fact, _ in inbox]
        assert [f.text for f in facts if isinstance(f, PromptTyped)] == [str(n) for n in range(10)]
        assert [f for f in facts if isinstance(f, MicHeard)] == [MicHeard(BLOCK, -20.0)]
        assert sum(f.dropped_ms for f in facts if isinstance(f, UplinkDropped)) == 200 == inbox.shed_ms

    run_jumping(main())


def test_audio_within_two_seconds_stays() -> None:
    async def main() -> None:
        inbox = Inbox()
        inbox.post(MicHeard(BLOCK, -40.0))
        await asyncio.sleep(1.9)
        fact, _ = await anext(inbox)
        assert isinstance(fact, MicHeard)
        assert inbox.shed_ms == 0

    run_jumping(main())


def test_what_is_queued_at_the_end_is_still_read_and_later_facts_are_refused() -> None:
    async def main() -> None:
        inbox = Inbox()
        inbox.post(NewsArrived("info", "before"))
        inbox.close()
        inbox.post(NewsArrived("info", "after"))
        assert [fact async for fact, _ in inbox] == [NewsArrived("info", "before")]
        assert inbox.refused == 1

    run_jumping(main())


def test_a_closed_loop_is_swallowed_and_counted() -> None:
    async def main() -> Inbox:
        return Inbox()

    inbox = asyncio.run(main())
    inbox.post(QuitPressed())
    inbox.post(QuitPressed())
    assert inbox.refused == 2


def test_a_busy_inbox_lets_other_tasks_work() -> None:
    async def main() -> int:
        inbox = Inbox()
        for _ in range(1000):
            inbox.post(QuitPressed())
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        for _ in range(1000):
            await anext(inbox)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return turns

    assert run_jumping(main()) >= 10
