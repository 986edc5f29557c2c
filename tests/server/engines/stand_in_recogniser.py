"""A process that speaks the Whisper worker's frames but only counts: `stand_in_recogniser MODE`."""

from __future__ import annotations

import os
import sys
from typing import Any

from realtime_cli.server.engines.frames import claim_stdio, pack
from realtime_cli.server.engines.whisper_worker import serve


def recognise(samples: Any, language: str | None) -> str:
    if sys.argv[1] == "dies":
        os._exit(1)
    if sys.argv[1] == "fails":
        raise ValueError("no\nsuch language")
    return f" {len(samples)}  frames in {language}, peak {max(abs(samples)):.2f} "


if __name__ == "__main__":
    source, sink = claim_stdio()
    if sys.argv[1] == "missing":
        sink.write(pack("!", b"no model"))
    else:
        serve(recognise, source, sink)
