"""Learning a rate from what happened, and reading a range as a curve."""

import math
from dataclasses import dataclass

from scipy import special

from alcaide.engine.errors import EngineError


@dataclass(frozen=True)
class RateBelief:
    """A gamma belief on a rate: `shape` pseudo-events in `rate` pseudo-years."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """Expected events a year."""
        return self.shape / self.rate

    @property
    def sd(self) -> float:
        """Standard deviation of the rate, events a year."""
        return math.sqrt(self.shape) / self.rate

    @property
    def none_next_year(self) -> float:
        """Chance of a year without an event: (rate / (rate + 1)) ^ shape."""
        return math.exp(-self.shape * math.log1p(1 / self.rate))

    def interval(self, share: float) -> tuple[float, float]:
        """Events a year between which the rate lies with this share of belief, equal tails."""
        tail = (1 - share) / 2
        low, high = special.gammaincinv(self.shape, tail), special.gammainccinv(self.shape, tail)
        return float(low) / self.rate, float(high) / self.rate


def update_rate(shape: float, rate: float, *, events: float, years: float) -> RateBelief:
    """Update a gamma belief on a yearly rate with what was seen.

    Parameters
    ----------
    shape, rate : float
        The belief before: mean shape / rate events a year, worth `rate` years of watching. A rate of 0 says nothing
        was known of the level.
    events : float
        Events seen.
    years : float
        Years watched, weighted by exposure.

    Returns
    -------
    RateBelief

    Raises
    ------
    EngineError
        For a shape at or below zero, events or years below zero, or no years at all.

    Notes
    -----
    Conjugate: shape + events, rate + years.

    References
    ----------
    Gelman et al., Bayesian Data Analysis (3rd ed. 2013), section 2.6.

    Examples
    --------
    >>> from alcaide.engine.calibration import update_rate
    >>> round(update_rate(2, 4, events=3, years=5).mean, 6)
    0.555556
    """
    for name, value in (("shape", shape), ("rate", rate), ("events", events), ("years", years)):
        if not math.isfinite(value) or value < 0:
            raise EngineError(f"{name} must be a number of 0 or more, not {value:g}")
    if shape + events == 0 or rate + years == 0:
        raise EngineError("nothing to learn from: shape + events and rate + years must both be above zero")
    return RateBelief(shape + events, rate + years)
