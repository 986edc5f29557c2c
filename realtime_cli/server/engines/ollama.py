"""Whether an Ollama is running on its usual port: it is offered, never used unasked."""

from __future__ import annotations

import http.client
import json
from typing import Final

from realtime_cli.server.engines.endpoint import shown

HOST: Final = "127.0.0.1"
PORT: Final = 11434
LIMIT_S: Final = 0.3


def offer(port: int = PORT) -> str | None:
    """A line for the user, None when nothing answers like an Ollama."""
    names = models(port)
    if names is None:
        return None
    name = shown(names[0]) if names else "NAME"
    return f"Ollama is running here: --llm http://{HOST}:{port}/v1 --llm-model {name} lets it answer."


def models(port: int = PORT) -> list[str] | None:
    """The models it has, None when nothing answers like an Ollama."""
    line = http.client.HTTPConnection(HOST, port, timeout=LIMIT_S)
    try:
        line.request("GET", "/api/tags")
        answer = line.getresponse()
        listed = json.loads(answer.read(1_000_000))["models"] if answer.status == 200 else None
        return None if listed is None else [str(model["name"]) for model in listed]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        line.close()
