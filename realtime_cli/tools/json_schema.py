"""Arguments checked against a JSON Schema that somebody else wrote (needs the extra `mcp`, which brings jsonschema)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from realtime_cli.errors import ToolError


def checked_object(arguments: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, if they fit.

    Raises:
        ToolError: They are no JSON object, or do not fit; written for the model, which can then repair its call.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, _WrappedReferencingError

    try:
        values = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as exc:
        raise ToolError(f"The arguments are not valid JSON: {exc}") from exc
    if not isinstance(values, dict):
        raise ToolError("The arguments must be a JSON object.")
    try:
        Draft202012Validator.check_schema(schema)
        problem = next(iter(Draft202012Validator(schema).iter_errors(values)), None)
    except (SchemaError, _WrappedReferencingError, RecursionError, re.error):
        return values  # a broken schema is the server's; it judges the call itself
    if problem is not None:
        where = ".".join(str(part) for part in problem.absolute_path) or "arguments"
        raise ToolError(f"Wrong arguments. {where}: {problem.message[:500]}")
    return values
