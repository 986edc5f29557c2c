"""The mind: facts in, commands and a picture out. No I/O, no clock, no threads."""
