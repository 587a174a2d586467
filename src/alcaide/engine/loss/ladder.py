"""Mixing over what is uncertain about a rate: the rate itself and the systemic factor.

Both are put on points a constant ratio apart, so that all their products lie on one such ladder and
exp(-rate s) at one rung is the square of the value an octave below: one exponential serves many rates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from scipy import special

from alcaide.engine.loss.arrays import ComplexArray, FloatArray, IntArray
from alcaide.engine.loss.atoms import Discrete
from alcaide.engine.loss.frequency import Poisson
from alcaide.engine.loss.severity import Gamma, Lognormal, Pareto, Pert, Severity, Uniform

_RESTART = 10  # octaves between fresh exponentials; squaring doubles the relative error each time
_FINEST = 64  # rungs an octave at most
_MOST_VALUES = 512  # values of the systemic factor
_STENCIL = 6
_NARROW = 768  # frequencies up to which all points are carried at once: more would leave the cache
_BETWEEN = 0.5  # largest logarithmic step of the factor that six neighbours bridge, where the rate is well spread
_BETWEEN_SURE = 0.2  # the same for a sure rate
_BETWEEN_OTHER = 0.35  # the same for a rate spread between two ends or with a long tail
_REACH = 6.0  # standard deviations a normal is followed to


@dataclass(frozen=True)
class Factor:
    """The systemic factor on a ladder: values g[k] = low * 2^(k / rungs), with their weights."""

    low: float
    rungs: int
    weights: FloatArray
    _lifts: dict[tuple[int, int], FloatArray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def values(self) -> FloatArray:
        """The points of the factor, rising."""
        return self.low * np.exp2(np.arange(self.weights.size) / self.rungs)

    def lift(self, fewer: int, *, every: int) -> FloatArray:
        """What carries a function from every so many points to all of them, (points, fewer); made once."""
        if (fewer, every) not in self._lifts:
            self._lifts[fewer, every] = _lift(self, fewer, every=every) if every > 1 else np.eye(self.weights.size)
        return self._lifts[fewer, every]


NO_FACTOR = Factor(1.0, 1, np.ones(1))
"""A factor that is always 1."""


@dataclass(frozen=True)
class Chain:
    """E exp(-g R s) at points of a factor, as sums over one ladder of rates.

    Rung m stands for the rate low * 2^(m / rungs). Point k of the factor draws on the rungs k * stride + j * skip, with
    weights[j].
    """

    low: float
    rungs: int
    stride: int
    skip: int
    weights: FloatArray

    def over(self, points: int, shares: FloatArray, s: ComplexArray) -> ComplexArray:
        """Mixture at each point of the factor, averaged over regimes.

        shares: (regimes,) chances.  s: (regimes, n) one minus the transform of a size.  Returns (points, n).
        """
        total = np.zeros((points, s.shape[1]), complex)
        # a real weight times a complex value is half the work on the pairs of reals
        pairs, product = total.view(np.float64), np.empty(2 * s.shape[1])
        octave: list[ComplexArray] = []
        for m, uses in enumerate(_plan(points, self.stride, self.skip, self.weights.size)):
            at = m % self.rungs
            if (m // self.rungs) % _RESTART == 0:
                octave[at:] = [np.exp((-self.low * 2.0 ** (m / self.rungs)) * s), *octave[at + 1 :]]
            else:
                np.multiply(octave[at], octave[at], out=octave[at])
            if not uses:
                continue
            value = _average(octave[at].view(np.float64), shares)
            for k, j in uses:
                np.multiply(value, self.weights[j], out=product)
                pairs[k] += product
        return total


def _average(rows: FloatArray, shares: FloatArray) -> FloatArray:
    out: FloatArray = rows[0] * shares[0]
    for row, share in zip(rows[1:], shares[1:], strict=True):
        out += row * share
    return out


@lru_cache(maxsize=256)
def _plan(points: int, stride: int, skip: int, reach: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Which (point of the factor, weight) pairs draw on each rung."""
    uses: list[list[tuple[int, int]]] = [[] for _ in range((points - 1) * stride + (reach - 1) * skip + 1)]
    for k in range(points):
        for j in range(reach):
            uses[k * stride + j * skip].append((k, j))
    return tuple(tuple(pairs) for pairs in uses)


@dataclass(frozen=True, eq=False)
class Mixture:
    """E exp(-g R s) for every point g of a factor.

    The chains give it at every so many points of the factor; `lift`, (points, fewer), carries it to all of them.
    """

    chains: tuple[Chain, ...]
    lift: FloatArray

    @cached_property
    def _neighbours(self) -> tuple[IntArray, FloatArray]:
        """What each point is carried from, rising, and the weights: (neighbours, points)."""
        most = int((self.lift != 0).sum(axis=1).max())
        order = np.argsort(self.lift == 0, axis=1, kind="stable")[:, :most]
        return order.T.copy(), np.take_along_axis(self.lift, order, axis=1).T.copy()

    def over(self, regimes: Sequence[tuple[float, ComplexArray]]) -> ComplexArray:
        """Mix over regimes too.  regimes: (chance, (n,) one minus the transform).  Returns (points, n)."""
        return self.lifted(self.coarse(regimes))

    def coarse(self, regimes: Sequence[tuple[float, ComplexArray]]) -> ComplexArray:
        """The same at the points that the chains give it at, (fewer, n)."""
        shares = np.array([share for share, _ in regimes])
        s = np.stack([transform for _, transform in regimes])
        fewer = self.lift.shape[1]
        found = self.chains[0].over(fewer, shares, s)
        for chain in self.chains[1:]:
            found += chain.over(fewer, shares, s)
        return found

    def lifted(self, coarse: ComplexArray) -> ComplexArray:
        """Carry what stands at the chains' points to all.  coarse: (fewer, n).  Returns (points, n)."""
        points, fewer = self.lift.shape
        if points == fewer:
            return coarse
        out = np.zeros((points, coarse.shape[1]), complex)
        pairs = out.view(np.float64)
        if coarse.shape[1] <= _NARROW:
            near, weights = self._neighbours
            for c, weight in zip(near, weights, strict=True):
                pairs += coarse[c].view(np.float64) * weight[:, None]
            return out
        product = np.empty(2 * coarse.shape[1])
        for k, row in enumerate(self.lift):
            for c in np.flatnonzero(row).tolist():
                np.multiply(coarse[c].view(np.float64), row[c], out=product)
                pairs[k] += product
        return out


def factor_ladder(cv: float, *, finest: float) -> Factor:
    """Put a gamma factor of mean 1 and this coefficient of variation on a ladder.

    finest: largest ratio of neighbours, as a logarithm, that the conditional curve can bear.

    Notes
    -----
    Trapezoid rule in x = ln g, whose density is k^k / Gamma(k) exp(k x - k e^x) with k = 1 / cv². The sum converges
    faster than any power of the step (Trefethen and Weideman 2014, section 5).
    """
    if cv == 0:
        return NO_FACTOR
    shape = 1 / cv**2
    low = max(_log_gamma_quantile(shape, 1e-7), -30.0)
    high = math.log(float(special.gammainccinv(shape, 1e-11)) / shape)
    # past this many points the ripple they leave is under a thousandth of the quantile
    affordable = max(int(_MOST_VALUES * math.log(2) / (high - low)), 1).bit_length() - 1
    rungs = min(_rungs(min(0.35, finest, max(cv, 1e-3))), 1 << affordable)
    step = math.log(2) / rungs
    if step > cv:
        return _three_points(rungs, step, cv)
    x = np.arange(math.floor(low / step), math.ceil(high / step) + 1) * step
    log_weight = shape * x - shape * np.exp(x) + shape * math.log(shape) - math.lgamma(shape) + math.log(step)
    weights = np.exp(log_weight)
    weights[0] += max(1 - weights.sum(), 0.0)  # what lies below: no events at all there
    return Factor(float(np.exp(x[0])), rungs, weights / weights.sum())


def mixed_over_factor(psi: ComplexArray, cv: float) -> ComplexArray:
    """E exp(G psi) for a gamma factor G of mean 1: (1 - cv² psi)^(-1 / cv²).

    psi: any shape.  cv: coefficient of variation; 0 gives exp(psi).
    """
    if cv < 1e-4:
        # the closed form would lose the digits that the factor changes; its logarithm as a series does not
        return np.exp(psi * (1 + cv**2 * psi * (1 / 2 + cv**2 * psi / 3)))
    return np.asarray((1 - cv**2 * psi) ** (-1 / cv**2))


def _log_gamma_quantile(shape: float, share: float) -> float:
    # small shapes underflow in the quantile itself: near zero the cdf is (k g)^k / Gamma(k + 1)
    return min(
        (math.log(share) + math.lgamma(shape + 1)) / shape - math.log(shape),
        math.log(max(float(special.gammaincinv(shape, share)), 1e-300) / shape),
    )


def _three_points(rungs: int, step: float, cv: float) -> Factor:
    values = np.exp(np.array([-step, 0.0, step]))
    weights = np.linalg.solve(np.vander(values, 3, increasing=True).T, np.array([1.0, 1.0, 1 + cv**2]))
    return Factor(float(values[0]), rungs, weights)


def _rungs(step: float) -> int:
    """Rungs an octave for steps no longer than this: a power of two, so that coarse ladders lie on fine ones."""
    return min(1 << max(math.ceil(math.log2(math.log(2) / step) - 1e-9), 0), _FINEST)


def rate_mixture(frequency: Poisson, factor: Factor, *, finest: float) -> Mixture:
    """Ladders that give E exp(-g R s) for an uncertain (or certain) rate R.

    finest: as for factor_ladder, for this risk alone.
    """
    rate = frequency.rate
    points = factor.weights.size
    every = _fits(factor.rungs, min(_bridged(rate), finest))
    fewer = -(-(points - 1) // every) + 1
    if fewer < _STENCIL:
        every, fewer = 1, points
    lift = factor.lift(fewer, every=every)
    if isinstance(rate, Lognormal):
        return Mixture((_lognormal_chain(rate, factor, finest=finest, every=every),), lift)
    if isinstance(rate, Pareto):
        return Mixture(tuple(_octaves(rate, factor, finest=finest, every=every)), lift)
    values, weights = rate_nodes(rate, finest) if isinstance(rate, Severity) else (np.array([rate]), np.ones(1))
    chains = tuple(
        _chain(value * factor.low, factor.rungs, every, 1, weights=weights[i : i + 1])
        for i, value in enumerate(values.tolist())
    )
    return Mixture(chains, lift)


def _bridged(rate: float | Severity) -> float:
    if isinstance(rate, Lognormal):
        return min(_BETWEEN, max(_BETWEEN_SURE, rate.sigma))
    return _BETWEEN_OTHER if isinstance(rate, Pert | Uniform | Pareto) else _BETWEEN_SURE


def _fits(rungs: int, wanted: float) -> int:
    """Largest power of two of rungs, up to an octave, that is no longer than wanted."""
    every = 1
    while every < rungs and 2 * every * math.log(2) / rungs <= wanted * 1.0001:
        every *= 2
    return every


def _chain(low: float, rungs: int, stride: int, skip: int, *, weights: FloatArray) -> Chain:
    """A chain without the rungs that nothing draws on."""
    shared = math.gcd(rungs, stride, skip if weights.size > 1 else 0)
    return Chain(low, rungs // shared, stride // shared, max(skip // shared, 1), weights)


def _lift(factor: Factor, fewer: int, *, every: int) -> FloatArray:
    """Lagrange weights from every `every`-th point to all points, six neighbours each.

    Polynomials in the factor itself, so that its mean and spread come through exactly.
    """
    out = np.zeros((factor.weights.size, fewer))
    known = (factor.low * np.exp2(np.arange(fewer) * every / factor.rungs)).tolist()
    for k, at in enumerate(factor.values.tolist()):
        first = min(max(k // every - _STENCIL // 2 + 1, 0), fewer - _STENCIL)
        near = range(first, first + _STENCIL)
        for c in near:
            out[k, c] = math.prod((at - known[o]) / (known[c] - known[o]) for o in near if o != c)
    return out


def _lognormal_chain(rate: Lognormal, factor: Factor, *, finest: float, every: int) -> Chain:
    wanted = min(rate.sigma, 0.7, finest)
    split = max(_rungs(wanted) // factor.rungs, 1)
    rungs = factor.rungs * split
    skip = _fits(rungs, wanted)
    step = math.log(2) * skip / rungs
    if step > rate.sigma * 1.0001:
        near = _three_points(rungs // skip, step, math.sqrt(math.expm1(rate.sigma**2)))
        return _chain(near.low * rate.mean * factor.low, rungs, every * split, skip, weights=near.weights)
    x = np.arange(math.floor(-_REACH * rate.sigma / step), math.ceil((_REACH + rate.sigma) * rate.sigma / step) + 1)
    weights = np.exp(-0.5 * (x * step / rate.sigma) ** 2)
    low = math.exp(rate.mu + float(x[0]) * step)
    return _chain(low * factor.low, rungs, every * split, skip, weights=weights / weights.sum())


def rate_nodes(rate: Severity, finest: float) -> tuple[FloatArray, FloatArray]:
    """Points and weights of an uncertain rate on separate values or between two ends.

    Returns (n,) rates a year and (n,) weights that add up to 1.
    """
    if isinstance(rate, Discrete):
        return rate.atoms
    if isinstance(rate, Uniform):
        x, w = special.roots_legendre(_count(rate.low, rate.high, finest))
        return rate.low + (rate.high - rate.low) * (x + 1) / 2, w / 2
    assert isinstance(rate, Pert)  # noqa: S101 - the one kind left, told to the type checker
    x, w = special.roots_jacobi(_count(rate.low, rate.high, finest), rate.beta - 1, rate.alpha - 1)
    return rate.low + (rate.high - rate.low) * (x + 1) / 2, w / w.sum()


def _count(low: float, high: float, finest: float) -> int:
    # the spacing of Gauss points in the middle is about (high - low) pi / (2 n)
    return min(24 + math.ceil(2 * (high - low) / max(high * finest, 1e-300)), 400)


def _octaves(rate: Pareto, factor: Factor, *, finest: float, every: int) -> list[Chain]:
    """Gauss points in each octave of a Pareto rate: those of the next octave are their doubles."""
    octave = math.log(2)
    count = min(max(6 + math.ceil(1.5 * octave / finest), 8), _FINEST)
    x, w = special.roots_legendre(count)
    offset, share = (x + 1) / 2 * octave, w / 2 * octave
    reach = math.ceil(34 / (rate.alpha * octave)) + 1
    weights = share[:, None] * rate.alpha * np.exp(-rate.alpha * (offset[:, None] + octave * np.arange(reach)))
    weights /= weights.sum()
    lows = (rate.scale * factor.low * np.exp(offset)).tolist()
    return [_chain(low, factor.rungs, every, factor.rungs, weights=weights[i]) for i, low in enumerate(lows)]


def closed_form(rate: float | Severity) -> tuple[float, float] | None:
    """Shape and scale of a rate whose mixture needs no ladder: gamma or exponential."""
    return (rate.shape, rate.scale) if isinstance(rate, Gamma) else None
