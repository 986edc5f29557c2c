"""The built-in responder: a table of sentences, the client's functions, and their results."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.server.engines.contract import (
    CutShort,
    PastCall,
    Question,
    Thought,
    ToolOffer,
    Utterer,
    WantsCall,
    Words,
)
from realtime_cli.server.engines.rules_brain import RulesBrain
from realtime_cli.server.engines.rules_intents import World
from realtime_cli.server.engines.rules_tools import arguments_of
from tests.server.engines.offers import GET_TIME, OFFERS

WORLD = World(now=lambda: datetime(2026, 3, 1, 14, 5, tzinfo=UTC), roll=lambda sides: min(sides, 4))


async def think(question: Question) -> list[Thought]:
    return [thought async for thought in RulesBrain(WORLD).answer(question)]


def answer(*turns: Utterer | PastCall | str, tools: tuple[ToolOffer, ...] = (), **more: object) -> str:
    """The words of the answer; a str is what the user says."""
    history = tuple(Utterer("user", turn) if isinstance(turn, str) else turn for turn in turns)
    thoughts = asyncio.run(think(Question("", history, tools, **more)))  # type: ignore[arg-type]
    assert all(isinstance(thought, Words) for thought in thoughts)
    return "".join(thought.text for thought in thoughts if isinstance(thought, Words))


def call(
    *turns: Utterer | PastCall | str, tools: tuple[ToolOffer, ...] = OFFERS, choice: str = "auto"
) -> tuple[str, object]:
    """Name and arguments of the one call that is the answer."""
    history = tuple(Utterer("user", turn) if isinstance(turn, str) else turn for turn in turns)
    (wanted,) = asyncio.run(think(Question("", history, OFFERS, choice)))
    assert isinstance(wanted, WantsCall)
    return wanted.name, json.loads(wanted.arguments)


def said(text: str) -> Utterer:
    return Utterer("assistant", text)


@pytest.mark.parametrize(
    ("sentence", "reply"),
    [
        ("what time is it", "It is 14:05."),
        ("What's the time, please?", "It is 14:05."),
        ("could you tell me the time", "It is 14:05."),
        ("what day is it today", "Today is Sunday, March 1, 2026."),
        ("what is the date", "Today is Sunday, March 1, 2026."),
        ("roll a die", "You rolled a 4."),
        ("roll two dice", "You rolled 4 and 4. That makes 8."),
        ("please roll the dice", "You rolled 4 and 4. That makes 8."),
        ("roll three dice with two sides", "You rolled 2, 2 and 2. That makes 6."),
        ("roll 2d20", "You rolled 4 and 4. That makes 8."),
        ("roll fifty dice", "I roll one to twenty dice with two to a thousand sides."),
        ("flip a coin", "Tails."),
        ("what is twenty five plus seven", "25 plus 7 is 32."),
        ("one divided by zero", "I cannot divide by zero."),
        ("spell house please", "H, O, U, S, E."),
        ("repeat after me: good morning", "good morning"),
        ("my name is Anna", "Nice to meet you, Anna. I will remember your name."),
        ("take a note buy milk", "Noted: buy milk."),
        ("remember to call the doctor", "Noted: call the doctor."),
        ("thank you very much", "You are welcome."),
        ("good night", "Goodbye."),
        ("say that again", "I have not said anything yet."),
        ("", "I did not hear any words. Please say it again."),
    ],
)
def test_sentences_and_their_answers(sentence: str, reply: str) -> None:
    assert answer(sentence) == reply


@pytest.mark.parametrize(
    "sentence", ["help", "what can you do", "who are you", "are you an ai? what are you"]
)
def test_it_says_that_it_is_no_ai(sentence: str) -> None:
    assert "not an AI" in answer(sentence)
    assert "not an AI" in RulesBrain.banner


def test_what_it_does_not_understand_it_repeats_and_says_what_it_can() -> None:
    reply = answer("flurble the gnarf", tools=(GET_TIME,))
    assert reply.startswith("I heard 'flurble the gnarf'")
    assert "get time" in reply


def test_it_remembers_names_and_notes_of_this_conversation_only() -> None:
    assert "not told me" in answer("what is my name")
    told = (
        "my name is anna",
        said("Nice."),
        "take a note buy milk",
        said("Noted."),
        "note that it rains.",
        said("."),
    )
    assert answer(*told, "what's my name") == "Your name is Anna."
    assert answer(*told, "read my notes") == "You have 2 notes. 1: buy milk. 2: it rains."
    assert answer(*told, said("The last words."), "say that again") == "The last words."
    assert answer(*told[:2], "call me bob", said("."), "who am i") == "Your name is Bob."


@pytest.mark.parametrize(
    ("sentence", "name", "arguments"),
    [
        ("what time is it", "get_time", {}),
        ("call get time", "get_time", {}),
        ("what is twenty five plus seven", "add", {"a": 25, "b": 7}),
        ("add two and three", "add", {"a": 2, "b": 3}),
        ("what is two times three", "calculate", {"expression": "2 * 3"}),
        ("one divided by zero", "calculate", {"expression": "1 / 0"}),
        ("subtract two from ten", "calculate", {"expression": "10 - 2"}),
        ("what is one plus two plus three", "calculate", {"expression": "1 + 2 + 3"}),
        ("roll two dice", "roll_dice", {"count": 2}),
        ("roll three dice with twenty sides", "roll_dice", {"count": 3, "sides": 20}),
        ("roll the dice", "roll_dice", {}),
        ("turn on the light in the kitchen", "set_light", {"room": "kitchen", "on": True}),
        ("switch the living room light off", "set_light", {"room": "living_room", "on": False}),
        (
            "what's the weather in New York in celsius please",
            "get_weather",
            {"city": "New York", "unit": "celsius"},
        ),
        ('weather for "São Paulo"', "get_weather", {"city": "São Paulo"}),
        ("send a message to Bob saying hello there", "send_message", {"to": "Bob", "text": "hello there"}),
        ("look up order 12345", "lookup_order", {"order_id": "12345"}),
        ("set the volume to thirty percent", "setVolume", {"percent": 30}),
        ("set volume to 0.5", "setVolume", {"percent": 0.5}),
    ],
)
def test_functions_are_called_by_their_words_with_their_slots(
    sentence: str, name: str, arguments: object
) -> None:
    assert call(sentence) == (name, arguments)


@pytest.mark.parametrize(
    "sentence", ["spell time", "repeat after me what is the weather", "my name is order", "hello"]
)
def test_a_function_that_only_shares_a_word_does_not_take_over(sentence: str) -> None:
    assert answer(sentence, tools=OFFERS)


def test_slots_of_other_kinds() -> None:
    def arguments(text: str, **properties: Mapping[str, object]) -> object:
        offer = ToolOffer("do_it", "", {"properties": properties, "required": list(properties)})
        return arguments_of(offer, text).arguments

    integer = {"type": "integer"}
    assert arguments("do it with minus five", x=integer) == {"x": -5}
    assert arguments("do it, ten - 3", x=integer, y=integer) == {"x": 10, "y": 3}
    assert arguments("do it for one, two and three", xs={"type": "array", "items": integer}) == {
        "xs": [1, 2, 3]
    }
    assert arguments("do it for milk, bread and eggs", xs={"type": "array"}) == {
        "xs": ["milk", "bread", "eggs"]
    }
    assert arguments("do it with level 2", level={"enum": ["1", "2"]}) == {"level": "2"}
    assert arguments("don't do it", flag={"type": "boolean"}) == {"flag": False}
    assert call_subtract("subtract two from ten") == {"a": 10, "b": 2}


def call_subtract(text: str) -> object:
    offer = ToolOffer("subtract", "", {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}})
    (wanted,) = asyncio.run(think(Question("", (Utterer("user", text),), (offer,))))
    assert isinstance(wanted, WantsCall)
    return json.loads(wanted.arguments)


def test_a_missing_argument_is_asked_for_and_taken_from_the_next_sentence() -> None:
    question = answer("weather", tools=OFFERS)
    assert question == "To get weather I need the city."
    assert call("weather", said(question), "Berlin") == ("get_weather", {"city": "Berlin"})
    question = answer("turn on the light", tools=OFFERS)
    assert call("turn on the light", said(question), "the kitchen") == (
        "set_light",
        {"room": "kitchen", "on": True},
    )
    assert answer("weather", said("To get weather I need the city."), "what time is it") == "It is 14:05."


def test_tool_choice_is_obeyed() -> None:
    assert answer("what time is it", tools=OFFERS, tool_choice="none") == "It is 14:05."
    assert call("what time is it", choice="required") == ("get_time", {})
    assert call("flurble", choice="required")[0] == OFFERS[0].name
    assert call("it is 4", choice="add") == ("add", {"a": 4, "b": 0})
    assert call("hi", choice="set_light") == ("set_light", {"room": "kitchen", "on": False})
    assert answer("hi", tools=(), tool_choice="required").startswith("Hello")


@pytest.mark.parametrize(
    ("output", "reply"),
    [
        ('"12:30"', "12:30."),
        ("It is noon", "It is noon."),
        ("4", "4."),
        ("3.5", "3.5."),
        ("-1", "minus 1."),
        ("true", "yes."),
        ("null", "Done."),
        ("", "Done."),
        ('{"time": "12:30", "timeZone": "UTC"}', "The time is 12:30, time zone is UTC."),
        ("[1, 2, 3]", "1, 2 and 3."),
        ('["one"]', "one."),
        ("{}", "nothing."),
        ("1e400", "inf."),
        ("{broken", "{broken."),
    ],
)
def test_results_are_said(output: str, reply: str) -> None:
    assert answer("x", PastCall("c1", "get_time", "{}", output)) == reply


def test_several_results_are_told_apart_and_calls_without_output_are_left_out() -> None:
    calls = [
        PastCall("1", "get_time", "{}", "4"),
        PastCall("2", "roll_dice", "{}", "5"),
        PastCall("3", "add", "{}", None),
    ]
    assert answer("x", *calls) == "get time: 4. roll dice: 5."


def test_a_long_result_is_cut() -> None:
    assert len(answer("x", PastCall("1", "f", "{}", "word " * 1000))) < 650


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner) | st.dictionaries(st.text(), inner)


@given(st.recursive(leaves, nested, max_leaves=10))
def test_any_json_can_be_said(value: object) -> None:
    assert answer("x", PastCall("1", "f", "{}", json.dumps(value)))


def test_without_a_turn_it_greets_or_says_what_the_instructions_dictate() -> None:
    def opening(instructions: str, *history: Utterer) -> str:
        thoughts = asyncio.run(think(Question(instructions, history)))
        return "".join(thought.text for thought in thoughts if isinstance(thought, Words))

    assert opening("Be kind.").startswith("Hello. I am the built-in demo responder.")
    assert opening('Say exactly: "Welcome to the show".') == "Welcome to the show"
    asked = Utterer("user", "I want to buy a car")
    assert opening("Classify the topic as support, buy or other.", asked) == "buy"
    assert opening("Classify as cat or dog.", asked) == "unknown"
    assert opening("Summarize the conversation.", asked) == "You said: I want to buy a car."


def test_answers_come_in_small_pieces_and_obey_the_limit() -> None:
    thoughts = asyncio.run(think(Question("", (Utterer("user", "help"),))))
    assert all(isinstance(thought, Words) and len(thought.text.split()) <= 2 for thought in thoughts)
    *words, end = asyncio.run(think(Question("", (Utterer("user", "help"),), max_output_tokens=3)))
    assert "".join(thought.text for thought in words if isinstance(thought, Words)) == "I am the"
    assert end == CutShort("max_output_tokens")


def test_the_recogniser_is_told_about_functions() -> None:
    phrases = RulesBrain().phrases(OFFERS)
    assert {"what time is it", "what is the weather", "set light kitchen", "living room"} <= set(phrases)
    assert 1000 < len(phrases) < 5000


schemas = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["string", "integer", "number", "boolean", "array", "object", ["null", "string"], 7]
        ),
        "enum": st.lists(st.text(max_size=5) | st.integers(), max_size=3),
        "anyOf": st.just([{"type": "null"}, {"type": "integer"}]),
    },
)


@given(
    st.text(max_size=60) | st.sampled_from(["do it with 3 of 4", "x off", "'", '"']),
    st.dictionaries(st.text(max_size=8), schemas | st.booleans(), max_size=4),
    st.sampled_from(["auto", "required", "do_it"]),
)
def test_no_sentence_and_no_schema_stops_it(text: str, properties: dict[str, object], choice: str) -> None:
    offer = ToolOffer(
        "do_it", text, {"type": "object", "properties": properties, "required": list(properties)}
    )
    history = (Utterer("user", text),)
    for thought in asyncio.run(think(Question(text, history, (offer,), choice))):
        if isinstance(thought, WantsCall):
            assert set(json.loads(thought.arguments)) <= set(properties)
