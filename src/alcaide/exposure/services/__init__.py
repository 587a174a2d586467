"""Writes of reports and findings."""

from .closing import confirm_closing
from .landing import NothingToRead, bring_in, land, look, look_at
from .limiting import renew_limits
from .pricing import take_prices
from .reading import read_in, stop_reading, take_in

__all__ = [
    "NothingToRead",
    "bring_in",
    "confirm_closing",
    "land",
    "look",
    "look_at",
    "read_in",
    "renew_limits",
    "stop_reading",
    "take_in",
    "take_prices",
]
