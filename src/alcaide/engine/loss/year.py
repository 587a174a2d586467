"""The transform of a year's loss from the transforms of its sizes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from alcaide.engine.loss.arrays import ComplexArray, FloatArray, IntArray
from alcaide.engine.loss.crowd import Crowd, take_crowd
from alcaide.engine.loss.frequency import Counted, Poisson
from alcaide.engine.loss.grid import Grid, spread
from alcaide.engine.loss.joint import comonotone
from alcaide.engine.loss.ladder import (
    NO_FACTOR,
    Factor,
    Mixture,
    closed_form,
    factor_ladder,
    mixed_over_factor,
    rate_mixture,
)
from alcaide.engine.loss.pooled import Few, Pool, transform_of
from alcaide.engine.loss.portfolio import Portfolio, Risk
from alcaide.engine.loss.severity import Lognormal, Severity

_BLOCK = 16384  # values worked on at once (frequencies x points of the factor): a ladder stays in the cache
_TOGETHER = 64  # risks on ladders whose sizes are held at once
_COARSEST = 0.7
_PEAKED = 10.0  # a size's E X² / (E X)² is not trusted above this to smooth the curve


class Transform(Protocol):
    """Weighted sum of the transforms of some sizes, on one set of frequencies."""

    def __call__(self, sizes: Sequence[Severity], weights: Sequence[float], /) -> ComplexArray:
        """Transform of the weighted sum."""


@dataclass(frozen=True)
class _Mixed:
    """A Poisson risk that needs a ladder: regimes of sizes, each with the same uncertain rate."""

    regimes: tuple[tuple[float, Severity], ...]
    law: Mixture | tuple[float, float]  # a ladder, or shape and scale of a gamma rate
    pull: float  # what its rate moves in a year that is bad for it, money
    step: float  # ratio of neighbouring points of its ladder, as a logarithm

    @property
    def width(self) -> int:
        """Points of the factor at which its ladder stands; 0 for one without."""
        return self.law.lift.shape[1] if isinstance(self.law, Mixture) else 0


@dataclass(frozen=True)
class Sure:
    """A Poisson risk whose rate and size are known."""

    size: Severity
    rate: float


@dataclass(frozen=True)
class Rare:
    """A risk of few events, with its chances at the nodes of the factor."""

    few: Few


One = Sure | Rare | Few | _Mixed
"""One Poisson risk made ready."""


class Year:
    """A portfolio made ready to be transformed on any grid.

    Sure Poisson risks and shocks are one compound Poisson with exponent psi; counts multiply in by their generating
    functions; uncertain rates and regimes are mixed on ladders. The systemic factor has a closed form,
    (1 - c² psi)^(-1 / c²), unless some rate needs a ladder: then it is one more ladder.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self._counted = [(r, r.frequency) for r in portfolio.risks if isinstance(r.frequency, Counted)]
        poisson = [(r, r.frequency) for r in portfolio.risks if isinstance(r.frequency, Poisson)]
        self._sure = [(f.rate, r.severity) for r, f in poisson if not isinstance(f.rate, Severity) and not r.regimes]
        unsure = [(r, f) for r, f in poisson if isinstance(f.rate, Severity) or r.regimes]
        self._shocks = [
            (s.rate, s.together, comonotone(portfolio.severities(s)) if s.together else None, portfolio.severities(s))
            for s in portfolio.shocks
            if s.rate > 0
        ]
        self._factor: Factor = NO_FACTOR
        if unsure and portfolio.systemic_cv:
            self._factor = factor_ladder(portfolio.systemic_cv, finest=_finest_total(portfolio))
        noise = self._noise = math.fsum(_noise(r.frequency.mean, r.severity) for r in portfolio.risks)
        self._crowd, alone = take_crowd(unsure, self._factor)
        self._pool = Pool(self._factor)
        many = [(r, f) for r, f in (unsure[place] for place in alone) if not self._pool.take(f.rate, _regimes(r))]
        self._mixed = [self._ladder(r, f, noise=noise) for r, f in many]
        self._groups = _grouped(self._mixed, noise) if self._crowd else [[each] for each in self._mixed]

    @property
    def depth(self) -> int:
        """How much a frequency costs: 0 for closed forms alone, 1 with a ladder, 2 with one for every factor value."""
        return 0 if not self._is_mixed else 1 if self.factor_points == 1 else 2

    @property
    def factor_weights(self) -> FloatArray:
        """Chance of each value of the systemic factor, (values,)."""
        return self._factor.weights

    @property
    def is_poisson(self) -> bool:
        """Whether every count is Poisson given its rate, and the systemic factor has no closed form here."""
        return self._is_mixed and not self._counted

    @property
    def crowd(self) -> Crowd | None:
        """The small risks that are taken together, None where there are too few or none is small enough."""
        return self._crowd

    @property
    def _is_mixed(self) -> bool:
        return bool(self._mixed or self._pool.size or self._crowd)

    @property
    def factor_points(self) -> int:
        """Values of the systemic factor that are worked out one by one; 1 where a closed form serves."""
        return int(self._factor.weights.size)

    def _ladder(self, risk: Risk, frequency: Poisson, *, noise: float) -> _Mixed:
        others = max(noise - _noise(frequency.mean, risk.severity), 0.0)
        high = float(self._factor.values[-1]) ** 0.5
        finest = _finest(risk, frequency, high=high, others=others)
        law = closed_form(frequency.rate) or rate_mixture(frequency, self._factor, finest=finest)
        pull = _high(frequency.rate, high) * risk.severity.mean
        if not isinstance(law, Mixture):
            return _Mixed(_regimes(risk), law, pull, math.inf)
        values = self._factor.values
        return _Mixed(_regimes(risk), law, pull, math.log(values[-1] / values[0]) / max(law.lift.shape[1] - 1, 1))

    def transform(self, of: Transform) -> ComplexArray:
        """Transform of the year's loss.

        of: gives the transform of a weighted sum of sizes.  Returns an array as long as those `of` gives.
        """
        psi = self._exponent(of)
        out = np.ones_like(psi)
        for risk, frequency in self._counted:
            out = out * _counted(risk, frequency, of=of)
        if not self._is_mixed:
            return out * mixed_over_factor(psi, self.portfolio.systemic_cv)
        return np.asarray(out * np.einsum("k,kn->n", self._factor.weights, self._given_factor(psi, of)))

    def given_factor(self, of: Transform) -> ComplexArray:
        """The same at each value of the systemic factor, (values, n), for a year that `is_poisson`."""
        return self._given_factor(self._exponent(of), of)

    def one(self, risk: Risk) -> One:
        """One Poisson risk alone, made ready to be transformed on any grid."""
        if not isinstance(risk.frequency, Poisson):
            raise TypeError(f"{risk.id} is not Poisson given its rate")
        rate = risk.frequency.rate
        if not isinstance(rate, Severity) and not risk.regimes:
            return Sure(risk.severity, rate)
        regimes = _regimes(risk)
        few = self._pool.rare(rate, regimes)
        if few is not None:
            return Rare(few)
        few = self._pool.alone(rate, regimes)
        return few if few is not None else self._ladder(risk, risk.frequency, noise=self._noise)

    def ratio(self, pairs: Sequence[tuple[One, One]], of: Transform) -> ComplexArray:
        """Transform of new risks over that of old ones at each value of the systemic factor, (values, n).

        pairs: each old one with the one that takes its place.  Rare ones are taken together at the nodes of the factor.
        """
        width = of([], []).size
        old = [was.few for was, _ in pairs if isinstance(was, Rare)]
        new = [comes.few for _, comes in pairs if isinstance(comes, Rare)]
        found = self._pool.ratio(new, old, lambda sizes: _each(of, sizes), width=width)
        for was, comes in pairs:
            if not isinstance(comes, Rare):
                found *= self._of_one(comes, of)
            if not isinstance(was, Rare):
                found /= self._of_one(was, of)
        return found

    def _of_one(self, one: Sure | Few | _Mixed, of: Transform) -> ComplexArray:
        values = self._factor.values
        if isinstance(one, Sure):
            return np.asarray(np.exp(values[:, None] * (of([one.size], [one.rate]) - one.rate)))
        sizes = _each(of, [size for _, size in one.regimes])
        if isinstance(one, Few):
            return transform_of(one, sizes)
        return self._together([(one, list(zip([share for share, _ in one.regimes], 1 - sizes, strict=True)))])

    def _given_factor(self, psi: ComplexArray, of: Transform) -> ComplexArray:
        """Transform of the Poisson part at each value of the factor, (values, n)."""
        values = self._factor.values
        power = values[:, None] * psi
        if self._crowd and isinstance(of, OnGrids):
            self._crowd.add(power, of.grids, factor=values)
        elif self._crowd:
            self._crowd.add_nothing(power, factor=values)
        total = self._pool.given_factor(lambda sizes: _each(of, sizes), power=power)
        length = max(_BLOCK // self._factor.weights.size, 1024)
        for group in self._groups:
            sizes = [1 - _each(of, [size for _, size in mixed.regimes]) for mixed in group]
            for start in range(0, psi.size, length):
                block = slice(start, start + length)
                near = [
                    (mixed, list(zip([share for share, _ in mixed.regimes], each[:, block], strict=True)))
                    for mixed, each in zip(group, sizes, strict=True)
                ]
                total[:, block] *= self._together(near)
        return np.asarray(total)

    def _exponent(self, of: Transform) -> ComplexArray:
        rates = [rate for rate, _ in self._sure]
        sizes = [size for _, size in self._sure]
        for rate, together, joint, _ in self._shocks:
            if together and joint is not None:
                rates.append(rate)
                sizes.append(joint)
        psi = of(sizes, rates) - math.fsum(rates)
        for rate, together, _, members in self._shocks:
            if not together:
                psi = psi + rate * (np.prod([of([m], [1.0]) for m in members], axis=0) - 1)
        return np.asarray(psi)

    def _together(self, group: list[tuple[_Mixed, list[tuple[float, ComplexArray]]]]) -> ComplexArray:
        """Transform of a group at each point of the factor: multiplied where its ladders stand, then carried over."""
        (first, regimes), *others = group
        if not isinstance(first.law, Mixture):
            shape, scale = first.law
            points = self._factor.values[:, None]
            return np.asarray(np.sum([share * (1 + scale * points * s) ** -shape for share, s in regimes], axis=0))
        coarse = first.law.coarse(regimes)
        for mixed, theirs in others:
            if isinstance(mixed.law, Mixture):
                coarse *= mixed.law.coarse(theirs)
        return first.law.lifted(coarse)


def _grouped(mixed: list[_Mixed], noise: float) -> list[list[_Mixed]]:
    """Risks whose ladders are carried to all points of the factor as one.

    A group may move the year by as much between two points of its ladders as one risk may: what the noise of the year
    blurs (see `_finest`).
    """
    groups: list[list[_Mixed]] = []
    room: dict[int, tuple[list[_Mixed], float]] = {}
    for each in mixed:
        group, pull = room.get(each.width, ([], 0.0))
        if not group or len(group) == _TOGETHER or each.step * (pull + each.pull) > math.sqrt(noise) / 2:
            group, pull = [], 0.0
            groups.append(group)
        group.append(each)
        room[each.width] = group, pull + each.pull
    return groups


def _regimes(risk: Risk) -> tuple[tuple[float, Severity], ...]:
    return risk.regimes or ((1.0, risk.severity),)


def _counted(risk: Risk, frequency: Counted, *, of: Transform) -> ComplexArray:
    parts = [share * frequency.generate(of([size], [1.0])) for share, size in _regimes(risk)]
    return np.asarray(np.sum(parts, axis=0))


def _peak(size: Severity) -> float:
    """E X² / (E X)², capped: a heavy tail smooths the body of the curve less than it says."""
    if size.mean == 0 or not math.isfinite(size.moment(2)):
        return 1.0 if size.mean == 0 else _PEAKED
    return min(size.moment(2) / size.mean**2, _PEAKED)


def _noise(rate: float, size: Severity) -> float:
    """Variance of a year's sum around its conditional mean, money²; 0 where it says nothing."""
    noise = rate * _peak(size) * size.mean**2 if math.isfinite(size.mean) else 0.0
    return noise if math.isfinite(noise) else 0.0


def _finest(risk: Risk, frequency: Poisson, *, high: float, others: float) -> float:
    """Ratio of neighbouring rates, as a logarithm, that the year's own noise still blurs into one curve."""
    high = _high(frequency.rate, high)
    if high == 0 or risk.severity.mean == 0 or not math.isfinite(risk.severity.mean):
        return _COARSEST if high < 1 else math.sqrt(1 / high)
    return math.sqrt(_noise(high, risk.severity) + others) / (high * risk.severity.mean)


def _high(rate: float | Severity, high: float) -> float:
    """A rate in a bad year.  high: the factor of that year."""
    # rates beyond this are rare, and the ripple of a ladder too coarse for them is a hundredth of their chance
    return high * (float(rate.upper_quantile(np.array(1e-3))) if isinstance(rate, Severity) else rate)


def _finest_total(portfolio: Portfolio) -> float:
    """The same for the systemic factor, where uncertain rates blur the curve too."""
    risks = [(r.frequency, r.severity) for r in portfolio.risks if isinstance(r.frequency, Poisson)]
    rates = [(frequency.mean, size) for frequency, size in risks]
    rates += [(s.rate, size) for s in portfolio.shocks for size in portfolio.severities(s)]
    total = math.fsum(rate * size.mean for rate, size in rates)
    if not math.isfinite(total) or total == 0:
        return _COARSEST
    square = math.fsum(_noise(rate, size) for rate, size in rates)
    spreads = [(frequency.rate_cumulants()[1], size.mean) for frequency, size in risks]
    square += math.fsum(spread * mean**2 for spread, mean in spreads if math.isfinite(spread))
    return math.sqrt(square) / total / math.sqrt(1 + 4 * portfolio.systemic_cv)


class OnGrids:
    """Transforms of sizes spread over one or more grids, one grid's frequencies after another's."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        self.grids = grids
        with np.errstate(divide="ignore"):
            self._logs = [np.log(np.maximum(g.sums, 1e-300)) for g in grids]

    def __call__(self, sizes: Sequence[Severity], weights: Sequence[float], /) -> ComplexArray:
        """Transform of the weighted sum."""
        return np.concatenate([g.into(spread(sizes, weights, grid=g)) for g in self.grids])

    def lognormals(self, sizes: Sequence[Lognormal]) -> ComplexArray:
        """Transforms of lognormal sizes, all at once: (sizes, frequencies)."""
        middle, width = (np.array([getattr(s, name) for s in sizes])[:, None] for name in ("mu", "sigma"))
        means = np.array([s.mean for s in sizes])[:, None]
        found = []
        for grid, logs in zip(self.grids, self._logs, strict=True):
            score = (logs - middle) / width
            capped = means * special.ndtr(score - width) + grid.sums * special.ndtr(-score)
            slope = np.diff(capped, axis=1) / grid.step
            found.append(grid.into(-np.diff(slope, axis=1, prepend=1.0)))
        return np.concatenate(found, axis=1)


class NearOnly(OnGrids):
    """The same at some of the frequencies alone: those that the rest of the year leaves anything of."""

    def __init__(self, grids: Sequence[Grid], near: IntArray) -> None:
        super().__init__(grids)
        self._near = near

    def __call__(self, sizes: Sequence[Severity], weights: Sequence[float], /) -> ComplexArray:
        """Transform of the weighted sum."""
        return super().__call__(sizes, weights)[self._near]

    def lognormals(self, sizes: Sequence[Lognormal]) -> ComplexArray:
        """Transforms of lognormal sizes, all at once: (sizes, frequencies)."""
        return super().lognormals(sizes)[:, self._near]


def _each(of: Transform, sizes: Sequence[Severity]) -> ComplexArray:
    """Transform of each size, (sizes, frequencies)."""
    smooth = [size for size in sizes if isinstance(size, Lognormal)]
    if isinstance(of, OnGrids) and len(smooth) == len(sizes):
        return of.lognormals(smooth)
    return np.stack([of([size], [1.0]) for size in sizes])


def atoms_only(grids: Sequence[Grid]) -> Transform:
    """The same, leaving out every size with a density: what remains are years on the lattice."""

    def of(sizes: Sequence[Severity], weights: Sequence[float]) -> ComplexArray:
        held = [(size, weight) for size, weight in zip(sizes, weights, strict=True) if size.atoms is not None]
        kept, shares = [size for size, _ in held], [weight for _, weight in held]
        return np.concatenate([g.into(spread(kept, shares, grid=g)) for g in grids])

    return of


def at_zero(keep: Callable[[Severity], float]) -> Transform:
    """Transforms at one frequency only, where a size counts as the number `keep` gives it."""

    def of(sizes: Sequence[Severity], weights: Sequence[float]) -> ComplexArray:
        return np.array([math.fsum(w * keep(size) for size, w in zip(sizes, weights, strict=True))], dtype=complex)

    return of


def atom_values(portfolio: Portfolio) -> FloatArray:
    """Every separate size of the risks; what shocks add up to are sums of these."""
    sizes = [s for r in portfolio.risks for _, s in _regimes(r)]
    values = [size.atoms[0] for size in sizes if size.atoms is not None]
    return np.unique(np.concatenate(values)) if values else np.zeros(0)
