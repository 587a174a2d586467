"""The sheets of this room: people by HR number or by address, and rates of currencies."""

from alcaide.common import sheets as house

from .people import BY_EMAIL, BY_NUMBER
from .rates import RATES

__all__ = ["BY_EMAIL", "BY_NUMBER", "RATES", "offer"]


def offer() -> None:
    """Offer every sheet of this room."""
    for sheet in (BY_NUMBER, BY_EMAIL, RATES):
        house.offer(sheet)
