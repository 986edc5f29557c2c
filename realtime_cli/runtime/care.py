"""What a rig does beyond moving sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from realtime_cli.runtime.patience import Patience


class Care(Struct, frozen=True):
    """The rig's care for its devices.

    Attributes:
        patience: Gives the speaker more time when it misses blocks; None leaves it as it is.
        no_echo: Whether a speaker of this name sends nothing back to the microphone.
        local_ear: Listen for speech while an answer sounds.
    """

    patience: Patience | None = None
    no_echo: Callable[[str], bool] = lambda _name: False
    local_ear: bool = False


NO_CARE: Final = Care()
