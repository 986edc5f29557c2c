"""A process that speaks as a neural voice's worker does, in a loud hum: `stand_in_speaker MODE FILES LANGUAGE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from realtime_cli.server.engines.frames import claim_stdio
from realtime_cli.server.engines.neural_worker import Careful
from realtime_cli.server.engines.speaking import serve


class Hum:
    rate_hz = 16_000
    voices: Sequence[str] = ("low", "high", "odd")

    def speak(self, request: dict[str, Any], on_pcm: Any) -> None:
        if request["text"] == "fail":
            raise KeyError(request["voice"])
        level = 4000 + 1000 * self.voices.index(request["voice"])
        for _ in range(round(len(request["text"]) / request["speed"])):
            if on_pcm(level.to_bytes(2, "little") * 320):  # 20 ms a letter
                return


if __name__ == "__main__":
    serve(Careful(Hum()), *claim_stdio())
    sys.exit(0)
