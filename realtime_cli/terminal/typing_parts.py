"""What typing takes from prompt_toolkit, in one module: 90 ms of import that no start waits for.

It is loaded in a thread, or by the first key if that comes sooner. Its parts import each other: two threads that
begin at two of them wait for each other, which Python ends with an error. Who begins here waits for this module alone.
"""

from __future__ import annotations

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.keys import Keys

__all__ = ["ANSI_SEQUENCES", "Buffer", "Keys", "Vt100Parser"]
