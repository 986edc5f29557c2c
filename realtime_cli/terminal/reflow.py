"""Erasing a region where it stands after the terminal changed its width."""

from __future__ import annotations

from collections.abc import Sequence

from rich.control import Control
from rich.segment import ControlType
from rich.text import Text


def erasing(lines: Sequence[Text], width: int, *, reflows: bool) -> Control:
    """What erases a region that was written at another width, with the cursor at its last row.

    Rich goes up by as many rows as it wrote. A terminal that wraps old lines anew made more rows of them, so those are
    erased here, and the cursor is put where Rich believes it to be.

    Args:
        lines: As they were written.
        width: Cells of the terminal now.
        reflows: The terminal wraps old lines anew.
    """
    written = [line.cell_len for line in lines]
    rows = sum(max(1, -(-cells // max(1, width))) for cells in written) if reflows else len(written)
    up = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)) * (rows - 1)
    down = ((ControlType.CURSOR_DOWN, len(written) - 1),) if len(written) > 1 else ()
    return Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *up, *down)
