"""Answers: one at a time, begun by any event, failed and asked for again."""

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.state import Phase, ResponseState
from tests.support.facts import (
    Mind,
    begun,
    done,
    ended,
    error,
    failed,
    kinds,
    of,
    said,
    text_answer,
    typed_wish,
    user_turn,
    voice,
)


def asked(*, once: bool = False) -> Mind:
    mind = Mind(typed_wish(once=once, first_prompt="hi"))
    mind.ready()
    return mind


def ask_of(mind: Mind) -> str:
    return str(said(mind.log, p.ResponseCreate)[-1].event_id)


def test_one_prompt_one_answer() -> None:
    mind = asked(once=True)
    told = mind.hear(*text_answer("Hello."))
    assert kinds(told) == ["Disconnect", "Finish"]
    assert of(told, c.Finish) == [c.Finish(0)]
    state = mind.see()
    assert (state.answer_text, state.response_id, state.phase) == ("Hello.", "r1", Phase.ENDED)
    assert state.settled == len(state.entries) == 2


def test_words_are_there_as_they_come() -> None:
    mind = asked()
    mind.hear(*begun())
    assert mind.see().answer_text == ""
    mind.hear(p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="He"))
    assert (mind.see().answer_text, mind.see().phase) == ("He", Phase.SPEAKING)
    mind.hear(p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="llo"))
    assert mind.see().answer_text == "Hello"


def test_prompts_typed_meanwhile_wait_at_the_gate_and_share_one_answer() -> None:
    mind = asked()
    mind.hear(*begun())
    told = mind.tell(f.PromptTyped("second"), f.PromptTyped("third"))
    assert kinds(told) == []
    assert kinds(mind.hear(*ended())) == ["conversation.item.create"] * 2 + ["response.create"]


def test_a_prompt_typed_into_a_spoken_answer_stops_it_first() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*user_turn(), *begun(), *voice(1000, "a long story"))
    assert kinds(mind.tell(f.PromptTyped("stop that"))) == ["FlushPlayout", "response.cancel"]
    told = mind.tell(f.Flushed((f.Piece("a1", 0, 12000),)))
    assert kinds(told) == ["conversation.item.truncate"]
    told = mind.hear(*ended(status="cancelled"))
    assert kinds(told) == ["conversation.item.create", "response.create"]


def test_empty_prompts_are_nothing() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    assert kinds(mind.tell(f.PromptTyped("  \n"))) == []


def test_an_answer_that_begins_without_being_announced_is_followed() -> None:
    mind = asked()
    mind.hear(p.ResponseOutputTextDelta(response_id="r7", item_id="a7", delta="Yes"))
    assert mind.see().response is ResponseState.ACTIVE
    mind.hear(done("r7"))
    assert mind.see().response is ResponseState.NONE
    assert mind.lines() == ["user: hi", "assistant: Yes"]


def test_an_answer_that_is_only_done_is_over() -> None:
    mind = asked(once=True)
    item = p.MessageItem(id="a1", role="assistant", content=(p.OutputText("All at once"),))
    told = mind.hear(p.ResponseDone(response=p.Response(id="r1", status="completed", output=(item,))))
    assert of(told, c.Finish) == [c.Finish(0)]
    assert mind.see().answer_text == "All at once"


def test_done_twice_counts_once() -> None:
    mind = asked()
    usage = p.Usage(total_tokens=5)
    over = p.ResponseDone(response=p.Response(id="r1", status="completed", usage=usage))
    mind.hear(*begun(), over, over)
    assert (mind.see().tokens.responses, mind.see().tokens.total) == (1, 5)


def test_an_answer_given_up_without_a_word_gives_way_to_the_next() -> None:
    mind = asked()
    mind.hear(*begun("r1", "a1"), *begun("r2", "a2"))
    mind.hear(p.ResponseOutputTextDelta(response_id="r2", item_id="a2", delta="Second"), done("r2"))
    assert mind.see().response is ResponseState.NONE
    assert mind.lines()[-1] == "assistant: Second"


def test_asides_are_marked_and_are_not_the_answer() -> None:
    mind = asked()
    mind.hear(*begun(phase="commentary"))
    mind.hear(p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Let me see."))
    final = p.MessageItem(id="a2", role="assistant", phase="final_answer")
    mind.hear(p.ResponseOutputItemAdded(item=final, response_id="r1", output_index=1))
    mind.hear(p.ResponseOutputTextDelta(response_id="r1", item_id="a2", delta="Noon."), done())
    assert [entry.commentary for entry in mind.spoken()] == [False, True, False]
    assert mind.see().answer_text == "Noon."


def test_a_failed_answer_is_asked_for_again_three_times() -> None:
    mind = asked(once=True)
    waits = 0
    for turn in range(10):
        told = mind.hear(
            p.ResponseCreated(response=p.Response(id=f"r{turn}")),
            failed("server_error", response_id=f"r{turn}"),
        )
        if ends := of(told, c.Finish):
            assert ends[0].exit_code == 79
            break
        waits += 1
        assert kinds(told) == []
        assert said(mind.wait(12), p.ResponseCreate)
    assert waits == 3


def test_a_rate_limit_is_waited_for_as_long_as_the_server_says() -> None:
    mind = asked(once=True)
    limit = p.RateLimit(name="tokens", remaining=0, reset_seconds=20.0)
    mind.hear(p.RateLimitsUpdated(rate_limits=(limit,)), *begun(), failed("rate_limit_exceeded"))
    assert kinds(mind.wait(19)) == ["DozeSpeaker"]
    assert kinds(mind.wait(2)) == ["response.create", "RouseSpeaker"]


def test_a_rate_limit_that_stays_ends_a_script_with_its_own_code() -> None:
    mind = asked(once=True)
    for turn in range(4):
        told = mind.hear(failed("rate_limit_exceeded", response_id=f"r{turn}"))
        told += mind.wait(30)
    (end,) = of(told, c.Finish)
    assert end.exit_code == 75


def test_half_an_answer_is_not_repeated() -> None:
    mind = asked(once=True)
    mind.hear(*begun(), p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Hal"))
    (end,) = of(mind.hear(failed("server_error", "broken")), c.Finish)
    assert (end.exit_code, "broken" in end.message) == (79, True)


@pytest.mark.parametrize(("code", "exit_code"), [("insufficient_quota", 76), ("invalid_api_key", 77)])
def test_failures_that_no_retry_can_help_end_every_session(code: str, exit_code: int) -> None:
    (end,) = of(asked().hear(failed(code)), c.Finish)
    assert end.exit_code == exit_code
    assert end.advice


def test_an_incomplete_answer_is_explained() -> None:
    mind = asked()
    details = p.StatusDetails(type="incomplete", reason="max_output_tokens")
    mind.hear(*begun(), done(status="incomplete", details=details))
    assert mind.notices() == ["The answer is incomplete: max_output_tokens."]
    (end,) = of(asked(once=True).hear(*begun(), done(status="incomplete", details=details)), c.Finish)
    assert end.exit_code == 79


def test_a_cancelled_answer_ends_a_script_without_success() -> None:
    (end,) = of(asked(once=True).hear(*begun(), done(status="cancelled")), c.Finish)
    assert end.exit_code == 79


def test_a_failure_in_a_talk_is_shown_with_the_next_step() -> None:
    mind = asked()
    assert of(mind.hear(failed("weird_error", "it broke")), c.Finish) == []
    assert any("it broke" in text for text in mind.notices())
    assert kinds(mind.tell(f.PromptTyped("again"))) == ["conversation.item.create", "response.create"]


def test_an_active_answer_that_we_did_not_know_of_is_waited_for_once() -> None:
    mind = asked()
    event_id = ask_of(mind)
    assert kinds(mind.hear(error("conversation_already_has_active_response", event_id=event_id))) == []
    assert kinds(mind.hear(*text_answer("other", "r0", "a0"))) == ["response.create"]
    second = ask_of(mind)
    assert second != event_id
    assert kinds(mind.hear(*text_answer("mine", "r1", "a1"))) == []


def test_an_answer_that_never_begins_opens_the_gate_again() -> None:
    mind = asked()
    mind.wait(61)
    assert mind.see().response is ResponseState.NONE
    assert any("did not begin" in text for text in mind.notices())
    (end,) = of(asked(once=True).wait(61), c.Finish)
    assert end.exit_code == 79


def test_an_answer_that_stops_coming_is_given_up_and_taken_up_if_it_goes_on() -> None:
    mind = asked()
    mind.hear(*begun(), p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="We"))
    mind.wait(100)
    mind.hear(p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="ll"))
    mind.wait(100)
    assert mind.see().response is ResponseState.ACTIVE
    mind.wait(30)
    assert mind.see().response is ResponseState.NONE
    mind.hear(done("r1"))
    assert mind.see().response is ResponseState.NONE


def test_tokens_are_summed_and_missing_details_are_nothing() -> None:
    mind = asked()
    full = p.Usage(
        total_tokens=30,
        input_token_details=p.InputTokenDetails(
            text_tokens=5, audio_tokens=6, image_tokens=1, cached_tokens=4
        ),
        output_token_details=p.OutputTokenDetails(text_tokens=7, audio_tokens=11),
    )
    for response_id, usage in (("r1", full), ("r2", p.Usage(total_tokens=3)), ("r3", None)):
        mind.hear(p.ResponseDone(response=p.Response(id=response_id, status="completed", usage=usage)))
    tokens = mind.see().tokens
    assert (tokens.responses, tokens.total, tokens.cached) == (2, 33, 4)
    assert (tokens.input_text, tokens.input_audio, tokens.input_image) == (5, 6, 1)
    assert (tokens.output_text, tokens.output_audio) == (7, 11)


def test_the_end_of_the_words_mends_what_deltas_left_out() -> None:
    mind = asked()
    mind.hear(
        *begun(),
        p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Hllo"),
        p.ResponseOutputTextDone(response_id="r1", item_id="a1", text="Hello"),
        p.ResponseOutputTextDelta(response_id="r1", item_id="a1", delta="Hello"),
        done(),
    )
    assert mind.lines()[-1] == "assistant: Hello"


def test_a_slow_transcript_after_the_end_still_counts_while_the_answer_is_heard() -> None:
    mind = Mind()
    mind.ready()
    mind.hear(*begun(), *voice(500, "Good"), done())
    mind.hear(p.ResponseOutputAudioTranscriptDone(response_id="r1", item_id="a1", transcript="Good morning"))
    assert mind.lines() == ["assistant: Good morning"]


def test_answers_without_any_ids_are_told_apart() -> None:
    mind = asked()
    mind.hear(p.ResponseOutputTextDelta(delta="One"), p.ResponseDone(response=p.Response(status="completed")))
    mind.tell(f.PromptTyped("more"))
    mind.hear(p.ResponseOutputTextDelta(delta="Two"), p.ResponseDone(response=p.Response(status="completed")))
    assert mind.lines() == ["user: hi", "assistant: One", "user: more", "assistant: Two"]


def test_answers_without_item_ids_are_told_apart() -> None:
    mind = asked()
    for response_id, words in (("r1", "One"), ("r2", "Two")):
        mind.hear(p.ResponseOutputTextDelta(response_id=response_id, delta=words), done(response_id))
    assert mind.lines() == ["user: hi", "assistant: One", "assistant: Two"]
