"""Sleeps until its input is closed; prints by how many ms one of its sleeps was too long at most."""

import select
import sys
import time

SLEEP_S = 0.005


def main() -> None:
    longest_s = 0.0
    while True:
        begun_s = time.monotonic()
        if select.select([sys.stdin], [], [], SLEEP_S)[0]:
            break
        longest_s = max(longest_s, time.monotonic() - begun_s - SLEEP_S)
    print(round(longest_s * 1000))


if __name__ == "__main__":
    main()
