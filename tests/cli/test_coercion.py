"""Words of the command line become values as Typer itself would make them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from realtime_cli.cli.coercion import QuickGroup


class Colour(StrEnum):
    red = "red"
    blue = "blue"


def program(group: Any) -> typer.Typer:
    app = typer.Typer(cls=group)

    @app.callback()
    def root() -> None:
        """A group."""

    @app.command("show")
    def show(
        words: list[str],
        count: Annotated[int, typer.Option(min=1, max=5)] = 2,
        share: Annotated[float | None, typer.Option(min=0.0)] = None,
        free: Annotated[float | None, typer.Option()] = None,
        flag: Annotated[bool | None, typer.Option("--flag/--no-flag")] = None,
        colour: Colour = Colour.red,
        several: Annotated[list[Colour] | None, typer.Option()] = None,
    ) -> None:
        typer.echo(repr((words, count, share, free, flag, colour, several)))

    return app


@pytest.mark.parametrize(
    "line",
    [
        "a b",
        "a --count 5 --share 0.25 --flag",
        "a --no-flag --colour blue --several red --several blue",
        "a --share 7",
        "",
        "a --count 6",
        "a --count x",
        "a --share -1",
        "a --colour green",
        "a --several green",
        "a --bogus",
    ],
)
def test_values_and_refusals_are_those_of_typer(line: str) -> None:
    ours, typers = (
        CliRunner().invoke(program(group), ["show", *line.split()])
        for group in (QuickGroup, typer.core.TyperGroup)
    )
    assert ours.exit_code == typers.exit_code
    if ours.exit_code == 0:
        assert ours.output == typers.output


def test_a_refusal_says_what_would_be_right() -> None:
    done = CliRunner().invoke(program(QuickGroup), ["show", "a", "--count", "6"])
    assert "from 1 to 5" in done.output


@pytest.mark.parametrize("option", ["--share", "--free"])
def test_no_number_is_no_value_whatever_the_bounds(option: str) -> None:
    done = CliRunner().invoke(program(QuickGroup), ["show", "a", option, "nan"])
    assert done.exit_code == 2
    assert "not a number" in done.output
