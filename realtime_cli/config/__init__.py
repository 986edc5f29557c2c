"""The notice board: one settings object from six sources."""
