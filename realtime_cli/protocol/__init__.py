"""The Realtime language: events as values, dialects as spellings."""
