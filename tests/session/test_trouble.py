"""Errors, by what the event at fault was for."""

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.intents import Intent, Intents, Purpose
from realtime_cli.session.state import ConnectionState, ResponseState
from tests.support.facts import Mind, begun, error, kinds, of, said, text_answer, typed_wish, user_turn, voice


def id_of(mind: Mind, kind: type[p.ClientEvent]) -> str:
    return str(said(mind.log, kind)[-1].event_id)


def test_races_that_settled_themselves_are_not_shown() -> None:
    mind = Mind()
    mind.ready()
    before = len(mind.see().entries)
    for code in (
        "response_cancel_not_active",
        "item_delete_invalid_item_id",
        "input_audio_buffer_commit_empty",
    ):
        assert kinds(mind.hear(error(code))) == []
    assert len(mind.see().entries) == before


def test_a_cancel_that_found_nothing_opens_the_gate() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    mind.hear(*begun())
    mind.tell(f.InterruptPressed())
    assert mind.see().response is ResponseState.CANCELLING
    mind.hear(error("response_cancel_not_active", event_id=id_of(mind, p.ResponseCancel)))
    assert mind.see().response is ResponseState.NONE


def test_an_item_that_the_server_does_not_know_is_dropped_here_too() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(100, "x"))
    mind.tell(f.InterruptPressed(), f.Flushed((f.Piece("a1", 0, 0),)))
    mind.hear(error("item_delete_invalid_item_id", event_id=id_of(mind, p.ConversationItemDelete)))
    assert mind.lines() == ["user: hello there"]


def test_a_refused_answer_is_shown_and_the_gate_is_open() -> None:
    mind = Mind(typed_wish(first_prompt="hi"))
    mind.ready()
    mind.hear(error("invalid_value", "no such thing", id_of(mind, p.ResponseCreate)))
    assert mind.notices() == ["invalid_value: no such thing"]
    assert mind.see().response is ResponseState.NONE


def test_a_script_whose_answer_or_prompt_is_refused_ends() -> None:
    for kind in (p.ResponseCreate, p.ConversationItemCreate):
        mind = Mind(typed_wish(once=True, first_prompt="hi"))
        mind.ready()
        (end,) = of(mind.hear(error("invalid_value", "no", id_of(mind, kind))), c.Finish)
        assert (end.exit_code, "no" in end.message) == (76, True)


def test_an_error_without_an_id_is_about_the_answer_that_was_asked_for() -> None:
    mind = Mind(typed_wish(once=True, first_prompt="hi"))
    mind.ready()
    assert of(mind.hear(error(None, "something broke")), c.Finish)


def test_a_refused_prompt_says_so_on_its_line() -> None:
    mind = Mind(typed_wish(first_prompt="hi"))
    mind.ready()
    mind.hear(error("invalid_value", "too long", id_of(mind, p.ConversationItemCreate)))
    assert mind.spoken()[0].problem == "invalid_value: too long"


def test_refused_corrections_are_only_a_remark() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    mind.hear(*begun())
    mind.tell(f.InterruptPressed())
    mind.hear(error("invalid_value", "not that one", id_of(mind, p.ResponseCancel)))
    (text,) = mind.notices()
    assert text.startswith("The server would not cancel an answer")


def test_a_server_fault_on_asking_is_tried_again_later() -> None:
    mind = Mind(typed_wish(first_prompt="hi"))
    mind.ready()
    assert kinds(mind.hear(error("server_error", "oops", id_of(mind, p.ResponseCreate)))) == []
    assert kinds(mind.wait(2)) == ["response.create"]
    for _ in range(3):
        mind.hear(error("server_error", "oops", id_of(mind, p.ResponseCreate)))
        mind.wait(20)
    assert mind.see().response is ResponseState.NONE
    mind.hear(*text_answer("late but here"))
    assert mind.lines()[-1] == "assistant: late but here"


def test_a_fatal_first_word_ends_with_the_next_step() -> None:
    mind = Mind()
    mind.begin()
    mind.tell(f.Connected(1))
    told = mind.hear(error("beta_api_shape_disabled", "no beta here"))
    assert kinds(told) == ["Disconnect", "Finish"]
    (end,) = of(told, c.Finish)
    assert (end.exit_code, "--dialect ga" in end.advice) == (76, True)
    assert mind.see().connection is ConnectionState.CLOSED


def test_other_errors_are_shown_and_the_session_goes_on() -> None:
    mind = Mind()
    mind.ready()
    assert kinds(mind.hear(error("odd", "strange", "evt_unknown"))) == []
    assert mind.notices() == ["odd: strange"]


def test_intents_are_kept_for_a_while_and_given_once() -> None:
    intents = Intents()
    for number in range(300):
        intents.remember(f"e{number}", Intent(Purpose.ASK))
    assert intents.take("e0") is None
    assert intents.take("e299") == Intent(Purpose.ASK)
    assert intents.take("e299") is None
    assert intents.take(None) is None
