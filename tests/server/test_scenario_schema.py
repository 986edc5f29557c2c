"""The schema of scenario files that ships says what the server checks: no more, no less."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from realtime_cli.errors import InputError
from realtime_cli.server.scripted import read_scenario

SCHEMA = json.loads(files("realtime_cli.server").joinpath("scenario.schema.json").read_text(encoding="utf-8"))
FITS = Draft202012Validator(SCHEMA)

GOOD: list[dict[str, Any]] = [
    {"say": {"type": "x"}},
    {"say": "no JSON at all"},
    {"split": {"type": "y", "delta": "z"}, "into": 2},
    {"expect": "response.create"},
    {"expect": "response.create", "within_ms": 0},
    {"wait_ms": 7},
    {"close": 1000},
    {"close": 4999, "reason": "why"},
    {"drop": True},
    {"expire": True},
    {"greet": True},
    {"greet": True, "session": {"model": "x"}},
    {"answer": "", "pieces": 1000, "audio_ms": 0, "pause_ms": 1},
    {"answer": "x", "audio_ms": 40, "status": "incomplete", "reason": "max_output_tokens"},
    {"call": "get_time", "arguments": {"zone": "UTC"}},
    {"heard": "item_u"},
    {"transcript": "what time is it", "of": "item_u"},
    {"error": "invalid_value", "message": "No.", "param": "x", "event_id": None},
]
BAD: list[object] = [
    "say",
    None,
    [],
    {},
    {"shout": 1},
    {"say": 1},
    {"say": "x", "into": 2},
    {"split": {}, "into": 0},
    {"split": {}, "into": True},
    {"split": {}, "into": -1},
    {"split": {}, "into": "two"},
    {"split": {}},
    {"split": "x", "into": 2},
    {"expect": "x", "within": 1},
    {"expect": "x", "within_ms": 1.5},
    {"expect": 1},
    {"wait_ms": -1},
    {"wait_ms": True},
    {"close": 99},
    {"close": 5000},
    {"close": True},
    {"close": 1011, "reason": 7},
    {"drop": False},
    {"drop": 1},
    {"expire": "yes"},
    {"greet": 1},
    {"greet": True, "session": []},
    {"answer": 1},
    {"answer": "x", "pieces": 0},
    {"answer": "x", "pieces": 1001},
    {"answer": "x", "audio_ms": 60_001},
    {"answer": "x", "pause_ms": True},
    {"answer": "x", "pause_ms": -1},
    {"answer": "x", "colour": "red"},
    {"answer": "x", "say": "y"},
    {"call": "x", "arguments": []},
    {"heard": None},
    {"transcript": "x", "of": 1},
    {"error": "x", "param": None},
    {"error": "x", "event_id": 3},
]


def is_read(text: str) -> bool:
    try:
        read_scenario(text)
    except InputError:
        return False
    return True


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("step", GOOD, ids=json.dumps)
def test_what_is_right_is_taken_by_both(step: object) -> None:
    scenario = {"steps": [step, {"drop": True}]}
    FITS.validate(scenario)
    assert is_read(json.dumps(scenario))


@pytest.mark.parametrize("step", BAD, ids=json.dumps)
def test_what_is_wrong_is_refused_by_both(step: object) -> None:
    scenario = {"steps": [{"drop": True}, step]}
    assert not FITS.is_valid(scenario)
    assert not is_read(json.dumps(scenario))


@pytest.mark.parametrize("scenario", [[], {}, {"steps": 1}, "steps", {"steps": {}}], ids=json.dumps)
def test_what_is_no_scenario_is_refused_by_both(scenario: object) -> None:
    assert not FITS.is_valid(scenario)
    assert not is_read(json.dumps(scenario))


def test_every_kind_of_step_is_tried_here() -> None:
    kinds = {
        reference["$ref"].rpartition("/")[2] for reference in SCHEMA["properties"]["steps"]["items"]["anyOf"]
    }
    assert kinds | {"event", "count"} == set(SCHEMA["$defs"])
    named = {SCHEMA["$defs"][kind]["required"][0] for kind in kinds}
    assert named == {next(iter(step)) for step in GOOD}


KEYS = st.sampled_from(sorted({key for step in GOOD for key in step}))
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [True, False, None, -1, 0, 1, 2, 1000, 1001, 1.5, "", "x", [], {}, {"type": "x"}]
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=3), st.sampled_from(GOOD))
def test_both_agree_about_any_step(changes: dict[str, Any], step: dict[str, Any]) -> None:
    for tried in (changes, {**step, **changes}):
        scenario = {"steps": [tried]}
        assert FITS.is_valid(scenario) == is_read(json.dumps(scenario)), tried


def test_the_example_of_the_documents_is_one() -> None:
    documents = Path(__file__).parents[2] / "docs" / "json.md"
    section = documents.read_text(encoding="utf-8").partition("## Scenario files")[2]
    example = section.partition("```json\n")[2].partition("```")[0]
    FITS.validate(json.loads(example))
    assert is_read(example)
