"""Money, minutes, silence: each is warned of, then ends the conversation politely."""

import pytest

from realtime_cli import protocol as p
from realtime_cli.session import commands as c
from realtime_cli.session import facts as f
from realtime_cli.session.rates import Rates
from tests.support.facts import Mind, begun, of, text_answer, typed_wish, user_turn, voice_wish

RATES = Rates(
    input_text=4e-6,
    input_audio=32e-6,
    cached_text=4e-7,
    output_text=16e-6,
    output_audio=64e-6,
    source="a list",
)


def answered(text_tokens: int, audio_tokens: int = 0, cached: int = 0) -> p.ResponseDone:
    usage = p.Usage(
        total_tokens=text_tokens + audio_tokens + cached,
        input_token_details=p.InputTokenDetails(text_tokens=cached, cached_tokens=cached),
        output_token_details=p.OutputTokenDetails(text_tokens=text_tokens, audio_tokens=audio_tokens),
    )
    return p.ResponseDone(response=p.Response(id="r1", status="completed", usage=usage))


def test_the_cost_is_an_estimate_from_the_kinds_of_tokens_and_cached_ones_are_a_part() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    assert mind.see().cost_usd is None
    mind.tell(f.PromptTyped("x"))
    mind.hear(*begun(), answered(1_000, 1_000, cached=1_000_000))
    mind.tell(f.PricesKnown(RATES))
    assert mind.see().cost_usd == pytest.approx(0.016 + 0.064 + 0.4)
    assert mind.see().price_source == "a list"


def test_transcription_is_billed_apart() -> None:
    mind = Mind(voice_wish())
    mind.ready()
    mind.hear(*user_turn("u1", None))
    usage = {"type": "duration", "seconds": 60}
    mind.hear(p.ConversationItemInputAudioTranscriptionCompleted(item_id="u1", transcript="hi", usage=usage))
    mind.tell(f.PricesKnown(Rates(transcription_second=0.0001)))
    assert mind.see().cost_usd == pytest.approx(0.006)


def test_the_greatest_cost_ends_the_conversation_after_a_warning_when_the_answer_is_over() -> None:
    mind = Mind(typed_wish(max_cost_usd=0.10))
    mind.ready()
    mind.tell(f.PricesKnown(RATES), f.PromptTyped("x"))
    told = mind.hear(*begun("r1"), answered(5_900))
    assert any("spent" in notice for notice in mind.notices())
    assert not of(told, c.Finish)
    mind.tell(f.PromptTyped("y"))
    told = mind.hear(*text_answer("more", "r2", "a2")[:-1])
    assert not of(told, c.Finish)
    usage = answered(1_000).response.usage
    told = mind.hear(p.ResponseDone(response=p.Response(id="r2", status="completed", usage=usage)))
    assert [end.exit_code for end in of(told, c.Finish)] == [0]


def test_minutes_are_warned_of_and_end_it() -> None:
    mind = Mind(typed_wish(max_minutes=10))
    mind.ready()
    assert not of(mind.wait(539), c.Finish)
    assert not any("minutes" in notice for notice in mind.notices())
    assert not of(mind.wait(2), c.Finish)
    assert any("--max-minutes" in notice for notice in mind.notices())
    assert [end.exit_code for end in of(mind.wait(60), c.Finish)] == [0]


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(1 / 60, "1 second"), (0.2, "12 seconds"), (1.5, "90 seconds"), (2, "2 minutes"), (2.5, "2.5 minutes")],
)
def test_the_time_that_is_over_is_said_as_people_say_it(minutes: float, told: str) -> None:
    mind = Mind(typed_wish(max_minutes=minutes))
    mind.ready()
    mind.wait(minutes * 60 + 1)
    assert f"The time is over: {told} (--max-minutes)." in mind.notices()


def test_an_answer_in_progress_is_finished_first_but_not_for_ever() -> None:
    mind = Mind(typed_wish(max_minutes=1))
    mind.ready()
    mind.tell(f.PromptTyped("x"))
    mind.hear(*begun())
    assert not of(mind.wait(61), c.Finish)
    assert of(mind.wait(120), c.Finish)


def test_silence_ends_it_and_any_word_begins_the_count_anew() -> None:
    mind = Mind(typed_wish(idle_timeout_s=60))
    mind.ready()
    mind.wait(50)
    assert any("if nobody says anything" in notice for notice in mind.notices())
    mind.tell(f.PromptTyped("x"))
    mind.hear(*text_answer("y"))
    assert not of(mind.wait(55), c.Finish)
    assert [end.exit_code for end in of(mind.wait(10), c.Finish)] == [0]


def test_without_limits_nothing_ends() -> None:
    mind = Mind(typed_wish())
    mind.ready()
    mind.tell(f.PricesKnown(RATES))
    assert not of(mind.wait(100_000), c.Finish)
