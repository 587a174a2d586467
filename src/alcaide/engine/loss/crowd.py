"""Many small risks as one crowd: the cumulants of what each adds, up to the third, with a bound on what is left out.

Given the systemic factor g, a Poisson risk of uncertain rate R and uncertain middle M adds log E exp(-X) to the
exponent of the year, with X = g R Z(M) and Z = 1 - phi. For a small risk that is -k1 + k2 / 2 - k3 / 6 in the cumulants
of X. Means of powers of Z over thousands of risks are weights on a table of sizes (see `families`), so the crowd costs
the same whether it has a thousand members or a hundred thousand. Which risks may join is decided by the bound.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import special

from alcaide.engine.loss.arrays import ComplexArray, FloatArray, IntArray
from alcaide.engine.loss.cubic import hermite
from alcaide.engine.loss.families import Family, gather
from alcaide.engine.loss.frequency import Poisson
from alcaide.engine.loss.grid import Grid
from alcaide.engine.loss.ladder import Factor
from alcaide.engine.loss.portfolio import Risk
from alcaide.engine.loss.severity import Lognormal

FEWEST = 256
"""Uncertain risks from which a crowd is looked for; fewer are all worked out one by one."""

ALLOWED = 1e-5
"""By how much the crowd may change a chance, at most, by the bound; what it changes is some thousand times less."""

_NARROWEST = 0.2  # spreads below are too steep for the nodes between which a sum of sizes is read
_NODES_A_DECADE = 96
_DECADES = 5
_REGIMES = 9
_AT_ONCE = 256
_A_DECADE = 8  # frequencies at which the bound is worked out
_BLOCKS = 16  # values of the factor at which it is
_AMPLIFIED = 1.7e5  # a frequency left away breaks the curve's smoothness, so the tilt of a grid may blow it up: exp(12)
_GONE = -700.0  # the exponent of nothing


@dataclass(frozen=True, eq=False)
class Members:
    """Small risks, one number each: (n,).

    middle, unsure: mean of the logarithm of one loss, and the spread of the belief on it.  spread: of the logarithm of
    one loss given its middle.  first to fourth: moments of the rate, events a year.
    """

    middle: FloatArray
    unsure: FloatArray
    spread: FloatArray
    first: FloatArray
    second: FloatArray
    third: FloatArray
    fourth: FloatArray

    def __getitem__(self, where: IntArray) -> "Members":
        return replace(self, **{each.name: getattr(self, each.name)[where] for each in fields(self)})

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.middle.size)


class Crowd:
    """Risks that are small beside the rest, and what they add to the exponent of a year."""

    def __init__(self, members: Members, *, last: FloatArray, bound: float) -> None:
        """Make the table that serves every grid.

        last: (values of the factor,) the frequency, 1 / money, from which on the year's transform is nothing.
        bound: by how much the crowd may change a chance at most.
        """
        self._of = members
        self._last = last
        self.bound = bound
        both = _both(members)
        scores, shares = np.polynomial.hermite_e.hermegauss(_REGIMES)
        shares = shares / shares.sum()
        middles = np.concatenate([members.middle + members.unsure * score for score in scores] + [members.middle])
        spreads = np.concatenate([members.spread] * _REGIMES + [both])
        own, mean = self._weights()
        weights = np.concatenate([own * share for share in shares] + [mean], axis=1)
        self._table = gather(np.stack([middles, middles]), spreads, weights)

    @property
    def size(self) -> int:
        """How many risks have joined."""
        return self._of.size

    def add(self, power: ComplexArray, grids: Sequence[Grid], *, factor: FloatArray) -> None:
        """Add to the exponent at each value of the factor.  power: (values, frequencies of all grids)."""
        start = 0
        for grid in grids:
            width = grid.points + 1
            sums = self._sums(grid)
            self._put(power[:, start : start + width], sums, factor, frequency=_frequencies(grid))
            start += width

    def add_nothing(self, power: ComplexArray, *, factor: FloatArray) -> None:
        """The same where every loss counts as no longer there (phi is 0), for the chance of a year without one."""
        of = self._of
        sums = np.array([
            of.first.sum(), (of.second - of.first**2).sum(),
            (of.third - 3 * of.second * of.first + 2 * of.first**3).sum(),
        ])  # fmt: skip
        there = np.full(power.shape[1], np.inf)
        self._put(power, np.repeat(sums[:, None], power.shape[1], axis=1).astype(complex), factor, frequency=there)

    def _put(self, power: ComplexArray, sums: ComplexArray, factor: FloatArray, *, frequency: FloatArray) -> None:
        for place, (last, g) in enumerate(zip(self._last.tolist(), factor.tolist(), strict=True)):
            power[place] += g * (-sums[0] + g * (sums[1] / 2 - g * sums[2] / 6))
            power[place, frequency > last] = _GONE

    def _weights(self) -> tuple[FloatArray, FloatArray]:
        """Weights of Z² and Z³ given the middle, and of those of the mean Z over it: (2, n) each.

        The product of the mean of Z² and the mean of Z is taken as a third of the mean of Z³ and two thirds of the cube
        of the mean: what that misses is a third of the third central moment of Z over the middle (see `_left_out`).
        """
        of = self._of
        mixed = of.second * of.first
        return (
            np.stack([of.second, of.third - mixed]),
            np.stack([-(of.first**2), 2 * of.first**3 - 2 * mixed]),
        )

    def _sums(self, grid: Grid) -> ComplexArray:
        """Sums over the members of the first three cumulants of R Z, (3, frequencies)."""
        out = np.zeros((3, grid.points + 1), complex)
        out[0] = self._of.first.sum() - grid.into(self._spread_out(grid))
        for start in range(0, self._table.middles.size, _AT_ONCE):
            near = slice(start, start + _AT_ONCE)
            passed = 1 - _transforms(self._table, near, grid)
            power = passed * passed
            # not BLAS: its sums may depend on the number of threads
            out[1] += np.einsum("m,mk->k", self._table.weights[0, near], power)
            power *= passed
            out[2] += np.einsum("m,mk->k", self._table.weights[1, near], power)
        return out

    def _spread_out(self, grid: Grid) -> FloatArray:
        """Mean rates of losses of each size on the grid, by local moment matching, (points,)."""
        top = float(grid.sums[-1])
        nodes = np.concatenate([[0.0], top * np.logspace(-_DECADES, 0, _DECADES * _NODES_A_DECADE)])
        capped, passed = np.zeros(nodes.size), np.zeros(nodes.size)
        passed[0] = self._of.first.sum()
        logs, both = np.log(nodes[1:]), _both(self._of)
        for start in range(0, self._of.size, _AT_ONCE):
            near = slice(start, start + _AT_ONCE)
            middle, spread, rate = (each[near, None] for each in (self._of.middle, both, self._of.first))
            score = (logs - middle) / spread
            beyond = special.ndtr(-score) * rate
            mean = rate * np.exp(middle + spread**2 / 2)
            capped[1:] += (mean * special.ndtr(score - spread) + nodes[1:] * beyond).sum(axis=0)
            passed[1:] += beyond.sum(axis=0)
        slope = np.diff(hermite(nodes, capped, passed, at=grid.sums)) / grid.step
        return -np.diff(slope, prepend=passed[0])


def take_crowd(risks: Sequence[tuple[Risk, Poisson]], factor: Factor) -> tuple[Crowd | None, list[int]]:
    """Choose the risks that may be taken as one crowd.

    Parameters
    ----------
    risks : sequence of (Risk, Poisson)
        All risks of the portfolio whose rate or middle is uncertain.
    factor : Factor
        The systemic factor on its ladder.

    Returns
    -------
    tuple of (Crowd or None, list of int)
        The crowd, None where there is none, and the places of those that must be worked out one by one.

    Notes
    -----
    With a⁴ = g⁴ E R⁴ E min(|t| EX, 2)⁴ <= 1/16, a member's logarithm differs from its three cumulants by at most
    4/3 a⁴ + g³/6 E R² E R |E (Z - EZ)³|. With B the sum of these over the crowd, no chance differs by more than
    1/pi ∫ E |Phi_g(t)| (exp B - 1) dt / t. |Phi_g| is held from above by the moments too: for Y >= 0,
    E exp(-Y) <= 1 - a² / b (1 - exp(-b / a)) with a = EY, b = EY². Members join from the least harmful on as long as
    that stays below `ALLOWED`.
    """
    everyone = list(range(len(risks)))
    if len(risks) < FEWEST:
        return None, everyone
    found = [(place, row) for place, (risk, frequency) in enumerate(risks) if (row := _row(risk, frequency))]
    if len(found) < FEWEST:
        return None, everyone
    members = Members(*np.array([row for _, row in found]).T)
    chosen, last, bound = _chosen(members, factor)
    if chosen.size < FEWEST // 2:
        return None, everyone
    taken = {found[place][0] for place in chosen.tolist()}
    return Crowd(members[chosen], last=last, bound=bound), [place for place in everyone if place not in taken]


def _row(risk: Risk, frequency: Poisson) -> tuple[float, ...] | None:
    """The seven numbers of a member; empty for a risk of another make."""
    rate, size = frequency.rate, risk.severity
    if not isinstance(size, Lognormal) or not isinstance(rate, Lognormal | float):
        return None
    spread, middle = size.sigma, size.mu
    if risk.regimes:
        sizes = [each for _, each in risk.regimes if isinstance(each, Lognormal)]
        if len(sizes) < len(risk.regimes) or len({each.sigma for each in sizes}) > 1 or sizes[0].sigma > size.sigma:
            return None
        spread = sizes[0].sigma
        if (
            abs(math.fsum(share * each.mu for (share, _), each in zip(risk.regimes, sizes, strict=True)) - middle)
            > 1e-6
        ):
            return None
    unsure = math.sqrt(max(size.sigma**2 - spread**2, 0.0))
    moments = [rate.moment(k) if isinstance(rate, Lognormal) else rate**k for k in (1, 2, 3, 4)]
    if spread < _NARROWEST or unsure > spread or not math.isfinite(moments[3]) or moments[0] <= 0:
        return None
    return middle, unsure, spread, *moments


def _both(members: Members) -> FloatArray:
    """Spread of the logarithm of one loss, the middle's included."""
    return np.asarray(np.hypot(members.spread, members.unsure))


def _frequencies(grid: Grid) -> FloatArray:
    """Size of the complex frequency at each point of a transform, 1 / money."""
    turned = math.pi / (grid.points * grid.step) * np.arange(grid.points + 1)
    return np.asarray(np.hypot(turned, grid.tilt / (grid.points * grid.step)))


def _transforms(table: Family, near: slice, grid: Grid) -> ComplexArray:
    """Transforms of tabulated sizes, (sizes, frequencies)."""
    middle, spread = table.middles[near, None], table.spreads[near, None]
    with np.errstate(divide="ignore"):
        score = (np.log(grid.sums) - middle) / spread
    capped = np.exp(middle + spread**2 / 2) * special.ndtr(score - spread) + grid.sums * special.ndtr(-score)
    return grid.into(-np.diff(np.diff(capped, axis=1) / grid.step, axis=1, prepend=1.0))


def _chosen(members: Members, factor: Factor) -> tuple[IntArray, FloatArray, float]:
    """Who may join, the last frequency that is kept at each value of the factor, and the bound."""
    at = _range_of(members)
    share, low, high = _blocks(factor)
    left = share[:, None] * np.exp(_held_down(members, at, low))
    harm_4, harm_3 = _left_out(members, at, float(factor.values[-1]))
    width = math.log(10) / _A_DECADE / math.pi
    cost = width * sum(
        (left[k] * np.minimum(harm_4 * high[k] ** 4 + harm_3 * high[k] ** 3, 1.0)).sum(axis=1) for k in range(high.size)
    )
    order = np.argsort(cost, kind="stable")
    all_4, all_3 = np.cumsum(harm_4[order], axis=0), np.cumsum(harm_3[order], axis=0)

    def bound(count: int) -> float:
        total = all_4[count - 1] * high[:, None] ** 4 + all_3[count - 1] * high[:, None] ** 3
        return float(width * (left * np.where(total < 1, np.expm1(np.minimum(total, 1.0)), _AMPLIFIED)).sum())

    count = _most(bound, members.size)
    if not count:
        return np.zeros(0, np.int64), np.zeros(0), 0.0
    kept = factor.values[:, None] ** 4 * all_4[count - 1] + factor.values[:, None] ** 3 * all_3[count - 1] < 1
    last = np.where(kept.all(axis=1), np.inf, at[np.maximum(np.argmin(kept, axis=1) - 1, 0)])
    return np.sort(order[:count]), last, bound(count)


def _most(bound: Callable[[int], float], size: int) -> int:
    """The most members whose bound is allowed; it grows with each."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if bound(middle) <= ALLOWED:
            low = middle
        else:
            high = middle - 1
    return low


def _range_of(members: Members) -> FloatArray:
    """Frequencies from where the year has hardly begun to turn to where every size has, 1 / money, even in the log."""
    size = members.middle + _both(members) ** 2 / 2
    most = math.fsum(members.first * np.exp(size))
    start, end = math.log10(1e-2 / most), math.log10(1e2) - float(size.min()) / math.log(10)
    return np.logspace(start, end, max(math.ceil((end - start) * _A_DECADE), 2))


def _blocks(factor: Factor) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Chance, lowest and highest value of a few stretches of the factor."""
    parts = [each for each in np.array_split(np.arange(factor.weights.size), _BLOCKS) if each.size]
    values, weights = factor.values, factor.weights
    return (
        np.array([weights[each].sum() for each in parts]),
        np.array([values[each[0]] for each in parts]),
        np.array([values[each[-1]] for each in parts]),
    )


def _held_down(members: Members, at: FloatArray, low: FloatArray) -> FloatArray:
    """Logarithm of what the transform of a year of these risks stays below, (values of the factor, frequencies)."""
    turned, square, swung = _turned(members, at)
    first, second, third = (each[:, None] for each in (members.first, members.second, members.third))
    ratio = np.divide(square, turned, out=np.full_like(square, np.inf), where=turned > 1e-150) * (second / first)
    share = np.minimum(first**2 / second * turned**2 / np.maximum(square, 1e-300), 1.0)
    cube = third * _capped_power(members, at, 3)
    found = []
    for g in low.tolist():
        own = np.log1p(share * np.expm1(-g * ratio))
        # where a risk is small its phase counts too: an uncertain rate scatters it
        small = -g * first * turned + g**2 / 2 * (second * square - (second - first**2) * swung**2)
        small += 4 / 3 * g**3 * cube
        found.append(np.where(g**3 * cube < 1 / 8, np.minimum(own, small), own).sum(axis=0))
    return np.stack(found)


def _turned(members: Members, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """At least E(1 - cos tX), at most E(1 - cos tX)², at least E sin tX or 0: (n, k) each."""
    both, middle = _both(members)[:, None], members.middle[:, None]
    score = (-np.log(at) - middle) / both
    # 1 - cos y >= 0.4596 y² up to 1, and (1 - cos y)² <= min(y⁴ / 4, 4), whose ends meet at 2
    turned = 0.4596 * at**2 * np.exp(2 * middle + 2 * both**2) * special.ndtr(score - 2 * both)
    # a transform is at most the rise and fall of the density over the frequency (one peak: twice its height)
    peak = np.exp(both**2 / 2 - middle) / (both * math.sqrt(2 * math.pi))
    turned = np.maximum(turned, 1 - 2 * peak / at)
    far = score + math.log(2) / both
    square = at**4 / 4 * np.exp(4 * middle + 8 * both**2) * special.ndtr(far - 4 * both) + 4 * special.ndtr(-far)
    # sin y >= 0.8414 y up to 1, not negative up to pi, and never below -1
    swung = 0.8414 * at * np.exp(middle + both**2 / 2) * special.ndtr(score - both)
    swung -= special.ndtr(-score - math.log(math.pi) / both)
    return turned, np.maximum(square, turned**2), np.maximum(swung, 0.0)


def _capped_power(members: Members, at: FloatArray, order: int) -> FloatArray:
    """E min(t EX, 2)^order over the belief on the middle, (n, k)."""
    unsure = members.unsure[:, None]
    size = (members.middle + members.spread**2 / 2)[:, None] + np.log(at)
    far = (math.log(2) - size) / np.maximum(unsure, 1e-9)
    under = np.exp(order * size + (order * unsure) ** 2 / 2) * special.ndtr(far - order * unsure)
    return np.minimum(under + 2.0**order * special.ndtr(-far), 2.0**order)


def _left_out(members: Members, at: FloatArray, highest: float) -> tuple[FloatArray, FloatArray]:
    """What the cumulants up to the third leave out at a factor of 1: the part with g⁴ and that with g³, (n, k) each."""
    power = members.fourth[:, None] * _capped_power(members, at, 4)
    # beyond a = 1/2 the series is not trusted: it then counts as if all were missed
    whole = np.where(power * highest**4 > 1 / 16, 16.0, 4 / 3) * power
    q = np.exp(members.unsure**2)
    moved = np.sqrt((q - 1) * 2 * (q**6 - 4 * q**3 + 3 * q**2).clip(0))
    moved *= np.exp(3 * (members.middle + members.spread**2 / 2 + members.unsure**2 / 2))
    third = (members.second * members.first)[:, None] / 6 * np.minimum(moved[:, None] * at**3, 64.0)
    return whole, third
