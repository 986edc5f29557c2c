"""Options in groups: a class says name, type and default once, and a command takes whole groups.

    class Limits:
        max_cost: Annotated[float | None, typer.Option("--max-cost")] = None

    @guarded
    @takes(Limits, only(Service, "url"))
    def command(prompt: Prompt, flags: Flags, debug: Debug = False) -> int: ...

The options of the groups stand where the parameter `flags` stands, which gets their values by name. Every field of a
group is a setting of that name (a test holds them to it), so `flags` can go to `config.settings.load` as it is; None
means not given. What is no setting stays a parameter of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any

Flags = dict[str, object]

_PLACE = "flags"


def only(group: type, *names: str) -> type:
    """A group of a few options of another.

    Raises:
        KeyError: It has no option of that name.
    """
    chosen = {name: group.__annotations__[name] for name in names}
    return type(
        group.__name__, (), {"__annotations__": chosen, **{name: getattr(group, name) for name in names}}
    )


def without(group: type, *names: str) -> type:
    """A group less some of its options.

    Raises:
        KeyError: It has no option of that name.
    """
    rest = dict(group.__annotations__)
    for name in names:
        del rest[name]
    return only(group, *rest)


def takes(*groups: type) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Give a command the options of groups; `flags` holds their plain values: no enum members, no empty lists."""
    options = [option for group in groups for option in _parameters(group)]
    names = [option.name for option in options]

    def dress(command: Callable[..., int | None]) -> Callable[..., int | None]:
        own = inspect.signature(command, eval_str=True).parameters.values()

        @wraps(command)
        def run(**values: Any) -> int | None:
            flags = {name: plain(values.pop(name)) for name in names}
            return command(**values, flags=flags)

        parameters: list[inspect.Parameter] = []
        for one in own:
            parameters.extend(options if one.name == _PLACE else [one.replace(kind=one.KEYWORD_ONLY)])
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
        run.settings = frozenset(names)  # type: ignore[attr-defined]  # what a variable or a file can say, too
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return dress


def plain(value: object) -> object:
    """Enum members become their values; lists become tuples, or None when empty."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list):
        return tuple(value) or None
    return value


def _parameters(group: type) -> list[inspect.Parameter]:
    """Modules of groups do without `from __future__ import annotations`: reading types back from text costs time."""
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, default=getattr(group, name), annotation=hint)
        for name, hint in group.__annotations__.items()
    ]
