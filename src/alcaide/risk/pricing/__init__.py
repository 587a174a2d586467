"""From the inputs of a run to its results: plain data in, plain data out, no database."""

from .moves import moves
from .portfolio import price_portfolio
from .proposal import propose

__all__ = ["moves", "price_portfolio", "propose"]
