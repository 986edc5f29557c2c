"""The wire: carries text between two ends, without reading it."""
