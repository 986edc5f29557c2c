"""Names, one rule: a struct is called like its GA event type."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from realtime_cli import protocol as p
from realtime_cli.protocol.names import CLIENT_TYPES, SERVER_TYPES

EVENTS = {**CLIENT_TYPES, **SERVER_TYPES}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_called_like_its_type(name: str) -> None:
    camel = "".join(word.capitalize() for word in name.replace("_", ".").split("."))
    expected = "ErrorEvent" if name == "error" else camel
    assert EVENTS[name].__name__ == expected
    assert getattr(p, expected) is EVENTS[name]


def test_every_name_of_the_room_can_be_imported() -> None:
    assert all(hasattr(p, name) for name in p.__all__)


def test_an_event_knows_its_type() -> None:
    assert p.type_of(p.ResponseCreate()) == "response.create"
    assert p.type_of(p.Unrecognized("ping", {})) == "ping"


def test_events_are_frozen() -> None:
    event = p.ConversationItemDelete("i")
    with pytest.raises(AttributeError):
        event.item_id = "j"  # type: ignore[misc]
    assert msgspec.structs.replace(event, item_id="j").item_id == "j"


def test_every_ability_has_its_own_word_and_all_are_in_all() -> None:
    assert frozenset(p.Ability) == p.ALL
    assert all(ability.value == ability.name.lower() for ability in p.Ability)


def test_the_language_is_imported_without_numpy_or_sound() -> None:
    code = "import sys, realtime_cli.protocol; print([m for m in ('numpy', 'pydantic', 'asyncio') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_table_for_the_readme_is_drawn_from_the_code() -> None:
    script = Path(__file__).parents[2] / "scripts" / "dialect-table"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "| server | `response.output_audio.delta` | `response.audio.delta` |" in done.stdout
    assert "| server | `conversation.item.done` | none |" in done.stdout
