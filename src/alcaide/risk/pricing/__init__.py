"""From the inputs of a run to its results: plain data in, plain data out, no database."""

from .actions import Removed, Touch, removed_by, removed_together
from .appetite import chance_of_passing
from .derivation import Derivation, Implied, derive, implied, what_is_left
from .kit import cases_of
from .levels import add_levels
from .moves import moves
from .portfolio import price_portfolio
from .proposal import propose
from .streams import knows_levels, refusal

__all__ = [
    "Derivation",
    "Implied",
    "Removed",
    "Touch",
    "add_levels",
    "cases_of",
    "chance_of_passing",
    "derive",
    "implied",
    "knows_levels",
    "moves",
    "price_portfolio",
    "propose",
    "refusal",
    "removed_by",
    "removed_together",
    "what_is_left",
]
