"""How full the model's memory is, and what goes."""

from __future__ import annotations

from realtime_cli import protocol as p
from realtime_cli.session import facts as f
from realtime_cli.session import request_facts as r
from tests.support.facts import Mind, call_answer, call_item, said, text_answer, typed_wish


def turn(mind: Mind, number: int, used: int) -> None:
    mind.tell(f.PromptTyped(f"question {number} " * 20))
    events = text_answer("answer " * 20, f"r{number}", f"a{number}")
    usage = p.Usage(total_tokens=used, input_tokens=used - 10, output_tokens=10)
    end = p.ResponseDone(response=p.Response(id=f"r{number}", status="completed", usage=usage))
    mind.hear(*events[:-1], end)


def deleted(mind: Mind) -> list[str]:
    return [event.item_id for event in said(mind.log, p.ConversationItemDelete)]


def test_the_use_is_known_and_warned_of_once() -> None:
    mind = Mind(typed_wish(context_window_tokens=1000))
    mind.ready()
    turn(mind, 1, 500)
    assert (mind.see().context.used_tokens, mind.see().context.share) == (500, 0.5)
    assert mind.notices() == []
    turn(mind, 2, 850)
    turn(mind, 3, 870)
    assert mind.notices() == ["The conversation fills 85% of the model's memory."]
    assert deleted(mind) == []


def test_the_oldest_unpinned_items_go_and_the_newest_turn_stays() -> None:
    mind = Mind(typed_wish(context_window_tokens=1000, context_policy="delete"))
    mind.ready()
    for number in range(1, 6):
        turn(mind, number, 150 * number)
    items = [item.item_id for item in mind.see().items]
    mind.tell(r.ItemPinned(items[0]))
    turn(mind, 6, 950)
    gone = deleted(mind)
    assert gone == items[1 : 1 + len(gone)]
    assert items[0] not in gone
    assert 2 <= len(gone) <= 8
    assert mind.see().context.dropped_items == len(gone)
    statuses = {item.item_id: item.status for item in mind.see().items}
    assert {statuses[item_id] for item_id in gone} == {"deleted"}


def test_a_call_goes_with_its_output() -> None:
    mind = Mind(typed_wish(context_window_tokens=1000, context_policy="delete"))
    mind.ready()
    mind.hear(*call_answer(call_item("c1", arguments='{"a": "' + "x" * 400 + '"}')))
    mind.tell(f.ToolReturned("c1", "out " * 100))
    for number in range(2, 4):
        turn(mind, number, 100 * number)
    turn(mind, 4, 980)
    kinds = {item.item_id: item.kind for item in mind.see().items}
    gone = [kinds[item_id] for item_id in deleted(mind)]
    assert gone.count("function_call") == gone.count("function_call_output") == 1


def test_a_server_that_deletes_nothing_is_said_once() -> None:
    mind = Mind(
        typed_wish(context_window_tokens=1000, context_policy="delete"), p.ALL - {p.Ability.ITEM_DELETE}
    )
    mind.ready()
    turn(mind, 1, 950)
    turn(mind, 2, 960)
    assert mind.notices() == ["The model's memory is nearly full, and this server deletes no items."]
