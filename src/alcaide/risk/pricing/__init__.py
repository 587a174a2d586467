"""From the inputs of a run to its results: plain data in, plain data out, no database."""

from .derivation import Derivation, Implied, derive, implied, what_is_left
from .moves import moves
from .portfolio import price_portfolio
from .proposal import propose
from .streams import refusal

__all__ = [
    "Derivation",
    "Implied",
    "derive",
    "implied",
    "moves",
    "price_portfolio",
    "propose",
    "refusal",
    "what_is_left",
]
