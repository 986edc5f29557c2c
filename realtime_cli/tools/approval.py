"""Who decides whether a call runs: the user's word for this tool, the user's word for all, or the tool's own.

| `--approve` | a tool with a word of its own in `[tool_approvals]` | every other tool |
|---|---|---|
| (nothing) | that word | its default: see `Tool.approval` |
| `ask` | that word | ask |
| `auto` | that word | run |
| `never` | that word, but nothing is asked for | refused |

Where nobody can be asked (a pipe), the mind refuses what it would ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from realtime_cli.tools.tool import Approval, Tool

# A function of the user's own runs unasked, unless its name says that it changes something. That is no
# protection against an author who means harm (whoever writes the file can do anything), but a reminder.
_CHANGING = (
    "add append apply archive assign ban block book buy cancel clear close commit copy create cut "
    "deactivate delete deploy disable discard drop email empty enable erase exec execute format grant halt "
    "insert install invite kill lock log mail make merge modify mount move open order overwrite patch pay "
    "permit play post print publish purchase purge push put quit reboot remove rename replace reply reset "
    "restart restore revoke rm run save sell send set shell shutdown sign spawn start stop store submit "
    "subscribe terminate transfer trash truncate tweet uninstall unlink unlock unmount unsubscribe update "
    "upgrade upload wipe write"
)
_HARMLESS = frozenset(
    {"add", "log", "copy", "make", "print", "sign", "format", "apply", "set", "run", "open"}
)
"""Changing with an object, harmless alone: `add(a, b)` is arithmetic, `add_user` is not."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user said.

    Attributes:
        mode: For all tools; None: each as it says itself.
        by_name: Tool names or patterns (`files_*`); an exact name beats a pattern, an earlier pattern a later one.
    """

    mode: Approval | None = None
    by_name: Mapping[str, Approval] = field(default_factory=dict)

    def for_tool(self, tool: Tool) -> Approval:
        """What happens to a call of this tool."""
        decided = self._decided(tool)
        return "never" if decided == "ask" and self.mode == "never" else decided

    def _decided(self, tool: Tool) -> Approval:
        if tool.name in self.by_name:
            return self.by_name[tool.name]
        for pattern, approval in self.by_name.items():
            if fnmatchcase(tool.name, pattern):
                return approval
        return self.mode or tool.approval


def sounds_like_change(name: str) -> bool:
    """A function of this name most likely changes something in the world."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_").split("_")
    words = [word for word in words if word]
    found = set(_CHANGING.split()).intersection(words)
    return bool(found) and not (len(words) == 1 and words[0] in _HARMLESS)
