"""Mean, spread and covariance of a year's loss in closed form; no grid."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.frequency import Poisson
from alcaide.engine.loss.joint import comonotone, comonotone_product, sum_moments
from alcaide.engine.loss.portfolio import Portfolio, Risk, Shock
from alcaide.engine.loss.severity import Severity

Cumulants = tuple[float, float, float]


class UndefinedFigure(EngineError):
    """The asked figure does not exist for this portfolio; others still do."""


class InfiniteMoment(UndefinedFigure):
    """The asked mean or spread is infinite; quantiles and chances still exist."""


@dataclass(frozen=True)
class _GivenFactor:
    """Cumulants of the year's loss as polynomials of the systemic factor g.

    mean = free + one g;  variance = free + one g + two g²;  third = free + one g + two g² + three g³.
    """

    mean: tuple[float, float]
    variance: tuple[float, float, float]
    third: tuple[float, float, float, float]


def mean(portfolio: Portfolio) -> float:
    """Expected loss of a year, money; inf where a severity has no mean."""
    return math.fsum(mean_by_risk(portfolio).values())


def mean_by_risk(portfolio: Portfolio) -> dict[str, float]:
    """Expected loss of a year for each risk, shocks included."""
    return {r.id: _times(_rate(portfolio, r), r.severity.mean) for r in portfolio.risks}


def _rate(portfolio: Portfolio, risk: Risk) -> float:
    return math.fsum([risk.frequency.mean, *(s.rate for s in portfolio.shocks if risk.id in s.hits)])


def _times(rate: float, size: float) -> float:
    """Rate times size, where no event at all costs nothing whatever its size."""
    return 0.0 if rate == 0 else rate * size


def single_excess(portfolio: Portfolio, at: FloatArray) -> FloatArray:
    """Sum over all events of a year of E(X - at)+, money.  at: (k,) money.  Returns (k,)."""
    parts = [(r.frequency.mean, r.severity) for r in portfolio.risks]
    for shock in portfolio.shocks:
        sizes = portfolio.severities(shock)
        # of independent sizes in one event, one is the large one
        parts += [(shock.rate, size) for size in ([comonotone(sizes)] if shock.together else sizes)]
    total = np.zeros(at.shape)
    for rate, size in parts:
        total += rate * np.maximum(size.mean - size.limited(at), 0.0)
    return total


def cumulants(portfolio: Portfolio) -> Cumulants:
    """Mean, variance and third central moment of the year's loss; inf where one does not exist.

    Notes
    -----
    Law of total cumulance over the gamma factor G with E G = 1, Var G = c², third central moment 2 c⁴, where c is
    `systemic_cv`.
    """
    parts = [_own(r.frequency, r.severity) for r in portfolio.risks]
    parts += [_event(s.rate, _shock_moments(portfolio, s)) for s in portfolio.shocks]
    return _over_factor([_sum(parts, "mean"), _sum(parts, "variance"), _sum(parts, "third")], portfolio.systemic_cv)


def _sum(parts: Sequence[_GivenFactor], name: str) -> list[float]:
    return [math.fsum(column) for column in zip(*(getattr(p, name) for p in parts), strict=True)]


def _over_factor(given: list[list[float]], cv: float) -> Cumulants:
    first, second, third = given
    square = cv * cv
    powers = [1.0, 1.0, 1 + square, (1 + square) * (1 + 2 * square)]  # E G^k
    average = math.fsum(first)
    spread = _dot(second, powers) + _times(square, first[1] ** 2)
    # Cov(G, g^k) for k = 0, 1, 2
    with_factor = _dot(second, [0.0, square, powers[3] - powers[2]])
    skew = _dot(third, powers) + 3 * _times(first[1], with_factor) + _times(2 * square**2, first[1] ** 3)
    return average, spread, skew


def _dot(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.fsum(_times(w, v) for v, w in zip(values, weights, strict=False))


def _own(frequency: object, size: Severity) -> _GivenFactor:
    moments = (size.mean, size.moment(2), size.moment(3))
    if isinstance(frequency, Poisson):
        return _poisson(frequency.rate_cumulants(), moments)
    count = frequency.cumulants()  # type: ignore[attr-defined]  # every other kind has it
    total = _compound(count, moments)
    return _GivenFactor((total[0], 0.0), (total[1], 0.0, 0.0), (total[2], 0.0, 0.0, 0.0))


def _event(rate: float, moments: Cumulants) -> _GivenFactor:
    return _poisson((rate, 0.0, 0.0), moments)


def _poisson(rate: Cumulants, size: Cumulants) -> _GivenFactor:
    level, spread, skew = rate
    first, second, third = size
    return _GivenFactor(
        (0.0, _times(level, first)),
        (0.0, _times(level, second), _times(spread, first**2)),
        (0.0, _times(level, third), _times(spread, 3 * first * second), _times(skew, first**3)),
    )


def _compound(count: Cumulants, size: Cumulants) -> Cumulants:
    level, spread, skew = count
    first, second, third = size
    variance = second - first**2 if math.isfinite(second) else math.inf
    central = third - 3 * first * second + 2 * first**3 if math.isfinite(third) else math.inf
    return (
        _times(level, first),
        _times(level, variance) + _times(spread, first**2),
        _times(level, central) + 3 * _times(spread, _times(first, variance)) + _times(skew, first**3),
    )


def _shock_moments(portfolio: Portfolio, shock: Shock) -> Cumulants:
    sizes = portfolio.severities(shock)
    if not shock.together:
        return sum_moments(sizes)
    joint = comonotone(sizes)
    return joint.mean, joint.moment(2), joint.moment(3)


def sd(portfolio: Portfolio) -> float:
    """Standard deviation of a year's loss, money.  Raises InfiniteMoment where there is none."""
    return math.sqrt(required(cumulants(portfolio)[1], "standard deviation"))


def skewness(portfolio: Portfolio) -> float:
    """Third central moment over sd³.  Raises InfiniteMoment, or UndefinedFigure where the loss never varies."""
    _, variance, third = cumulants(portfolio)
    if variance == 0:
        raise UndefinedFigure("the skewness of a loss that never varies is not defined")
    return float(required(third, "skewness") / required(variance, "standard deviation") ** 1.5)


def covariance(portfolio: Portfolio, one: str, other: str) -> float:
    """Covariance of the yearly totals of two risks, shocks and systemic factor included.

    one, other: ids of risks; the same id twice gives the variance.  Returns money²; inf where it does not exist.
    """
    if one == other:
        return _variance_of(portfolio, portfolio.risk(one))
    first, second = portfolio.risk(one), portfolio.risk(other)
    shared = [s for s in portfolio.shocks if one in s.hits and other in s.hits]
    total = math.fsum(_times(s.rate, _product(s, first.severity, second.severity)) for s in shared)
    driven = _times(_driven(portfolio, first), first.severity.mean) * _times(
        _driven(portfolio, second), second.severity.mean
    )
    return total + _times(portfolio.systemic_cv**2, driven)


def _product(shock: Shock, first: Severity, second: Severity) -> float:
    return comonotone_product([first, second]) if shock.together else float(first.mean * second.mean)


def _driven(portfolio: Portfolio, risk: Risk) -> float:
    """The part of a risk's rate that the systemic factor multiplies."""
    own = risk.frequency.mean if isinstance(risk.frequency, Poisson) else 0.0
    return math.fsum([own, *(s.rate for s in portfolio.shocks if risk.id in s.hits)])


def _variance_of(portfolio: Portfolio, risk: Risk) -> float:
    alone = Portfolio(
        (risk,),
        tuple(Shock(s.rate, (risk.id,)) for s in portfolio.shocks if risk.id in s.hits),
        portfolio.systemic_cv,
    )
    return cumulants(alone)[1]


def required(value: float, what: str) -> float:
    """Return value; where it is infinite, say in words what to ask instead."""
    if not math.isfinite(value):
        raise InfiniteMoment(
            f"the {what} is infinite: a severity's tail is too heavy (a Pareto has a mean only for alpha above 1, "
            "a standard deviation above 2, a skewness above 3); ask for cdf, exceedance or var instead"
        )
    return value
