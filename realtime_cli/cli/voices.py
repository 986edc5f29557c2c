"""`realtime-cli voices` and `realtime-cli models`: names that are known to work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from realtime_cli.cli.boundary import guarded, say
from realtime_cli.cli.completion import complete_provider
from realtime_cli.cli.options import Debug
from realtime_cli.cli.table import print_json, print_rows
from realtime_cli.providers.catalogue import MODELS, VOICES

Provider = Annotated[
    str | None,
    typer.Option(
        "--provider", "-p", metavar="NAME", help="Of this one alone.", autocompletion=complete_provider
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON array.")]


@guarded
def voices(provider: Provider = None, as_json: AsJson = False, debug: Debug = False) -> int:
    """List voices that are known; every other name your provider has works too.

    Examples: `realtime-cli voices`; `realtime-cli talk --provider local --voice cedar`.
    """
    rows = [
        (name, voice) for name, all_of_it in VOICES.items() if provider in (None, name) for voice in all_of_it
    ]
    return _print(("provider", "voice"), rows, as_json=as_json)


@guarded
def models(provider: Provider = None, as_json: AsJson = False, debug: Debug = False) -> int:
    """List models that are known; every other name your provider has works too.

    Example: `realtime-cli models --provider openai`.
    """
    rows = [
        (name, *row) for name, all_of_it in MODELS.items() if provider in (None, name) for row in all_of_it
    ]
    return _print(("provider", "model", "note"), rows, as_json=as_json)


def _print(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, as_json: bool) -> int:
    if as_json:
        print_json([dict(zip(titles, row, strict=True)) for row in rows])
    elif rows:
        print_rows(titles, rows)
    else:
        say("None is known here; the provider's own documents list them.")
    sys.stdout.flush()
    return 0
