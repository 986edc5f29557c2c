"""Ears and mouth: microphone capture and speaker playback threads."""
