"""The neighbour: the other end of the Realtime language, on this machine."""
