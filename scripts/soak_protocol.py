"""Random and shuffled server events, keys and requests against the client's mind, for as long as is wanted.

    scripts/soak protocol [ROUNDS]        50 by default: each plays every story some hundred times with other chance

The stories and what must hold are those of tests/session/test_core.py: never an exception, never two active responses,
no item lost, no settled line changed, and every session answers a typed prompt again afterwards.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hypothesis import seed  # noqa: E402 - after the path is set

from tests.session import test_core  # noqa: E402 - after the path is set

STORIES = (
    test_core.test_whatever_happens_in_whatever_order_the_mind_goes_on,
    test_core.test_a_shuffled_conversation_loses_no_item,
    test_core.test_the_same_facts_give_the_same_commands,
)


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    for number in range(1, rounds + 1):
        for story in STORIES:
            seed(number)(story)()
        print(f"ok  round {number} of {rounds}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
