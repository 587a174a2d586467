"""How a rate of exchange is written so that nobody takes it the wrong way round, and when one looks mistyped."""

import math
from dataclasses import dataclass
from decimal import Context, Decimal

DIGITS = Context(prec=5)
# A rate this many times its neighbour is a slipped decimal more often than a market.
FAR = 5
# Of a move smaller than this share nobody can tell whether the rate was turned round or moved.
LEAST_MOVE = 0.03
# Turned round, a rate stands within this part of the whole move of its neighbour's inverse.
NEAR = 0.25


def equation(one: str, number: Decimal | str, other: str) -> str:
    """Return a rate with both currencies: what one of the first is in the other.

    >>> equation("EUR", "1.08880", "USD")
    '1 EUR = 1.0888 USD'
    """
    return f"1 {one} = {Decimal(number).normalize():f} {other}"


def turned(one: str, number: Decimal | str, other: str) -> str:
    """Return the same rate the other way round, to five digits.

    >>> turned("EUR", "1.0888", "USD")
    '1 USD = 0.91844 EUR'
    """
    return equation(other, DIGITS.divide(Decimal(1), Decimal(number)), one)


@dataclass(frozen=True)
class Doubt:
    """Why a rate looks mistyped: it is about its neighbour turned round, or many times its size."""

    is_turned: bool
    times: float


def doubt(number: Decimal, neighbour: Decimal) -> Doubt | None:
    """Say whether a rate should be asked about before it is kept, None where it looks like its neighbour.

    >>> doubt(Decimal("0.9184"), Decimal("1.0888")).is_turned
    True
    >>> doubt(Decimal("10.888"), Decimal("1.0888")).is_turned
    False
    >>> doubt(Decimal("1.1"), Decimal("1.0888")) is None
    True
    """
    moved, product = math.log(number / neighbour), math.log(number * neighbour)
    is_turned = abs(moved) > LEAST_MOVE and abs(product) <= NEAR * abs(moved)
    if is_turned or abs(moved) > math.log(FAR):
        return Doubt(is_turned, math.exp(abs(moved)))
    return None
