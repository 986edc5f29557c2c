"""Option groups: every option of a group is a setting, and a command gets the values by name."""

import inspect
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any, get_type_hints

import pytest
import typer
from typer.testing import CliRunner

from realtime_cli.cli.boundary import guarded
from realtime_cli.cli.flags import Flags, only, takes, without
from realtime_cli.config.settings import setting_types

MODULES = (
    "answer_options",
    "local_options",
    "memory_options",
    "options",
    "screen_options",
    "session_options",
    "sound_options",
    "tool_options",
    "turn_options",
)


class Colour(StrEnum):
    """A choice."""

    red = "red"
    blue = "blue"


class Paint:
    """A group."""

    colour: Annotated[Colour | None, typer.Option("--colour")] = None
    coats: Annotated[int | None, typer.Option("--coats")] = None
    room: Annotated[list[str] | None, typer.Option("--room")] = None


def _groups() -> list[Any]:
    return [
        pytest.param(value, id=f"{module}.{value.__name__}")
        for module in MODULES
        for value in vars(import_module(f"realtime_cli.cli.{module}")).values()
        if inspect.isclass(value) and value.__module__.endswith(module) and _options(value)
    ]


def _options(group: type) -> dict[str, Any]:
    hints = get_type_hints(group, include_extras=True)
    return {name: hint for name, hint in hints.items() if hasattr(hint, "__metadata__")}


@pytest.mark.parametrize("group", _groups())
def test_every_option_of_a_group_is_a_setting_that_is_not_given_by_itself(group: type) -> None:
    for name in _options(group):
        assert name in setting_types()
        assert getattr(group, name) is None


def _painter(*groups: type) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    @guarded
    @takes(*groups)
    def paint(
        *,
        wall: Annotated[str, typer.Argument()],
        flags: Flags,
        debug: Annotated[bool, typer.Option("--debug")] = False,
    ) -> int:
        typer.echo(f"{wall} {flags} {debug}")
        return 0

    return app


def test_a_command_gets_plain_values_by_name() -> None:
    words = ["north", "--colour", "blue", "--room", "hall", "--room", "attic", "--debug"]
    said = CliRunner().invoke(_painter(Paint), words)
    assert said.stdout == "north {'colour': 'blue', 'coats': None, 'room': ('hall', 'attic')} True\n"


def test_a_list_that_was_not_given_is_none() -> None:
    said = CliRunner().invoke(_painter(Paint), ["north"])
    assert said.stdout == "north {'colour': None, 'coats': None, 'room': None} False\n"


def test_options_stand_where_the_flags_stand() -> None:
    command: Any = typer.main.get_command(_painter(Paint))
    assert [one.name for one in command.params][:5] == ["wall", "colour", "coats", "room", "debug"]


def test_a_command_may_take_some_options_of_a_group() -> None:
    said = CliRunner().invoke(_painter(only(Paint, "coats")), ["north", "--coats", "2"])
    assert said.stdout == "north {'coats': 2} False\n"
    assert CliRunner().invoke(_painter(without(Paint, "coats")), ["north", "--coats", "2"]).exit_code == 2


@pytest.mark.parametrize("pick", [only, without])
def test_an_option_that_a_group_does_not_have_is_a_mistake_of_ours(pick: Any) -> None:
    with pytest.raises(KeyError):
        pick(Paint, "brush")
