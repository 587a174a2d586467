"""A year's loss of a portfolio: its distribution without sampling."""

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np

from alcaide.engine.errors import EngineError
from alcaide.engine.loss import moments
from alcaide.engine.loss.arrays import ComplexArray, FloatArray
from alcaide.engine.loss.atoms import lattice_step
from alcaide.engine.loss.crowd import Crowd
from alcaide.engine.loss.frequency import Poisson
from alcaide.engine.loss.grid import Grid, fast_length
from alcaide.engine.loss.parts import Atoms, Rung, extrapolate, middle_tilt
from alcaide.engine.loss.portfolio import Portfolio, Risk, Shock
from alcaide.engine.loss.severity import Severity
from alcaide.engine.loss.year import OnGrids, Year, at_zero, atom_values, atoms_only

EXACT = 1e-11
"""A quantile's chance may be missed by this much: the rounding of a long sum."""

_RARE = 1e-9
_MOST_LATTICE = 1 << 20
_GONE = 1e-12  # lattice years beyond the table that may be forgotten
_POINTS = 1 << 15
_POINTS_UNDER_FACTOR = 1 << 13  # every point is worked out for each value of the systemic factor
_LOWEST, _HIGHEST = -40, 40  # rungs from the scale of the portfolio


class Aggregate:
    """A year's loss, asked by `cdf`, `exceedance`, `pmf`, `var`, `tvar`, `mean`, `sd`, `skewness`.

    The curve is held on a ladder of grids, each `span` times as long as the one before, built when first asked. The
    part below a grid's end does not depend on what lies above, so every sum is read on a grid of its own size: losses
    of a hundred and of a thousand million may stand in one portfolio. `scale` is a sum of the portfolio's own size.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        *,
        points: int | None = None,
        span: float = 8.0,
        between: Callable[[], None] | None = None,
    ) -> None:
        """between: called before each grid is worked out."""
        self.portfolio = portfolio
        self._between = between
        self._span = span
        self.year = Year(portfolio)
        self.points = points or (_POINTS if self.year.factor_points == 1 else _POINTS_UNDER_FACTOR)
        self._rungs: dict[int, Rung] = {}
        self._raw_mean = moments.mean(portfolio)
        self.scale = self._scale()
        values = atom_values(portfolio)
        # a lattice year that hardly ever happens is not worth a lattice
        self._step = lattice_step(values[values > 0]) if self._lattice_total() > _GONE else 0.0
        self._most_places = min(self.points << 5, _MOST_LATTICE >> (2 * self.year.depth))
        self._is_lattice = all(s.atoms is not None for s in _sizes(portfolio))
        self._lattice = self._whole_lattice()
        if self._lattice is None and self.year.depth == 2:
            # a fine lattice for every value of the factor costs too much: its sums are spread over the grid's cells
            self._step, self._is_lattice = 0.0, False
            self._lattice = self._whole_lattice()

    @property
    def mean(self) -> float:
        """Expected loss of a year, money.  Raises InfiniteMoment where there is none."""
        return moments.required(self._raw_mean, "mean")

    @property
    def sd(self) -> float:
        """Standard deviation of a year's loss, money.  Raises InfiniteMoment where there is none."""
        return moments.sd(self.portfolio)

    @property
    def skewness(self) -> float:
        """Third central moment over sd³.  Raises InfiniteMoment, or UndefinedFigure where the loss never varies."""
        return moments.skewness(self.portfolio)

    @property
    def crowd(self) -> Crowd | None:
        """The small risks that are taken together; its `bound` holds what that may change of a chance."""
        return self.year.crowd

    @property
    def lost_mass(self) -> float:
        """Chance of a year beyond the longest grid computed so far; tails are closed with the exact mean instead."""
        if not self._rungs:
            return 1.0
        return max(1 - self._rungs[max(self._rungs)].reached, 0.0)

    @property
    def grid_step(self) -> float:
        """Step of the longest grid computed so far, money."""
        if not self._rungs:
            return 0.0
        rung = self._rungs[max(self._rungs)]
        return rung.smooth.step if rung.smooth else rung.atoms.step

    def cdf(self, at: FloatArray) -> FloatArray:
        """P(S <= at).  at: (k,) money, any order.  Returns (k,) in 0..1."""
        return np.clip(self._read(at, lambda rung, x: rung.cdf(x)), 0.0, 1.0)

    def exceedance(self, at: FloatArray) -> FloatArray:
        """P(S > at).  at: (k,) money, any order.  Returns (k,) in 0..1."""
        return 1 - self.cdf(at)

    def pmf(self, at: FloatArray) -> FloatArray:
        """P(S = at): 0 but at separate sums.  at: (k,) money.  Returns (k,) in 0..1."""
        return np.clip(self._read(at, lambda rung, x: rung.atoms.pmf(x)), 0.0, 1.0)

    def below(self, at: FloatArray) -> FloatArray:
        """E(at - S)+: what the year falls short of each sum, money.  at: (k,) money.  Returns (k,)."""
        return self._read(at, lambda rung, x: rung.below(x))

    def excess(self, at: FloatArray) -> FloatArray:
        """E(S - at)+, money.  at: (k,) money.  Returns (k,).

        From E S - at + E(at - S)+; where hardly a year passes the sum that difference is all rounding, and the excess
        is that of one large loss, the sum of rate x E(X - at)+.
        """
        at = np.asarray(at, float)
        near = np.where(at < 0, self.mean - at, np.maximum(self.mean - at + self.below(at), 0.0))
        far = (at > self.scale) & (self.exceedance(at) < _RARE)
        if far.any():
            near[far] = moments.single_excess(self.portfolio, at[far])
        return near

    def var(self, share: float) -> float:
        """Smallest sum that a year stays within with this chance, money.

        share: 0 up to but not 1.  Raises EngineError otherwise.
        """
        if not 0 <= share < 1:
            raise EngineError(f"var and tvar are asked at a share from 0 up to but not 1, not {share:g}")
        target = share - EXACT
        if self._zero_share >= target:
            return 0.0
        index = self._start()
        while self._rung(index).reached < target:
            index += 1
            if index > _HIGHEST:
                raise EngineError(f"var at {share:g} lies beyond any sum the engine can reach: the tail is too heavy")
        while float(self._rung(index).cdf(np.array(self._top(index - 1)))) >= target:
            index -= 1
        return self._rung(index).quantile(target)

    def tvar(self, share: float) -> float:
        """Mean of the worst 1 - share of years, money: v + E(S - v)+ / (1 - share) with v the VaR."""
        moments.required(self._raw_mean, "mean of the worst years")
        at = self.var(share)
        return at + float(self.excess(np.array([at]))[0]) / (1 - share)

    def _read(self, at: FloatArray, what: Callable[[Rung, FloatArray], FloatArray]) -> FloatArray:
        at = np.atleast_1d(np.asarray(at, float))
        if np.isnan(at).any():
            raise EngineError("a sum asked for is not a number")
        out = np.zeros(at.shape)
        index = np.array([self._index(x) for x in at.tolist()])
        for rung in np.unique(index)[::-1].tolist():
            here = (index == rung) & (at >= 0)
            if here.any() and not self._is_never(rung):
                out[here] = what(self._rung(rung), at[here])
        return out

    def _index(self, at: float) -> int:
        if self._lattice is not None and self._is_lattice:
            return 0
        if at <= 0:
            return self._start() - 1 if self.scale else 0
        if math.isinf(at):
            return _HIGHEST
        return int(min(max(math.ceil(math.log(at / self.scale, self._span) - 1e-12), _LOWEST), _HIGHEST))

    def _is_never(self, index: int) -> bool:
        """Whether a longer grid shows that hardly a year stays within this one's sums: then it is not built."""
        longer = min((built for built in self._rungs if built > index), default=None)
        if index in self._rungs or longer is None:
            return False
        return float(self._rungs[longer].cdf(np.array(self._top(index)))) < EXACT

    def _start(self) -> int:
        return 1

    def _top(self, index: int) -> float:
        return self.scale * float(self._span) ** index

    def _rung(self, index: int) -> Rung:
        if index not in self._rungs:
            if self._between is not None:
                self._between()
            self._rungs[index] = self._build(self._top(index))
        return self._rungs[index]

    def _build(self, top: float) -> Rung:
        if self._lattice is not None and self._is_lattice:
            whole = self._lattice
            return Rung(max(top, whole.step * (whole.chances.size - 1)), whole, None)
        atoms = self._lattice or self._partial_lattice(top)
        if self._is_lattice:
            return Rung(top, atoms, None)
        grids = self._grids(top)
        rest = self.year.transform(OnGrids(grids))
        # what the lattice holds is taken off on the same grids, so the rest has no separate sums
        rest = rest - (self.year.transform(atoms_only(grids)) if self._step else atoms.total)
        return _read_back(top, rest, atoms, grids=grids)

    def _grids(self, top: float) -> tuple[Grid, Grid]:
        tilt = middle_tilt(top, self._raw_mean)
        grid = Grid(top / (self.points - 4), self.points, tilt)
        return grid, Grid(2 * grid.step, self.points // 2, tilt)

    @property
    def is_smooth(self) -> bool:
        """Whether every loss has a density and every count is Poisson given its rate."""
        return not self._step and self.year.is_poisson

    def index_of(self, at: float) -> int:
        """Which grid of the ladder a sum is read on."""
        return self._index(at)

    def top_of(self, index: int) -> float:
        """Where a grid of the ladder ends, money."""
        return self._top(index)

    def grids_of(self, index: int) -> tuple[Grid, Grid]:
        """A grid of the ladder, and the one of twice its step."""
        return self._grids(self._top(index))

    def rung_from(self, index: int, transform: ComplexArray, atoms: Atoms) -> Rung:
        """Read a year back from its transform on `grids_of`, where atoms holds the years without a loss."""
        return _read_back(self._top(index), transform - atoms.total, atoms, grids=self.grids_of(index))

    def _scale(self) -> float:
        """A sum of the portfolio's own size, from which the ladder goes up and down."""
        if self._raw_mean == 0:
            return 1.0
        # heavy tails carry the moments far from any year one would ask about: sizes of one year in a thousand do not
        reach = math.fsum(_reach(r) for r in self.portfolio.risks)
        reach += math.fsum(_shock_reach(self.portfolio, s) for s in self.portfolio.shocks)
        spread = moments.cumulants(self.portfolio)[1] if math.isfinite(self._raw_mean) else math.inf
        moderate = self._raw_mean + 8 * math.sqrt(spread) if math.isfinite(spread) else math.inf
        return min(moderate, 2 * reach) if reach > 0 else min(moderate, 1e300)

    @cached_property
    def _zero_share(self) -> float:
        return float(self.year.transform(at_zero(_share_at_zero))[0].real)

    def _lattice_total(self) -> float:
        return float(self.year.transform(at_zero(lambda size: float(size.atoms is not None)))[0].real)

    def _whole_lattice(self) -> Atoms | None:
        """Every separate sum of a year on one exact table, if it can be held."""
        if not self._step:
            share = self._zero_share
            return Atoms(1.0, np.array([share]), share)
        total = self._lattice_total()
        start = self._raw_mean if math.isfinite(self._raw_mean) else self.scale
        points = fast_length(max(4 * start / self._step, 64))
        while points <= self._most_places:
            grid = Grid(self._step, points)
            chances = grid.back(self.year.transform(atoms_only((grid,))))
            if total - chances.sum() < _GONE:
                return Atoms(self._step, np.maximum(chances, 0.0), total)
            points *= 4
        return None

    def _partial_lattice(self, top: float) -> Atoms:
        """Separate sums up to top: exact where they fit a table, else each moved to the nearest of its places."""
        points = fast_length(top / self._step + 2)
        total = self._lattice_total()
        if points <= self._most_places:
            grid = Grid(self._step, points, 10.0)
            chances = grid.back(self.year.transform(atoms_only((grid,))))
            return Atoms(self._step, np.maximum(chances, 0.0), total)
        grid = Grid(top / (self._most_places - 64), self._most_places, 10.0)
        chances = grid.back(self.year.transform(atoms_only((grid,))))
        return Atoms(grid.step, np.maximum(chances, 0.0), total, slack=8 * grid.step)


def _read_back(top: float, rest: ComplexArray, atoms: Atoms, *, grids: tuple[Grid, Grid]) -> Rung:
    """The distribution of a year from the transform of its part with a density."""
    grid, half = grids
    fine, coarse = rest[: grid.points + 1], rest[grid.points + 1 :]
    return Rung(top, atoms, extrapolate(grid.step, grid.back(fine), half.back(coarse)))


def _sizes(portfolio: Portfolio) -> list[Severity]:
    return [s for r in portfolio.risks for _, s in (r.regimes or ((1.0, r.severity),))]


def _reach(risk: Risk) -> float:
    """Size of loss that a risk passes about once in a thousand years, times the losses of a year."""
    count = risk.frequency.mean
    if not math.isfinite(count) and isinstance(risk.frequency, Poisson) and isinstance(risk.frequency.rate, Severity):
        count = float(risk.frequency.rate.quantile(np.array(0.5)))
    if count == 0:
        return 0.0
    return max(count, 1.0) * float(risk.severity.quantile(np.array(1 - min(0.5, 1e-3 / count))))


def _shock_reach(portfolio: Portfolio, shock: Shock) -> float:
    return math.fsum(_reach(Risk("", Poisson(shock.rate), size)) for size in portfolio.severities(shock))


def _share_at_zero(size: Severity) -> float:
    if size.atoms is None:
        return 0.0
    values, chances = size.atoms
    return float(chances[0]) if values[0] == 0 else 0.0


def aggregate(portfolio: Portfolio, *, points: int | None = None) -> Aggregate:
    """Distribution of a year's loss of a portfolio, exact but for the grid.

    Parameters
    ----------
    portfolio : Portfolio
        Risks, shocks and the systemic factor.
    points : int, optional
        Points of each grid, a power of two; memory and time grow with it. By default 32,768, or 8,192 where uncertain
        rates meet a systemic factor.

    Returns
    -------
    Aggregate
        Asked for chances, quantiles and tail means in money a year.

    Raises
    ------
    EngineError
        Where a figure does not exist (an infinite mean), in words.

    Notes
    -----
    With sizes transformed to phi, the year's transform is exp(sum rate (phi - 1)) for sure Poisson rates, times the
    generating function of every other count; see docs/method/loss.md.

    References
    ----------
    Klugman, Panjer, Willmot, Loss Models (4th ed. 2012), chapter 9. Grübel and Hermesmeier (1999), ASTIN Bulletin
    29(2), 197-214, for the tilt.

    Examples
    --------
    >>> from alcaide.engine.loss import Bernoulli, Discrete, Portfolio, Risk, aggregate
    >>> year = aggregate(Portfolio((Risk("fire", Bernoulli(0.04), Discrete((100.0, 1000.0), (0.5, 0.5))),)))
    >>> year.var(0.97), round(year.tvar(0.97), 6)
    (100.0, 700.0)
    """
    return Aggregate(portfolio, points=points)
