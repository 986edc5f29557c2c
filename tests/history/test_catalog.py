"""Finding conversations: by id, by beginning, by words."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtime_cli.errors import InputError
from realtime_cli.history import catalog
from realtime_cli.history.store import Store
from tests.history.people import OPENING, call, conversation, item, opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path)
    yield store
    store.close()


def test_the_newest_stands_first_and_last_means_it(store: Store) -> None:
    first = conversation(store, "one")
    second = conversation(store, "two")
    store.db.execute("UPDATE runs SET last_at = last_at + 50 WHERE conversation_id = ?", (second,))
    assert [row.conversation_id for row in catalog.conversations(store)] == [second, first]
    assert catalog.conversation(store, "last").conversation_id == second
    assert len(catalog.conversations(store, 1)) == 1


def test_the_beginning_of_an_id_is_enough_when_it_is_unique(store: Store) -> None:
    first, second = conversation(store, "one"), conversation(store, "two")
    assert catalog.conversation(store, first[:-1]).conversation_id == first or first[:-1] == second[:-1]
    with pytest.raises(InputError, match="not unique"):
        catalog.conversation(store, first[:4])
    with pytest.raises(InputError, match="not in the history"):
        catalog.conversation(store, "nowhere")
    assert {found for found, _ in catalog.ids(store, first[:4])} == {first, second}
    assert ("%" + first) not in [found for found, _ in catalog.ids(store, "%")]


def test_all_words_must_occur_accents_do_not_matter_and_beginnings_may_be_asked(store: Store) -> None:
    conversation(store, "Ein Café in Zürich", "gern")
    conversation(store, "a coffee in Rome")
    assert len(catalog.search(store, "cafe zurich")) == 1
    assert len(catalog.search(store, "coff*")) == 1
    assert catalog.search(store, "coff") == []
    assert len(catalog.search(store, '"coffee in"')) == 1
    assert catalog.search(store, '"in coffee"') == []


@pytest.mark.parametrize("words", ['AND OR"', "a:b", "NEAR(x)", "it's", "c++ -x ^y", "100%", "(", '"', "*"])
def test_no_word_is_an_operator(store: Store, words: str) -> None:
    conversation(store, "plain text")
    with contextlib.suppress(InputError):  # where nothing is left to look for
        assert catalog.search(store, words) == []


def test_calls_and_their_results_are_found(store: Store) -> None:
    _, run_id = store.begin(OPENING)
    store.put_items(run_id, [call("c1", "get_weather", "rain in Oslo")])
    assert [hit.kind for hit in catalog.search(store, "oslo")] == ["call"]
    assert [hit.kind for hit in catalog.search(store, "get_weather")] == ["call"]


def test_what_nobody_heard_is_left_out_unless_asked_for(store: Store) -> None:
    conversation_id, run_id = store.begin(OPENING)
    store.put_items(run_id, [item("a", "x"), item("b", "y", "assistant", status="removed", position=1)])
    assert [found.key for found in catalog.items(store, conversation_id)] == ["a"]
    assert len(catalog.items(store, conversation_id, removed=True)) == 2
    assert catalog.conversations(store)[0].items == 1
    assert [hit.snippet for hit in catalog.search(store, "x")] == ["\x02x\x03"]
    assert catalog.search(store, "y") == []


def test_an_empty_history_has_no_last_conversation(store: Store) -> None:
    with pytest.raises(InputError, match="empty"):
        catalog.conversation(store, "last")
