"""The window and the keys: shows the state, reads the keyboard."""
