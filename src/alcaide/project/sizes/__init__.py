"""Makes organizations of a chosen size, to measure and to try what many rows do; every word of them is invented."""

from .make import SEED, NotEmpty, make, must_be_empty
from .sizes import SIZES, XS, Size

__all__ = ["SEED", "SIZES", "XS", "NotEmpty", "Size", "make", "must_be_empty"]
