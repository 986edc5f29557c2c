"""Speech to text, text to speech and something to say, behind small contracts."""
