"""The other end of `tools.processes`: one function, one call, JSON lines on what was stdout."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from realtime_cli.errors import RealtimeCliError
from realtime_cli.tools.declaration import reporter
from realtime_cli.tools.python_functions import load_module
from realtime_cli.tools.schema import checked
from realtime_cli.tools.threads import completed, spoken_form
from realtime_cli.tools.tool import Result

_TEXT_LIMIT_CHARS = 2_000_000  # far more than the toolbox lets through, which says what it cut


def main() -> None:
    """Read the order from stdin, answer on a copy of stdout; whatever prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    reporter.set(lambda text: _say(answers, {"progress": str(text)}))
    try:
        function = getattr(load_module(order["origin"]), order["function"])
        outcome = spoken_form(completed(checked(function)(order["arguments"])))
        result = outcome if isinstance(outcome, Result) else Result(outcome)
        text = result.text[:_TEXT_LIMIT_CHARS]
        _say(answers, {"text": text, "images": result.images, "ends_session": result.ends_session})
    except RealtimeCliError as exc:
        _say(answers, {"problem": str(exc)})
    except BaseException as exc:  # noqa: BLE001 - whatever a user's function raises is told to the model
        _say(answers, {"problem": f"{type(exc).__name__}: {exc}".strip(": ")[:_TEXT_LIMIT_CHARS]})


def _say(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
