"""Bands from 1 to 3 and from 3 to 10 of each power of ten, by which figures are laid on a grid."""

import math

NONE = -99
# A band is a small whole number in the tables; nothing that is priced lies further out.
FURTHEST = 60


def band_of(value: float) -> int:
    """Return the band of a value, twice its power of ten and one more from 3 on; NONE for nothing.

    >>> [band_of(value) for value in (1, 2.9, 3, 10, 0.5, 0.1, 0)]
    [0, 0, 1, 2, -1, -2, -99]
    """
    if value <= 0 or not math.isfinite(value):
        return NONE
    power = math.floor(math.log10(value) + 1e-12)
    found = 2 * power + int(value >= 3 * 10.0**power * (1 - 1e-12))
    return max(-FURTHEST, min(FURTHEST, found))


def start_of(band: int) -> float:
    """Return where a band begins, a 1 or a 3 with its zeros.

    >>> [start_of(band) for band in (0, 1, 2, -1, -2)]
    [1.0, 3.0, 10.0, 0.3, 0.1]
    """
    power, half = divmod(band, 2)
    return float(f"{3 if half else 1}e{power}")


def spread_over(lowest: int, highest: int, *, most: int) -> list[tuple[int, int]]:
    """Return at most so many spans of bands that hold them all, each as wide as the others, on whole steps.

    >>> spread_over(-3, 1, most=6)
    [(-3, -3), (-2, -2), (-1, -1), (0, 0), (1, 1)]
    >>> spread_over(-3, 5, most=6)
    [(-4, -3), (-2, -1), (0, 1), (2, 3), (4, 5)]
    """
    wide = 1
    while True:
        first = wide * (lowest // wide)
        count = (highest - first) // wide + 1
        if count <= most:
            return [(first + wide * place, first + wide * (place + 1) - 1) for place in range(count)]
        wide *= 2
