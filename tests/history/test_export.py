"""Conversations in the formats that other programs read."""

import json
from datetime import UTC
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.history.export import FORMATS, cues
from realtime_cli.history.records import ConversationRow
from tests.history.people import call, item, usage

ROW = ConversationRow(
    "261120-abc", "A *title*", 1_000_000_000.0, None, "ended", "talk", "openai", "m", 3, 1, "", ""
)
ITEMS = [
    item("a", "what is <b>this</b> & that?", started_at=1_000_000_001.0, ended_at=1_000_000_003.5),
    call("c", "look", "```\nit is\n```", started_at=1_000_000_004.0),
    item(
        "b",
        "It is a very long story",
        "assistant",
        heard_text="It is a",
        status="interrupted",
        started_at=1_000_000_005.0,
        ended_at=1_000_000_006.0,
    ),
]


def written(form: str) -> str:
    return FORMATS[form](ROW, ITEMS, [usage()], UTC)


def test_markdown_shows_who_said_what_and_a_fence_holds_any_output() -> None:
    text = written("md")
    assert text.startswith("# A *title*\n")
    assert "**You** (01:46:41)" in text
    assert "**Assistant** (01:46:45) [interrupted]" in text
    assert "````\n```\nit is\n```\n````" in text


def test_text_is_one_line_for_each_item() -> None:
    assert written("txt").splitlines()[0] == "[01:46:41] You: what is <b>this</b> & that?"


def test_who_let_a_call_run_is_told_in_every_format() -> None:
    ran = call("d", "erase", "done", arguments='{"at": 1}', approval="edited", written='{"at": 0}')
    refused = call("e", "erase", "", status="failed", approval="no")
    md, txt, whole = (FORMATS[form](ROW, [ran, refused], [], UTC) for form in ("md", "txt", "json"))
    assert "called `erase`* (done, changed and approved by you)" in md
    assert 'the model had written:\n\n```\n{"at": 0}\n```' in md
    assert "(failed, declined by you)" in md
    assert 'erase({"at": 1}) [changed and approved by you] (the model wrote: {"at": 0}) -> done' in txt
    kept = [(item["approval"], item["written"]) for item in json.loads(whole)["items"]]
    assert kept == [("edited", '{"at": 0}'), ("no", "")]


def test_json_and_jsonl_hold_everything() -> None:
    whole = json.loads(written("json"))
    assert whole["conversation_id"] == "261120-abc"
    assert [found["key"] for found in whole["items"]] == ["a", "c", "b"]
    assert whole["usage"][0]["model"] == "gpt-realtime"
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    assert [line["type"] for line in lines] == ["conversation", "item", "item", "item", "usage"]


def test_subtitles_show_what_was_heard_with_times_from_the_beginning() -> None:
    assert written("srt") == (
        "1\n00:00:01,000 --> 00:00:03,500\nwhat is <b>this</b> & that?\n\n"
        "2\n00:00:05,000 --> 00:00:06,000\nIt is a\n"
    )
    assert written("vtt") == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\n<v You>what is &lt;b&gt;this&lt;/b&gt; &amp; that?\n\n"
        "00:00:05.000 --> 00:00:06.000\n<v Assistant>It is a\n"
    )


def test_long_words_are_cut_into_readable_pieces_without_a_gap() -> None:
    long = item("a", "word " * 200, started_at=1_000_000_000.0, ended_at=1_000_000_060.0)
    found = cues(1_000_000_000.0, [long])
    assert all(len(words) <= 84 for *_, words in found)
    assert " ".join(words for *_, words in found) == ("word " * 200).strip()
    assert found[0][0] == 0.0
    assert found[-1][1] == pytest.approx(60.0)
    assert all(one[1] == pytest.approx(other[0]) for one, other in pairwise(found))


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.integers(0, 60), st.integers(0, 30))))
def test_nobody_speaks_over_himself(said: list[tuple[str, int, int]]) -> None:
    """Times in steps of 0.15 s: two that begin one step apart were typed."""
    items = [
        item(f"i{number}", "yes", role, started_at=1e9 + at * 0.15, ended_at=1e9 + (at + length) * 0.15)
        for number, (role, at, length) in enumerate(said)
    ]
    found = cues(1e9, items)
    assert len(found) == len(items)
    for name, role in (("You", "user"), ("Assistant", "assistant")):
        own = [(round(begin, 3), round(end, 3)) for begin, end, speaker, _ in found if speaker == name]
        assert [begin for begin, _ in own] == sorted(
            round(at * 0.15, 3) for who, at, _ in said if who == role
        )
        for begin, end in own:
            later = min((at for at, _ in own if at - begin > 0.2), default=99.0)
            assert min(begin + 1.0, later) - 0.001 <= end <= later


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_empty_conversation_can_be_written_too(form: str) -> None:
    assert isinstance(FORMATS[form](ROW, [], [], UTC), str)
