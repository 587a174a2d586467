"""Alcaide: the system a chief security officer runs the whole programme on."""

__version__ = "0.1.0"
