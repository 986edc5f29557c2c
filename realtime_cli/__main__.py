"""`python -m realtime_cli` is `realtime-cli`."""

from realtime_cli.cli.app import main

if __name__ == "__main__":
    main()
