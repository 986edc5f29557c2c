"""The hands: finds functions the model may call, and calls them safely."""

from realtime_cli.tools.declaration import progress, tool

__all__ = ["progress", "tool"]
