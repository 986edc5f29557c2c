"""The hands: finds functions the model may call, and calls them safely."""
