"""The engine room: lets the mind's commands happen, and tells the mind what happened."""
