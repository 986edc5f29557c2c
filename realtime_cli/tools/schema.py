"""A Python function's signature and docstring as JSON Schema, and its arguments checked by the same rules.

pydantic does both; it is imported only when a function becomes a tool, because it costs start-up time.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from realtime_cli.errors import ToolError

SHOWN_PROBLEMS = (
    3  # enough for a model to repair its call; a huge wrong argument must not answer with a huge text
)


def parameters_of(function: Callable[..., Any]) -> dict[str, Any]:
    """JSON Schema of the arguments object of an annotated function.

    Descriptions come from the `Args:` section of the docstring (Google style).

    Raises:
        TypeError: The signature cannot be called by name, or a type has no schema; the message says why.
    """
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise TypeError(f"parameter {parameter.name!r} cannot be given by name")
        if parameter.annotation is parameter.empty:
            raise TypeError(f"parameter {parameter.name!r} has no type hint")
    try:
        schema = TypeAdapter(cast("Any", function)).json_schema()
    except (PydanticUserError, NameError) as exc:
        raise TypeError(str(exc).splitlines()[0]) from exc
    schema.setdefault("properties", {})
    schema["additionalProperties"] = False
    for name, text in argument_descriptions(inspect.getdoc(function) or "").items():
        if name in schema["properties"]:
            schema["properties"][name].setdefault("description", text)
    return schema


def description_of(function: Callable[..., Any]) -> str:
    """The docstring up to its first section (`Args:`, `Returns:` ...), as one paragraph."""
    text = inspect.getdoc(function) or ""
    head = re.split(r"(?m)^(?:Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Notes?):\s*$", text)[
        0
    ]
    return " ".join(head.split())


def argument_descriptions(doc: str) -> dict[str, str]:
    """`Args:` of a Google-style docstring: name -> description on one line."""
    section = re.search(r"(?ms)^(?:Args|Arguments|Parameters):[ \t]*\n(.*?)(?=^\S|\Z)", doc)
    if section is None:
        return {}
    found: dict[str, str] = {}
    name = ""
    base_indent: int | None = None
    for line in section.group(1).splitlines():
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        base_indent = indent if base_indent is None else base_indent
        start = re.match(r"\s*\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)", line)
        if start is not None and indent == base_indent:
            name = start.group(1)
            found[name] = start.group(2).strip()
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def checked(function: Callable[..., Any]) -> Callable[[str], Callable[[], Any]]:
    """A function from JSON arguments to a call that is ready to be made.

    The returned function raises `ToolError` when the text is not a JSON object or does not fit the signature; its
    message is written for the model, which can then repair the call.
    """
    import msgspec
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import ArgsKwargs

    adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", function))
    own_title = f"call[{function.__name__}]"

    def prepare(arguments: str) -> Callable[[], Any]:
        try:
            values = msgspec.json.decode(arguments or "{}")
        except msgspec.DecodeError as exc:
            raise ToolError(f"The arguments are not valid JSON: {exc}") from exc
        if not isinstance(values, dict):
            raise ToolError("The arguments must be a JSON object.")

        def call() -> Any:
            try:
                return adapter.validate_python(ArgsKwargs((), values))
            except ValidationError as exc:
                if exc.title != own_title:  # raised by the function's own body: its failure, not the model's
                    raise
                raise ToolError(_wrong_arguments(exc.errors(include_url=False, include_input=False))) from exc

        return call

    return prepare


def _wrong_arguments(problems: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"{'.'.join(str(part) for part in p['loc']) or 'arguments'}: {p['msg']}" for p in problems]
    more = f" (and {len(lines) - SHOWN_PROBLEMS} more)" if len(lines) > SHOWN_PROBLEMS else ""
    return "Wrong arguments. " + "; ".join(lines[:SHOWN_PROBLEMS]) + more
