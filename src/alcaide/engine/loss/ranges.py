"""Ninety per cent ranges put together."""

import math

Range = tuple[float, float]


def range_product(first: Range, second: Range) -> Range:
    """Multiply two independent 90 % ranges as lognormals: logarithms add, squared half-widths add.

    Parameters
    ----------
    first, second : tuple of float
        Low and high end, of any unit. An end at or below 0 has no logarithm: then the ends are multiplied.

    Returns
    -------
    tuple of float
        Low and high end, of the product of both units.

    Notes
    -----
    The middle is the product of both geometric means; half the width of the logarithm is
    sqrt(h1² + h2²) of the halves h = ln(high / low) / 2.

    Examples
    --------
    >>> from alcaide.engine.loss import range_product
    >>> range_product((2.0, 2.0), (3.0, 12.0))
    (6.0, 24.0)
    """
    if min(*first, *second) <= 0:
        return first[0] * second[0], first[1] * second[1]
    centre = math.sqrt(first[0] * first[1]) * math.sqrt(second[0] * second[1])
    half = math.hypot(math.log(first[1] / first[0]), math.log(second[1] / second[0])) / 2
    return centre * math.exp(-half), centre * math.exp(half)
