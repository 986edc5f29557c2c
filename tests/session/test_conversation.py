"""Rows in their right order, whatever comes first."""

from hypothesis import given
from hypothesis import strategies as st

from realtime_cli import protocol as p
from realtime_cli.session.conversation import Conversation, text_of
from realtime_cli.session.heard import Heard
from realtime_cli.session.resume import rebuild
from realtime_cli.session.rows import Kind, Row
from realtime_cli.session.state import Notice, Spoken


def ids(conversation: Conversation) -> list[str]:
    return [row.item_id for row in conversation.rows()]


@given(st.permutations(range(6)))
def test_the_chain_of_previous_items_decides(order: list[int]) -> None:
    conversation = Conversation()
    for number in order:
        conversation.open(f"i{number}", previous_id=f"i{number - 1}" if number else "")
    places = {item_id: place for place, item_id in enumerate(ids(conversation))}
    assert all(places[f"i{number}"] > places[f"i{number - 1}"] for number in range(1, 6))


def test_opening_twice_is_opening_once() -> None:
    conversation = Conversation()
    first = conversation.open("a", role="user")
    assert conversation.open("a", role="assistant", response_id="r1") is first
    assert first.role == "user"
    assert conversation.answer_rows("r1") == [first]


def test_settled_rows_stay_and_live_ones_are_made_anew() -> None:
    conversation, heard = Conversation(), Heard()
    row = conversation.open("a", role="user")
    row.append(0, "one")
    conversation.add_notice(Notice("info", "hm"))
    assert conversation.entries(heard, speaker_works=True)[1] == 0
    row.final = True
    conversation.close_turn()
    conversation.settle(heard)
    entries, settled = conversation.entries(heard, speaker_works=True)
    assert settled == 2
    row.append(0, " two")
    conversation.remove("a")
    assert conversation.entries(heard, speaker_works=True)[0] == entries


def test_a_users_words_are_settled_when_something_follows_them() -> None:
    conversation, heard = Conversation(), Heard()
    row = conversation.open("a", role="user")
    row.parts, row.final = {0: "hi"}, True
    conversation.settle(heard)
    assert not row.closed
    conversation.open("b")
    conversation.settle(heard)
    assert row.closed


def test_a_row_is_moved_below_what_it_follows() -> None:
    conversation = Conversation()
    conversation.open("answer")
    conversation.open("question", role="user")
    conversation.open("answer", previous_id="question")
    assert ids(conversation) == ["question", "answer"]


def test_words_are_cut_at_a_whole_word_where_there_is_one() -> None:
    for text, share, kept in (
        ("one two three", 0.5, "one"),
        ("one two three", 0.55, "one two"),
        ("one two three", 1.0, "one two three"),
        ("one two three", 0.0, ""),
        ("donaudampfschiff", 0.5, "donaudam"),
        ("", 0.5, ""),
    ):
        row = Row("a", parts={0: text}, voiced=True)
        row.cut(share)
        assert row.text == kept
        assert row.interrupted


def test_heard_characters_never_go_back() -> None:
    row = Row("a", parts={0: "0123456789"}, voiced=True)
    shown = [row.entry(share) for share in (0.2, 0.5, 0.3, 1.0)]
    assert [entry.heard_chars for entry in shown if isinstance(entry, Spoken)] == [2, 5, 5, 10]


def test_words_of_every_kind_of_part() -> None:
    parts = [
        p.InputText("a"),
        p.OutputText("b"),
        p.InputAudio(transcript="c"),
        p.OutputAudio(transcript=None),
        p.OutputAudio(),
        p.InputImage("data:"),
    ]
    assert [text_of(part) for part in parts] == ["a", "b", "c", "", "", ""]


def test_parts_are_joined_in_their_order() -> None:
    row = Row("a")
    row.append(1, "second")
    row.append(0, "first")
    assert row.text == "first\nsecond"


def test_only_what_was_said_is_rebuilt() -> None:
    rows = [
        Row("u1", role="user", parts={0: " question "}),
        Row("a1", parts={0: "answer"}),
        Row("s1", role="system", parts={0: "rule"}),
        Row("a2", parts={0: "unheard"}, hidden=True),
        Row("u2", role="user", parts={0: "unsent"}, unsent=True),
        Row("u3", role="user", reserved=True),
        Row("a3", parts={0: ""}),
        Row("", Kind.NOTICE, notice=Notice("info", "x")),
        Row("c1", Kind.CALL),
        Row("o1", Kind.OTHER),
    ]
    items = [event.item for event in rebuild(rows)]
    assert items == [
        p.MessageItem(id="u1", role="user", content=(p.InputText("question"),)),
        p.MessageItem(id="a1", role="assistant", content=(p.OutputText("answer"),)),
        p.MessageItem(id="s1", role="system", content=(p.InputText("rule"),)),
    ]
