"""The sheets of this room: people by HR number or by address, and rates of currencies."""

from .people import BY_EMAIL, BY_NUMBER, offer

__all__ = ["BY_EMAIL", "BY_NUMBER", "offer"]
