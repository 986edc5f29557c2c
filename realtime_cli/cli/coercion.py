"""Words of the command line become plain values without pydantic.

Typer (0.29) builds a pydantic adapter for every parameter it reads, `--help` among them: 60 ms of import on a quick
machine, a third of what `send-text` needs until its first byte. Text, numbers, booleans and enums need no schema
library. Parameters of any other type, and a Typer that works differently inside, are left to Typer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import typer
from typer.core import TyperGroup

_BOOLEANS = {
    "1": True, "true": True, "t": True, "yes": True, "y": True, "on": True,
    "0": False, "false": False, "f": False, "no": False, "n": False, "off": False,
}  # fmt: skip
_OWN_SLOT = "_runtime_param"


class QuickGroup(TyperGroup):
    """A group whose commands, and those of its groups, read their plain parameters by themselves."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, made quick."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _make_quick(command)
        return command

    def get_params(self, ctx: Any) -> list[Any]:
        """The group's own options, made quick."""
        parameters = super().get_params(ctx)
        for parameter in parameters:
            _lighten(parameter)
        return list(parameters)


def _make_quick(command: Any) -> None:
    for child in getattr(command, "commands", {}).values():
        _make_quick(child)
    if getattr(command, "_is_quick", False):
        return
    listed = command.get_params

    def get_params(ctx: Any) -> list[Any]:
        parameters: list[Any] = listed(ctx)
        for parameter in parameters:
            _lighten(parameter)
        return parameters

    command.get_params, command._is_quick = get_params, True


def _lighten(parameter: Any) -> None:
    """Give a parameter its own reader, where its type is plain and Typer has the place for it."""
    if getattr(parameter, _OWN_SLOT, ...) is not None:
        return  # no such slot in this Typer, or filled already
    descriptor = getattr(parameter, "type_descriptor", None)
    reader = _reader(getattr(descriptor, "annotation", None), getattr(descriptor, "parameter_info", None))
    if reader is not None:
        setattr(parameter, _OWN_SLOT, _Plain(reader))


class _Plain:
    """Stands where Typer would put its pydantic adapter: the same verb."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        try:
            return [self._read(one) for one in value] if several else self._read(value)
        except ValueError as exc:
            raise typer.BadParameter(str(exc), ctx=ctx, param=param) from None


def _reader(annotation: Any, info: Any) -> Callable[[Any], Any] | None:
    kind = _bare(annotation)
    if getattr(info, "parser", None) or getattr(info, "click_type", None):
        return None
    if kind is str:
        return str
    if kind is bool:
        return _boolean
    if kind in (int, float):
        return lambda value: _number(kind, value, getattr(info, "min", None), getattr(info, "max", None))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: _member(kind, value)
    return None


def _bare(annotation: Any) -> Any:
    """The type inside `list[...]` and beside `None`."""
    origin = get_origin(annotation)
    if origin is list:
        return _bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        rest = [part for part in get_args(annotation) if part is not NoneType]
        return _bare(rest[0]) if len(rest) == 1 else None
    return annotation


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    try:
        return _BOOLEANS[str(value).strip().lower()]
    except KeyError:
        raise ValueError(f"{value!r} is not yes or no.") from None


def _number(kind: Any, value: Any, least: float | None, most: float | None) -> Any:
    try:
        number = kind(value)
    except (TypeError, ValueError):
        wanted = "a whole number" if kind is int else "a number"
        raise ValueError(f"{value!r} is not {wanted}.") from None
    out = (least is not None and number < least) or (most is not None and number > most)
    if math.isnan(number):
        raise ValueError(f"{value!r} is not a number.")
    if out:
        bounds = f"from {least:g} to {most:g}" if least is not None and most is not None else (
            f"at least {least:g}" if least is not None else f"at most {most:g}"
        )  # fmt: skip
        raise ValueError(f"{value} is out of range; it must be {bounds}.")
    return number


def _member(kind: type[Enum], value: Any) -> Enum:
    if isinstance(value, kind):
        return value
    for member in kind:
        if member.value == value:
            return member
    raise ValueError(f"{value!r} is not one of {', '.join(str(member.value) for member in kind)}.")
