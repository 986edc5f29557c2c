"""`python -m realtime_cli` is `realtime-cli`."""

from __future__ import annotations

import gc


def main() -> None:
    """Entry point of the installed command.

    Imports make nothing but objects that stay: looking for garbage among them is 7 % of a start. A session begins to
    look for it when it stands (`runtime.run`), every other command when its own module is there.
    """
    gc.disable()
    from realtime_cli.cli.app import main as run

    run()


if __name__ == "__main__":
    main()
