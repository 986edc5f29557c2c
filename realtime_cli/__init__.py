"""Talk with Realtime voice models in your terminal."""

__version__ = "0.1.0"
