"""An earlier conversation goes on, and a new session is told as much as it can hold."""

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.past import PastCall, PastWords
from realtime_cli.session.state import Call, Spoken
from tests.support.facts import Mind, said, text_answer, typed_wish

EARLIER = (
    PastWords("system", "be brief"),
    PastWords("user", "what is the time"),
    PastCall("call_1", "get_time", '{"zone":"local"}', "ten past nine"),
    PastWords("assistant", "Ten past", interrupted=True),
)


def created(commands: list[c.Command]) -> list[p.Item]:
    return [event.item for event in said(commands, p.ConversationItemCreate)]


def test_an_earlier_conversation_is_shown_and_told_in_order() -> None:
    mind = Mind(typed_wish(earlier=EARLIER, first_prompt="and now?"))
    told = created(mind.ready())
    assert [type(item).__name__ for item in told] == [
        "MessageItem",
        "MessageItem",
        "FunctionCallItem",
        "FunctionCallOutputItem",
        "MessageItem",
        "MessageItem",
    ]
    assert isinstance(told[2], p.FunctionCallItem)
    assert isinstance(told[3], p.FunctionCallOutputItem)
    assert told[2].call_id == told[3].call_id
    assert mind.lines() == [
        "system: be brief",
        "user: what is the time",
        "assistant: Ten past",
        "user: and now?",
    ]
    assert mind.see().settled >= 4
    assert [entry.name for entry in mind.see().entries if isinstance(entry, Call)] == ["get_time"]


def test_ids_of_earlier_items_and_calls_never_meet_those_of_the_present() -> None:
    again = (PastCall("call_1", "a", "{}", "1"), PastCall("call_1", "b", "{}", "2"))
    mind = Mind(typed_wish(earlier=(*again, PastWords("user", "x")), first_prompt="y"))
    ids = [item.id for item in created(mind.ready())]
    assert len(set(ids)) == len(ids)
    assert len({entry.call_id for entry in mind.calls()}) == 2


def test_what_the_window_does_not_hold_is_left_out_oldest_first_and_said() -> None:
    words = tuple(PastWords("user", f"{number} " + "word " * 200) for number in range(40))
    mind = Mind(typed_wish(earlier=words, context_window_tokens=4_000))
    told = [item.content[0].text for item in created(mind.ready()) if isinstance(item, p.MessageItem)]  # type: ignore[union-attr]
    numbers = [int(text.split()[0]) for text in told]
    assert 3 < len(numbers) < 20
    assert numbers == list(range(40 - len(numbers), 40))
    assert any("left out" in notice for notice in mind.notices())


def test_an_output_is_never_told_without_its_call() -> None:
    big = PastCall("call_1", "read", '{"path": "' + "x" * 20_000 + '"}', "y" * 100)
    mind = Mind(typed_wish(earlier=(big, PastWords("user", "thanks")), context_window_tokens=2_000))
    assert [type(item).__name__ for item in created(mind.ready())] == ["MessageItem"]


def test_after_a_lost_line_both_the_earlier_and_the_new_items_are_told_once() -> None:
    mind = Mind(typed_wish(earlier=EARLIER[1:2]))
    mind.ready()
    mind.tell(f.PromptTyped("hello"))
    mind.hear(*text_answer("Hi there."))
    mind.tell(f.ConnectionLost(1006, ""))
    again = mind.wait(10) + mind.connect(attempt=2)
    texts = [item.content[0].text for item in created(again) if isinstance(item, p.MessageItem)]  # type: ignore[union-attr]
    assert texts == ["what is the time", "hello", "Hi there."]
    assert [entry.text for entry in mind.see().entries if isinstance(entry, Spoken)] == texts
