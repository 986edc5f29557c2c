"""Functions that come with the program; each is off until it is named."""
