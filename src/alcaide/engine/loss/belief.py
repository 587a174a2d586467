"""What a set of beliefs is worth: belief (what the numbers are) and chance (what a year brings) kept apart."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray, IntArray
from alcaide.engine.loss.atoms import Fixed
from alcaide.engine.loss.bands import Bands, Drawn, envelope
from alcaide.engine.loss.distribution import Aggregate
from alcaide.engine.loss.draws import factor_draws, mean_sizes, middle_draws, rate_draws, stream_draws
from alcaide.engine.loss.exchange import Exchange
from alcaide.engine.loss.frequency import Poisson
from alcaide.engine.loss.portfolio import Portfolio, Risk
from alcaide.engine.loss.severity import Lognormal, Severity
from alcaide.engine.loss.stream import Factor, Stream, check_streams, means

__all__ = [
    "Exchange",
    "Factor",
    "Pricing",
    "Stream",
    "check_priced",
    "factor_draws",
    "means",
    "predictive",
    "price",
    "stream_draws",
    "var_if",
]

_POINTS = 1024
_CURVE_POINTS = 64
_MOST_REGIMES = 256


@dataclass(frozen=True, eq=False)
class Pricing:
    """What streams cost a year, with the range that belief leaves.

    mean, var, tvar, exceedance, chance are predictive: belief is averaged over. Each range is the 5th to 95th
    percentile of the same figure over draws of belief, widened where needed so that it holds the figure itself (a
    predictive quantile can lie above 95 % of the quantiles it averages, when a few draws carry the tail).

    at: (k,) money, with P(S > at) and its band.  chance: P(S > sum) for each sum asked in `beyond`.
    stream_mean (n,), stream_range (n, 2), draws_mean (draws,), draws_stream (draws, n): money a year.
    lost_mass: chance of a year beyond the longest grid; grid_step: its step, money.  scale: a sum of the year's own
    size, on which the grids of the bands stand.
    """

    mean: float
    mean_range: tuple[float, float]
    var: dict[float, float]
    var_range: dict[float, tuple[float, float]]
    tvar: dict[float, float]
    at: FloatArray
    exceedance: FloatArray
    exceedance_low: FloatArray
    exceedance_high: FloatArray
    chance: dict[float, float]
    chance_range: dict[float, tuple[float, float]]
    stream_mean: FloatArray
    stream_range: FloatArray
    group_mean: dict[str, float]
    group_range: dict[str, tuple[float, float]]
    draws_mean: FloatArray
    draws_stream: FloatArray
    lost_mass: float
    grid_step: float
    grid_points: int
    scale: float


def price(  # noqa: PLR0913  each is a wish of its own, and all but the seed have a default
    streams: Sequence[Stream],
    *,
    systemic_cv: float = 0.0,
    seed: int,
    draws: int = 200,
    levels: Sequence[float] = (0.95, 0.99),
    at: FloatArray | Callable[[Aggregate], FloatArray] | None = None,
    beyond: Sequence[float] = (),
    scale: float | None = None,
    between: Callable[[], None] | None = None,
) -> Pricing:
    """Price streams: what a year costs, how bad it can get, and how sure we are.

    Parameters
    ----------
    streams : sequence of Stream
        Ids must differ; a factor id means the same belief wherever it stands.
    systemic_cv : float
        Coefficient of variation of a yearly gamma factor (mean 1) on every rate.
    seed : int
        Of the draws; the same seed gives the same bits.
    draws : int
        Draws of belief, for the ranges only.
    levels : sequence of float
        Shares at which VaR and TVaR are wanted.
    at : FloatArray or callable, optional
        (k,) sums for the loss curve, money, or what makes them of the predictive year; by default 64 from small to the
        one-in-a-thousand year.
    beyond : sequence of float
        Sums whose chance of being passed in a year is wanted (an appetite), money.
    scale : float, optional
        `scale` of another pricing, money: the bands of both then stand on the same grids, so that what lies between
        them is no difference of grids.
    between : callable, optional
        Called before each stretch of the curve is worked out; what it raises ends the pricing.

    Returns
    -------
    Pricing

    Raises
    ------
    EngineError
        For nothing to price, ids used twice, a level outside 0..1.

    Notes
    -----
    Rates: lognormal, mixed stream by stream. The middle of a loss range is shared by all events of a stream in a year
    and mixed by Gauss-Hermite. A rate times its factors enters the predictive curve as the lognormal of the same mean
    and variance, and streams that share a factor count as independent there; the draws, and so the ranges, hold the
    factor as it is, shared. The mean is exact. Memory: draws x 1024 numbers for each stretch of the curve.

    Examples
    --------
    >>> from alcaide.engine.loss import Stream, price
    >>> year = price([Stream("theft", 2, 2, 500, 500)], seed=1, draws=20, levels=(0.9,))
    >>> year.mean, year.var[0.9]
    (1000.0, 2000.0)
    """
    year = predictive(streams, systemic_cv=systemic_cv, between=between)
    drawn = _draw(streams, systemic_cv=systemic_cv, seed=seed, draws=draws)
    rows = drawn.rates * mean_sizes(streams, drawn.middles)
    own = means(streams)
    groups = _groups(streams)
    bands = Bands(drawn, scale=scale or year.scale, between=between)
    var = {level: year.var(level) for level in levels}
    wanted = _curve if at is None else at
    curve = np.atleast_1d(np.asarray(wanted(year) if callable(wanted) else wanted, float))
    sums = np.concatenate([curve, np.array(list(beyond), float)])
    passed = year.exceedance(sums)
    low, high = envelope(bands.exceedance(sums), passed)
    k = curve.size
    return Pricing(
        mean=math.fsum(own),
        mean_range=_pair(rows.sum(axis=1), math.fsum(own)),
        stream_mean=own,
        stream_range=np.stack(envelope(rows, own), axis=1),
        group_mean={group: math.fsum(own[where]) for group, where in groups.items()},
        group_range={g: _pair(rows[:, where].sum(axis=1), math.fsum(own[where])) for g, where in groups.items()},
        draws_mean=rows.sum(axis=1),
        draws_stream=rows,
        var=var,
        var_range={level: _pair(bands.var(level), value) for level, value in var.items()},
        tvar={level: year.tvar(level) for level in levels},
        at=curve,
        exceedance=passed[:k],
        exceedance_low=low[:k],
        exceedance_high=high[:k],
        chance=dict(zip(beyond, passed[k:].tolist(), strict=True)),
        chance_range=dict(zip(beyond, zip(low[k:].tolist(), high[k:].tolist(), strict=True), strict=True)),
        lost_mass=year.lost_mass,
        grid_step=year.grid_step,
        grid_points=year.points,
        scale=bands.scale,
    )


def _draw(streams: Sequence[Stream], *, systemic_cv: float, seed: int, draws: int) -> Drawn:
    return Drawn(
        tuple(streams),
        rate_draws(streams, seed=seed, draws=draws),
        middle_draws(streams, seed=seed, draws=draws),
        systemic_cv,
    )


def _groups(streams: Sequence[Stream]) -> dict[str, IntArray]:
    """Where the streams of each group stand, in the order in which the groups are first named."""
    found: dict[str, list[int]] = {}
    for place, stream in enumerate(streams):
        found.setdefault(stream.group, []).append(place)
    return {group: np.array(places) for group, places in found.items()}


def _pair(rows: FloatArray, figure: float) -> tuple[float, float]:
    low, high = envelope(rows[:, None], [figure])
    return float(low[0]), float(high[0])


def _curve(year: Aggregate) -> FloatArray:
    """Sums for the loss curve: from a thousandth of the one-in-a-thousand year up to it and a little more."""
    top = year.var(0.999) or year.mean or 1.0
    return np.geomspace(top / 1000, top * 1.5, _CURVE_POINTS)


def predictive(
    streams: Sequence[Stream], *, systemic_cv: float = 0.0, between: Callable[[], None] | None = None
) -> Aggregate:
    """A year's loss of streams with belief averaged over.

    streams, between: as for price.  Returns an Aggregate on grids of 1,024 points.  Raises EngineError as price does.
    """
    check_streams(streams)
    return Aggregate(Portfolio(tuple(_risk(s) for s in streams), (), systemic_cv), points=_POINTS, between=between)


def var_if(
    year: Aggregate, share: float, *, old: Sequence[Stream], new: Sequence[Stream], kept: Exchange | None = None
) -> float:
    """VaR of a predictive year once some of its streams are others.

    Parameters
    ----------
    year : Aggregate
        What `predictive` returned.
    share : float
        Share of years, 0 up to but not 1.
    old, new : sequences of Stream
        Streams of the year, and what each becomes.
    kept : Exchange, optional
        Of this year; it keeps what the rest adds from one question to the next.

    Returns
    -------
    float
        The smallest sum that a year stays within with this chance, money.

    Notes
    -----
    Given the systemic factor the year's transform is the product of those of its streams, so theirs is divided out and
    that of the new ones multiplied in. The cost is that of the streams exchanged.

    Examples
    --------
    >>> from alcaide.engine.loss import Stream, predictive, var_if
    >>> streams = [Stream(name, 0.5, 2, 100, 900) for name in "abc"]
    >>> half = Stream("a", 0.25, 1, 100, 900)
    >>> whole = predictive([half, *streams[1:]]).var(0.95)
    >>> round(var_if(predictive(streams), 0.95, old=streams[:1], new=[half]) / whole, 4)
    1.0
    """
    check_streams(new)
    return (kept or Exchange(year)).var(share, old=[_risk(each) for each in old], new=[_risk(each) for each in new])


def check_priced(streams: Sequence[Stream]) -> None:
    """Refuse, in words, streams that price would refuse or whose figures are beyond what it can count.

    Parameters
    ----------
    streams : sequence of Stream
        As for price. Nothing is computed but moments in closed form.

    Raises
    ------
    EngineError
        For ids used twice, a factor with two beliefs, and a year whose mean or spread is too large for a number.

    Examples
    --------
    >>> from alcaide.engine.loss import Stream, check_priced
    >>> check_priced([Stream("theft", 2, 2, 500, 500)])
    """
    check_streams(streams)
    for stream in streams:
        try:
            spread = math.exp(stream.sigma**2 + stream.unsure**2) * stream.mean_loss() ** 2 * stream.rate_moment(2)
        except (OverflowError, ZeroDivisionError):
            spread = math.inf
        if not math.isfinite(spread):
            raise EngineError(f"stream {stream.id}: its ranges are too wide to count with: bring their ends together")


def _risk(stream: Stream) -> Risk:
    rate = Poisson(stream.left_rate())
    if stream.is_fixed:
        return Risk(stream.id, rate, Fixed(stream.loss_low))
    if not stream.unsure:
        return Risk(stream.id, rate, Lognormal(stream.middle, stream.sigma))
    marginal = Lognormal(stream.middle, math.hypot(stream.sigma, stream.unsure))
    return Risk(stream.id, rate, marginal, _regimes(stream))


def _regimes(stream: Stream) -> tuple[tuple[float, Severity], ...]:
    scores, weights = _middle_points(stream.unsure / _blur(stream))
    shares = weights / weights.sum()
    return tuple(
        (share, Lognormal(stream.middle + stream.unsure * score, stream.sigma))
        for share, score in zip(shares.tolist(), scores.tolist(), strict=True)
    )


def _middle_points(ratio: float) -> tuple[FloatArray, FloatArray]:
    """Points of a standard normal middle, and their weights.

    ratio: spread of the belief on the middle over what blurs one middle into the next. Gauss points grow with its
    square, those of the trapezoid rule with itself.
    """
    gauss = 4 + math.ceil(max(5 * min(ratio, 1.0), 2.5 * ratio**2))
    even = min(1 + math.ceil(12 * ratio), _MOST_REGIMES)
    if gauss <= even or gauss <= 8:
        return _gauss(gauss)
    scores = np.linspace(-6, 6, even)
    return scores, np.exp(-(scores**2) / 2)


@lru_cache(maxsize=64)
def _gauss(points: int) -> tuple[FloatArray, FloatArray]:
    scores, weights = np.polynomial.hermite_e.hermegauss(points)
    return scores, weights


def _blur(stream: Stream) -> float:
    """Spread of the logarithm of a year's sum when the middle is known: the losses' own, the count's, the rate's."""
    events, rate = stream.rate_moment(1), stream.left_rate()
    if events < 1:
        return stream.sigma
    peak = math.exp(min(stream.sigma**2, 2.3))
    spread = rate.sigma if isinstance(rate, Lognormal) else 0.0
    return min(stream.sigma, math.hypot(math.sqrt(peak / events), spread))
