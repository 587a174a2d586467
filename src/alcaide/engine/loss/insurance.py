"""What a policy pays: the layer on each event, then the layer on the year."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alcaide.engine.loss import moments
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.atoms import Discrete
from alcaide.engine.loss.distribution import Aggregate
from alcaide.engine.loss.frequency import Counts, Poisson
from alcaide.engine.loss.joint import Tabulated, comonotone, discrete_sum, sum_moments
from alcaide.engine.loss.portfolio import Insurance, Layer, Portfolio, Risk
from alcaide.engine.loss.severity import Severity

_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(16)
_PANELS = 200
_TABLE_POINTS = 3000
_NARROW = 1e-3  # a layer this narrow against its attachment loses digits in the closed form


@dataclass(frozen=True, eq=False)
class Layered(Severity):
    """What a layer pays of one event: min(max(X - attachment, 0), limit)."""

    base: Severity
    layer: Layer

    def limited(self, at: FloatArray) -> FloatArray:
        start = self.layer.attachment
        top = start + np.minimum(at, self.layer.limit)
        return np.maximum(self.base.limited(top) - self.base.limited(np.array(start)), 0.0)

    def quantile(self, share: FloatArray) -> FloatArray:
        return np.clip(self.base.quantile(share) - self.layer.attachment, 0.0, self.layer.limit)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        return _layer_mean(self.base, self.layer), _layer_square(self.base, self.layer)

    def moment(self, order: int) -> float:
        return (1.0, *self._moments, math.inf)[order]


def _layer_mean(base: Severity, layer: Layer) -> float:
    start, end = np.array(layer.attachment), layer.attachment + layer.limit
    if math.isfinite(end):
        return max(float(base.limited(np.array(end)) - base.limited(start)), 0.0)
    return max(base.mean - float(base.limited(start)), 0.0) if math.isfinite(base.mean) else math.inf


def _layer_square(base: Severity, layer: Layer) -> float:
    """E of the square of what the layer pays: 2 int_0^limit y P(X > attachment + y) dy."""
    start, limit = layer.attachment, layer.limit
    if math.isfinite(limit):
        if isinstance(base, Tabulated) or limit <= _NARROW * start:
            return _square_by_panels(base, start, limit=limit)
        end = np.array(start + limit)
        inside = [float(base.below(k, end) - base.below(k, np.array(start))) for k in range(3)]
        return inside[2] - 2 * start * inside[1] + start**2 * inside[0] + limit**2 * float(base.above(0, end))
    if not math.isfinite(base.moment(2)):
        return math.inf
    if isinstance(base, Tabulated):
        # E(X - a)+^2 = E(X - a)^2 - E(a - X)+^2
        short = start**2 - 2 * _square_kernel(base, start)
        return max(base.moment(2) - 2 * start * base.mean + start**2 - short, 0.0)
    first, second, third = (float(base.above(k, np.array(start))) for k in range(3))
    return third - 2 * start * second + start**2 * first


def _square_by_panels(base: Severity, start: float, *, limit: float) -> float:
    y, weight = _panels(limit, scale=min(limit, start + base.quantile(np.array(0.999)).item()))
    return 2 * math.fsum(weight * y * base.above(0, start + y))


def _square_kernel(base: Severity, start: float) -> float:
    """int_0^a (a - x) P(X > x) dx, so that E(a - X)+^2 = a² - 2 of it."""
    if start == 0:
        return 0.0
    y, weight = _panels(start, scale=start)
    return math.fsum(weight * (start - y) * base.above(0, y))


def _panels(end: float, *, scale: float) -> tuple[FloatArray, FloatArray]:
    """Gauss nodes and weights on 0..end: panels finer towards both ends of what matters, then ever wider."""
    near = min(end, scale)
    edges = near * (1 - np.cos(np.pi * np.arange(_PANELS + 1) / _PANELS)) / 2
    if end > near:
        edges = np.concatenate([edges, np.geomspace(near, end, 2 + math.ceil(12 * math.log(end / near)))[1:]])
    half = np.diff(edges) / 2
    y = (edges[:-1] + half)[:, None] + half[:, None] * _GAUSS_X
    return y.ravel(), (half[:, None] * _GAUSS_W).ravel()


def layered(base: Severity, layer: Layer) -> Severity:
    """What a layer pays of one event; on a lattice it stays there."""
    if layer.attachment == 0 and math.isinf(layer.limit):
        return base
    if base.atoms is not None:
        values, chances = base.atoms
        paid = np.minimum(np.maximum(values - layer.attachment, 0.0), layer.limit)
        return Discrete(tuple(paid.tolist()), tuple(chances.tolist()))
    return Layered(base, layer)


def event_sum(sizes: Sequence[Severity]) -> Severity:
    """Sum of independent sizes of one event, as a size of its own."""
    if len(sizes) == 1:
        return sizes[0]
    if all(isinstance(s, Discrete) for s in sizes):
        exact = discrete_sum([s for s in sizes if isinstance(s, Discrete)])
        if exact is not None:
            return exact
    once = Counts((0.0, 1.0))
    year = Aggregate(Portfolio(tuple(Risk(str(i), once, s) for i, s in enumerate(sizes))))
    top = max(_far(s) for s in sizes) * len(sizes)
    at = np.concatenate([[0.0], np.geomspace(top * 1e-12, top, _TABLE_POINTS)])
    return Tabulated(at, at - year.below(at), np.minimum.accumulate(year.exceedance(at)), sum_moments(sizes))


def _far(size: Severity) -> float:
    return float(size.upper_quantile(np.array(1e-11)))


def ceded_portfolio(portfolio: Portfolio, layer: Layer) -> Portfolio:
    """The portfolio of what the occurrence layer pays.

    One shock is one event: the layer applies to what it costs in all.
    """
    risks = [Risk(r.id, r.frequency, layered(r.severity, layer)) for r in portfolio.risks]
    for number, shock in enumerate(portfolio.shocks):
        sizes = portfolio.severities(shock)
        event = comonotone(sizes) if shock.together else event_sum(sizes)
        risks.append(Risk(f"\0shock {number}", Poisson(shock.rate), layered(event, layer)))
    return Portfolio(tuple(risks), (), portfolio.systemic_cv)


@dataclass(frozen=True)
class Ceded:
    """Mean and standard deviation of what a policy pays in a year, money; inf where one does not exist."""

    mean: float
    sd: float


def ceded(portfolio: Portfolio, policy: Insurance) -> Ceded:
    """What a policy pays in a year.

    Parameters
    ----------
    portfolio : Portfolio
    policy : Insurance
        The occurrence layer on each event (a shock is one event), then the aggregate layer on the year.

    Returns
    -------
    Ceded

    Notes
    -----
    With only an occurrence layer both figures are closed forms of layered moments. With an aggregate layer they are
    sums over the year's distribution of what the first layer pays, closed with the exact moments where it has no end.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models (4th ed. 2012), sections 8.3 and 9.7.

    Examples
    --------
    >>> from alcaide.engine.loss import Exponential, Insurance, Layer, Poisson, Portfolio, Risk, ceded
    >>> fires = Portfolio((Risk("fire", Poisson(0.5), Exponential(100.0)),))
    >>> round(ceded(fires, Insurance(occurrence=Layer(attachment=100.0))).mean, 4)
    18.394
    """
    paid = ceded_portfolio(portfolio, policy.occurrence)
    mean, variance, _ = moments.cumulants(paid)
    if policy.aggregate == Layer():
        return Ceded(mean, math.sqrt(variance))
    first, second = _year_layer(Aggregate(paid), policy.aggregate, mean=mean, variance=variance)
    return Ceded(first, math.sqrt(max(second - first**2, 0.0)) if math.isfinite(second) else math.inf)


def _year_layer(year: Aggregate, layer: Layer, *, mean: float, variance: float) -> tuple[float, float]:
    """First two moments of what a layer pays of a year.

    With e(d) = E(S - d)+ they are e(a) - e(a + l) and 2 (int_a^(a+l) e(x) dx - l e(a + l)).
    """
    start, limit = layer.attachment, layer.limit
    if limit == 0:
        return 0.0, 0.0
    if not math.isfinite(limit):
        return _year_above(year, start, mean=mean, variance=variance)
    if not math.isfinite(mean):
        return _year_between(year, start, limit=limit)
    ends = year.excess(np.array([start, start + limit]))
    y, weight = _panels(limit, scale=start + mean + (8 * math.sqrt(variance) if math.isfinite(variance) else 0.0))
    square = 2 * (math.fsum(weight * year.excess(start + y)) - limit * float(ends[1]))
    return float(ends[0] - ends[1]), square


def _year_above(year: Aggregate, start: float, *, mean: float, variance: float) -> tuple[float, float]:
    if not math.isfinite(mean):
        return math.inf, math.inf
    first = float(year.excess(np.array([start]))[0])
    if not math.isfinite(variance) or start == 0:
        return first, variance + mean**2
    y, weight = _panels(start, scale=start)
    # E(S - a)+^2 = E(S - a)^2 - E(a - S)+^2, and the last is 2 int_0^a E(x - S)+ dx
    return first, variance + (mean - start) ** 2 - 2 * math.fsum(weight * year.below(y))


def _year_between(year: Aggregate, start: float, *, limit: float) -> tuple[float, float]:
    """The same from E(d - S)+, which exists where the mean does not."""
    below = year.below(np.array([start, start + limit]))
    y, weight = _panels(limit, scale=limit)
    first = limit - float(below[1] - below[0])
    return first, limit**2 - 2 * (limit * float(below[1]) - math.fsum(weight * year.below(start + y)))
